"""The floors: the dialogue as one would write it by hand, without an engine, a content file or a second messenger."""

import asyncio
import hmac
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.dialogue import SECRET, Phones

CARD = re.compile(r"(?:\d[ -]?){15}\d")


@dataclass(slots=True)
class State:
    """Where one customer is in the dialogue."""

    step: str = "idle"
    card: str = ""
    last4: str = ""
    minor: int = 0
    button: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A message to send."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Vault:
    """Card numbers by token."""

    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, number: str) -> str:
        return self.tokens.setdefault(number, f"card_{len(self.tokens)}")


Seen = tuple[str, str, str]  # the dedupe key, the chat, the text or payload
# Takes an event, answers when it is stored; the turn itself may follow.
Take = Callable[[Seen], Awaitable[None]]


def decide(state: State, text: str, vault: Vault) -> tuple[list[Said], str | None]:
    """The dialogue: changes the state; the messages to send and an operation to start."""
    if text == "settled":
        state.step = "idle"
        return [Said(f"Done. {_money(state.minor)} is on its way to •{state.last4}.")], None
    if text == "hi":
        menu = (("Open a card", "m:card"), ("Send money", "m:send"), ("Top up", "m:top"), ("Balance", "m:bal"))
        return [Said("What shall we do?", menu)], None
    if text == "send money":
        state.step = "card"
        return [Said("Send me the 16-digit number of the recipient's card.")], None
    if state.step == "card" and (found := CARD.search(text)):
        digits = re.sub(r"\D", "", found[0])
        if not _luhn(digits):
            return [Said("That card number has a mistake in it. Please check the digits.")], None
        state.card, state.last4, state.step = vault.token(digits), digits[-4:], "amount"
        return [
            Said("For your safety I have removed the message with the card number from this chat."),
            Said(f"How much should I send to •{state.last4}?", (("100.00 ₴", "a:100"), ("200.00 ₴", "a:200"))),
        ], None
    if state.step == "amount" and text.isdecimal():
        state.minor, state.step, state.button = int(text) * 100, "confirm", uuid.uuid4().hex
        buttons = (("Yes", f"y:{state.button}"), ("No", f"n:{state.button}"), ("Change", f"c:{state.button}"))
        return [Said(f"Send {_money(state.minor)} from Everyday •4242 to •{state.last4}? Fee: 0.00 ₴.", buttons)], None
    if state.step == "confirm" and hmac.compare_digest(text, f"y:{state.button}"):
        state.step = "paying"
        return [], str(uuid.uuid4())
    return [Said("I did not understand that.")], None


def app(take: Take) -> Starlette:
    """The webhook."""

    async def receive(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("x-telegram-bot-api-secret-token", "").encode(), SECRET):
            return Response(status_code=401)
        update = orjson.loads(await request.body())
        if "message" in update:
            message = update["message"]
            await take((str(update["update_id"]), str(message["chat"]["id"]), message["text"]))
        else:
            query = update["callback_query"]
            await take((str(update["update_id"]), str(query["message"]["chat"]["id"]), query["data"]))
        return Response(status_code=200)

    return Starlette(routes=[Route("/webhooks/telegram", receive, methods=["POST"])])


class InMemory:
    """State in a dict: the least that this dialogue can cost."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones
        self._states: dict[str, State] = {}
        self._seen: set[str] = set()
        self._vault = Vault()
        self.app = app(self._take)

    async def _take(self, seen: Seen) -> None:
        dedupe, chat, text = seen
        if dedupe in self._seen:
            return
        self._seen.add(dedupe)
        said, operation = decide(self._states.setdefault(chat, State()), text, self._vault)
        for message in said:
            show(self._phones, chat, message)
        if operation is not None:
            settled = (operation, chat, "settled")
            asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(self._take(settled)))


def show(phones: Phones, chat: str, message: Said) -> None:
    """Send: the Bot API call's body is built, its network is not measured."""
    rows = [[{"text": title, "callback_data": data} for title, data in message.buttons]]
    orjson.dumps({"chat_id": chat, "text": message.text, "reply_markup": {"inline_keyboard": rows}})
    phones.show(chat, message.text, tuple(data for _, data in message.buttons))


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d} ₴"


def _luhn(digits: str) -> bool:
    doubled = [int(d) * 2 if n % 2 else int(d) for n, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
