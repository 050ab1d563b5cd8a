"""The SMS code that proves a phone: sent to the customer's own contact, checked once, hashed at rest.

The answers are the same for a phone that is known and one that is not: a guest learns nothing about who is a customer.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings, consents, people, texts, wordings
from customer_api.bodies import Answer
from customer_api.consents import Evidence
from customer_api.people import Claim
from customer_api.seals import Chat, Seals
from customer_api.started import CheckCode, SendCode
from customer_api.tables import Code

DIGITS = 6
TRIES = 5
VALID = timedelta(minutes=5)
RATE = 5  # codes a phone, and codes a chat, may ask for
RATE_WINDOW = timedelta(hours=1)
KEPT = timedelta(days=1)  # what an unused code holds is forgotten then
SESSION = timedelta(hours=8)  # how long the chat counts as verified


@dataclass(frozen=True, slots=True)
class Message:
    """A code on its way. Neither the code nor the phone shows in a repr."""

    code_id: UUID
    phone: str
    text: str

    def __repr__(self) -> str:
        return f"Message({self.code_id})"


@dataclass(frozen=True, slots=True)
class Bound:
    """A chat has become a customer's. The phone does not show in a repr."""

    customer_id: UUID
    phone: str = field(repr=False)
    is_newcomer: bool


# Hears of every binding inside its transaction, under the locks of the chat and the phone.
Heard = Callable[[AsyncSession, CheckCode, Bound], Awaitable[None]]


def failed(error: str) -> Answer:
    """An answer that says no."""
    return Answer(state="failed", error=error)


async def prepare(session: AsyncSession, seals: Seals, ask: SendCode, bank: str, now: datetime) -> Message | Answer:
    """Decide whether a code may go out, and keep it. Asked again for the same operation, the message is the same."""
    claim = await _claim(session, seals, ask)
    if claim is None:
        return failed("not_own_contact")
    phone = claim.phone
    chat_mark, phone_mark = seals.mark(ask.chat.text, "chat"), seals.mark(phone, "phone")
    await bindings.lock(session, chat_mark)
    await bindings.lock(session, phone_mark)
    if await _is_another_customers(session, seals, ask.chat, phone):
        return failed("not_own_contact")
    code = _digits(seals, ask.op_id)
    message = Message(ask.op_id, phone, texts.code_text(code, bank, claim.locale))
    if await session.get(Code, ask.op_id) is not None:
        return message
    if await _too_many(session, seals, ask.chat, phone, now):
        return failed("too_many")
    await session.execute(delete(Code).where(Code.created_at < now - KEPT))
    session.add(
        Code(
            id=ask.op_id,
            chat=chat_mark,
            phone=phone_mark,
            sealed=seals.seal(_sealable(claim), "code.sealed", ask.op_id),
            code_hash=seals.mark(_hashed(ask.op_id, code), "code"),
            tries=0,
            created_at=now,
            expires_at=now + VALID,
        )
    )
    return message


async def _claim(session: AsyncSession, seals: Seals, ask: SendCode) -> Claim | None:
    """Whose phone it is to be: the own contact's, or the one that this chat's customer has proved; else nobody's."""
    inputs, phone = ask.inputs, ask.inputs.phone
    if phone is None:
        bound = await bindings.living(session, seals, ask.chat)
        phone = await people.phone_of(session, seals, bound.customer_id) if bound is not None else ""
    elif inputs.own_contact is not True and inputs.proof != "typed":
        return None
    if not phone:
        return None
    locale = texts.language(ask.locale, phone)
    first, _, last = " ".join((inputs.full_name or "").split()).partition(" ")
    named = Claim(phone, inputs.first_name or first, inputs.last_name or last, locale, inputs.proof or "shared")
    return named if named.first_name else await _named_before(session, seals, ask.chat, named)


async def _named_before(session: AsyncSession, seals: Seals, chat: Chat, claim: Claim) -> Claim:
    """Who asks for another code is still called as they said with the first one."""
    code = await _last_code(session, seals, chat)
    if code is None:
        return claim
    before = Claim(**seals.open(code.sealed, "code.sealed", code.id))
    if before.phone != claim.phone:
        return claim
    return replace(claim, first_name=before.first_name, last_name=before.last_name)


def _sealable(claim: Claim) -> dict[str, str]:
    return {
        "phone": claim.phone,
        "first_name": claim.first_name,
        "last_name": claim.last_name,
        "locale": claim.locale,
        "proof": claim.proof,
    }


async def _is_another_customers(session: AsyncSession, seals: Seals, chat: Chat, phone: str) -> bool:
    """Whether the chat is bound to a customer with another phone. It tells him only about himself."""
    bound = await bindings.living(session, seals, chat)
    return bound is not None and await people.phone_of(session, seals, bound.customer_id) != phone


async def _too_many(session: AsyncSession, seals: Seals, chat: Chat, phone: str, now: datetime) -> bool:
    """Codes that the gateway did not take are not counted."""
    for column, marks in (
        (Code.chat, seals.marks(chat.text, "chat")),
        (Code.phone, seals.marks(phone, "phone")),
    ):
        counted = select(func.count()).where(
            column.in_(marks), Code.created_at > now - RATE_WINDOW, Code.failed_at.is_(None)
        )
        if (await session.scalar(counted) or 0) >= RATE:
            return True
    return False


def _digits(seals: Seals, op_id: UUID) -> str:
    """Six digits that only the key's holder can derive, so that the same operation sends the same message again."""
    return f"{int(seals.mark(f'digits of {op_id}', 'code'), 16) % 10**DIGITS:0{DIGITS}d}"


def _hashed(code_id: UUID, code: str) -> str:
    return f"{code_id}:{code}"


async def check(session: AsyncSession, seals: Seals, ask: CheckCode, now: datetime, heard: Heard) -> Answer:
    """Judge a code against the last one that this chat asked for; a right one binds the chat, and is ``heard``."""
    await bindings.lock(session, seals.mark(ask.chat.text, "chat"))
    code = await judge(session, seals, ask.chat, ask.inputs.code, now)
    if isinstance(code, str):
        return failed(code)
    claim = Claim(**seals.open(code.sealed, "code.sealed", code.id))
    if await _is_another_customers(session, seals, ask.chat, claim.phone):
        return failed("expired")  # bound by somebody else since the code was asked for
    await bindings.lock(session, code.phone)
    is_newcomer = await people.find_by(session, seals, "phone", claim.phone) is None
    customer = await people.enrol(session, seals, claim, now)
    binding = await bindings.bind(session, seals, ask.chat, customer, claim.proof, now)
    if binding.bound_at == now:  # it is new: its text was shown before the phone was asked for
        evidence = Evidence(ask.op_id, ask.chat.channel, now)
        await consents.give(session, customer.id, "service", wordings.shown("service", claim.locale), evidence)
    await heard(session, ask, Bound(customer.id, claim.phone, is_newcomer))
    expires_at = (now + SESSION).isoformat()
    return Answer(
        state="done", outputs={"customer_id": str(customer.id), "level": "verified", "expires_at": expires_at}
    )


async def judge(session: AsyncSession, seals: Seals, chat: Chat, given: str, now: datetime) -> Code | str:
    """The last code that this chat asked for, used up by a right answer; else why not. Under the chat's lock."""
    code = await _last_code(session, seals, chat)
    if code is None or code.used_at is not None or code.expires_at <= now:
        return "expired"
    if code.tries >= TRIES:
        return "too_many"
    code.tries += 1
    if not _is_right(seals, code, "".join(given.split())):
        return "too_many" if code.tries == TRIES else "wrong_code"
    code.used_at = now
    return code


async def _last_code(session: AsyncSession, seals: Seals, chat: Chat) -> Code | None:
    last = select(Code).where(Code.chat.in_(seals.marks(chat.text, "chat")))
    return await session.scalar(last.order_by(Code.n.desc()).limit(1).with_for_update())


def _is_right(seals: Seals, code: Code, given: str) -> bool:
    """In constant time, under each key."""
    right = [hmac.compare_digest(mark, code.code_hash) for mark in seals.marks(_hashed(code.id, given), "code")]
    return any(right)


async def not_sent(session: AsyncSession, message: Message, now: datetime) -> None:
    """The gateway did not take it. It still counts if it should arrive after all."""
    code = await session.get(Code, message.code_id, with_for_update=True)
    if code is not None and code.used_at is None:
        code.failed_at = now
