"""Operations, each once: the first answer is kept under its `op_id` and given again.

A code's SMS leaves between two transactions, so no lock is held while the gateway thinks; after a crash in between
the same operation sends the same text under the same key, which the gateway drops.
"""

import hmac
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from customer_api import allowed, bindings, codes, documents, notices, texts
from customer_api.bodies import Answer
from customer_api.codes import Message
from customer_api.notices import NoticeRules
from customer_api.own_data import OwnData
from customer_api.partners.offers import Offers
from customer_api.referrals.friends import Friends
from customer_api.seals import Seals
from customer_api.started import (
    AcceptOffer,
    CheckCode,
    Erase,
    KeepData,
    MakeLink,
    Operation,
    Reach,
    SendCode,
    SetNotices,
    SubmitDocuments,
    TakeCopy,
    Unbind,
    WithdrawConsent,
)
from customer_api.tables import KeptAnswer
from flows.ports import Sms

log = structlog.get_logger("customer_api")


class OpIdReused(Exception):
    """The op_id stands for another body. Nothing was done."""


class Operations:
    """Runs the operations of the catalogue whose provider is this service."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        seals: Seals,
        sms: Sms,
        clock: Callable[[], datetime],
        bank: str,
        rules: NoticeRules,
        friends: Friends,
        own_data: OwnData,
    ) -> None:
        self._sessions = sessions
        self._seals = seals
        self._sms = sms
        self._clock = clock
        self._bank = bank
        self._rules = rules
        self._offers = Offers(seals, clock)
        self._friends = friends
        self._own_data = own_data

    async def run(self, ask: Operation) -> Answer:
        """Do it, or say again what became of it.

        :raises OpIdReused: for an op_id that stands for something else.
        """
        async with self._sessions.begin() as session:
            kept = await self._claim(session, ask)
            if kept.state != "pending":
                return self._own_data.linked(ask, _given(kept))
            result = await self._decide(session, ask)
            if isinstance(result, Answer):
                _keep(kept, result)
                return self._own_data.linked(ask, result)
        sent = await self._send(ask, result)
        async with self._sessions.begin() as session:
            kept = await self._claim(session, ask)
            if kept.state == "pending":
                _keep(kept, sent)
                if sent.state == "failed":
                    await codes.not_sent(session, result, self._clock())
            return _given(kept)

    async def _decide(self, session: AsyncSession, ask: Operation) -> Answer | Message:
        now = self._clock()
        match ask:
            case SendCode():
                await self._friends.started(session, ask)
                return await codes.prepare(session, self._seals, ask, self._bank, now)
            case CheckCode():
                return await codes.check(session, self._seals, ask, now, self._friends.bound)
            case Unbind():
                return await bindings.unbind(session, self._seals, ask, now)
            case SubmitDocuments():
                return await documents.submit(session, self._seals, ask, now)
            case SetNotices():
                return await notices.choose(session, self._seals, ask, self._rules, now)
            case WithdrawConsent():
                return await allowed.withdraw(session, self._seals, ask, now)
            case AcceptOffer():
                return await self._offers.accept(session, ask)
            case MakeLink() | Reach():
                return await self._friends.run(session, ask)
            case TakeCopy() | Erase() | KeepData():
                return await self._own_data.run(session, ask)

    async def _send(self, ask: Operation, message: Message) -> Answer:
        assert isinstance(ask, SendCode)
        try:
            await self._sms.send(message.phone, message.text, str(ask.op_id))
        except Exception as error:  # whatever a gateway raises: the customer is told, and may ask again
            log.warning("code_not_sent", op_id=str(ask.op_id), error=type(error).__name__)
            return codes.failed("unavailable")
        return Answer(state="done", outputs={"sent_to": texts.masked(message.phone)})

    async def _claim(self, session: AsyncSession, ask: Operation) -> KeptAnswer:
        """This operation's row, locked, so that the same one waits for its twin."""
        body = ask.model_dump_json(exclude={"locale"})
        await session.execute(
            insert(KeptAnswer)
            .values(
                op_id=ask.op_id,
                action=ask.action,
                body=self._seals.mark(body, "operation"),
                state="pending",
                outputs={},
                at=self._clock(),
            )
            .on_conflict_do_nothing()
        )
        kept = (await session.scalars(select(KeptAnswer).where(KeptAnswer.op_id == ask.op_id).with_for_update())).one()
        if not any(hmac.compare_digest(mark, kept.body) for mark in self._seals.marks(body, "operation")):
            raise OpIdReused
        return kept


def _keep(kept: KeptAnswer, answer: Answer) -> None:
    kept.state, kept.outputs, kept.error = answer.state, answer.outputs, answer.error


def _given(kept: KeptAnswer) -> Answer:
    return Answer(state="done" if kept.state == "done" else "failed", outputs=kept.outputs, error=kept.error)
