"""The Telegram channel: proves a webhook, sends, edits, deletes, fetches, registers. aiogram is the client.

aiogram takes seconds and 165 MiB to import, so that happens on the first use, or ahead of it by ``warm_up`` in a
thread; nothing else of Teller imports it.
"""

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from channels.clock import Clock, now_utc
from channels.errors import PermanentContent, SendFailure, Unauthentic
from channels.pictures import fit, fits
from channels.telegram.calls import BadPhoto, BotCalls, OtherKind, Unchangeable
from channels.telegram.capabilities import CAPABILITIES
from channels.telegram.parse import parse
from channels.telegram.render import Call, Rendered, corrected, other_edit, render
from flows.messages import Attachment, EventType, InboundEvent, OutboundMessage
from flows.ports import DrawnPicture, Sent

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name, not a secret
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member")
log = structlog.get_logger()


class Telegram:
    """One bot. ``secrets`` are the webhook secrets that count now (the current one first, then the next)."""

    name = "telegram"
    capabilities = CAPABILITIES

    def __init__(self, token: str, secrets: Sequence[str], api_url: str, clock: Clock = now_utc) -> None:
        self.account = token.partition(":")[0]
        self._secrets = tuple(secrets)
        self._calls = BotCalls(token, api_url, clock)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:  # noqa: ARG002 - the port's shape
        """The secret that we gave to setWebhook must come back in the header.

        Raises:
            Unauthentic: when it is missing or is none of ours.
        """
        given = headers.get(SECRET_HEADER, "").encode()
        right = [hmac.compare_digest(given, secret.encode()) for secret in self._secrets]
        if not any(right):
            raise Unauthentic("the secret token is missing or wrong")

    def challenge(self, query: Mapping[str, str]) -> str | None:  # noqa: ARG002 - the port's shape
        """Telegram asks nothing before it sends."""
        return None

    def answer(self, event: InboundEvent, welcome: OutboundMessage) -> bytes | None:  # noqa: ARG002 - the port's shape
        """Telegram's greeting is a message like any other."""
        return None

    def failure(self, event: InboundEvent) -> SendFailure | None:  # noqa: ARG002 - the port's shape
        """Telegram says at once what is wrong, never later."""
        return None

    def parse(self, body: bytes, received_at: datetime) -> list[InboundEvent]:
        """Raises Unreadable."""
        return parse(body, self.account, received_at)

    async def acknowledge(self, event: InboundEvent) -> None:
        """Stop the spinner of a pressed button."""
        query = event.details.get("callback_query_id")
        if event.type is not EventType.POSTBACK or not query:
            return
        try:
            await self._calls.make("answerCallbackQuery", {"callback_query_id": query})
        except SendFailure as failure:
            log.info("callback_not_answered", channel=self.name, reason=failure.reason)

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        """Send, edit or delete. An edit that changes nothing, or of a message that is gone, is no failure.

        What Telegram does not let us change any more is corrected or disclaimed by a message of its own.

        Raises:
            SendFailure: its class says what to do.
        """
        drawn = _as_asked(drawn, message)
        goes = None if drawn is None else await _fitted(drawn)
        try:
            return await self._made(render(message, address, drawn=goes), goes, _changed(drawn, goes))
        except Unchangeable:
            return await self._made(corrected(message, address, drawn=goes), goes, _changed(drawn, goes))
        except BadPhoto:
            assert goes is not None
            goes = replace(goes, document=True)
            return await self._made(render(message, address, drawn=goes), goes, _changed(drawn, goes))

    async def delete(self, address: str, message_id: str) -> bool:
        """Telegram deletes what is younger than 48 hours; an older one stays, and the answer is false.

        Raises:
            SendFailure: one that is to be tried again, for what has to go may hold a card number.
        """
        try:
            await self._made(render(OutboundMessage("", delete_of=message_id), address))
        except SendFailure as failure:
            if failure.retried:
                raise
            log.info("message_not_deleted", channel=self.name, reason=failure.reason)
            return False
        return True

    async def typing(self, address: str, message_id: str | None) -> None:  # noqa: ARG002 - the port's shape
        """Show that an answer is on its way; failing to do so harms nothing."""
        try:
            await self._calls.make("sendChatAction", {"chat_id": address, "action": "typing"})
        except SendFailure as failure:
            log.info("typing_not_shown", channel=self.name, reason=failure.reason)

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """Ask where the file lies and take it from there. Raises SendFailure; PermanentContent: gone or too large."""
        return await self._calls.fetch(attachment.ref, most)

    async def meet(self, url: str, commands: Mapping[str, Mapping[str, str]]) -> None:
        """Tell Telegram the menu, and where our webhook is; without a ``url`` it is taken away, as polling needs.

        The first of the locales is shown to all who speak none of the others.

        Raises:
            SendFailure: its class says what to do.
        """
        for number, (locale, words) in enumerate(commands.items()):
            await self._set_commands(words, locale if number else None)
        await (self._register(url) if url else self._unregister())

    async def _register(self, url: str, *, max_connections: int = 40) -> None:
        """Tell Telegram where our webhook is. Raises a SendFailure."""
        await self._calls.make(
            "setWebhook",
            {
                "url": url,
                "secret_token": self._secrets[0],
                "allowed_updates": list(ALLOWED_UPDATES),
                "max_connections": max_connections,
            },
        )

    async def _unregister(self) -> None:
        """Take the webhook away, as long polling needs. Raises a SendFailure."""
        await self._calls.make("deleteWebhook", {})

    async def _set_commands(self, commands: Mapping[str, str], locale: str | None) -> None:
        """The menu of commands that Telegram shows: command without slash to a few words. Raises a SendFailure."""
        params: dict[str, object] = {
            "commands": [{"command": name, "description": words} for name, words in commands.items()]
        }
        await self._calls.make("setMyCommands", params | ({"language_code": locale} if locale else {}))

    async def warm_up(self) -> None:
        """Import the client in a thread, so that the first message does not wait for it."""
        await asyncio.to_thread(self._calls.load)

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()

    async def _made(self, rendered: Rendered, drawn: DrawnPicture | None = None, changed: tuple[str, ...] = ()) -> Sent:
        ids = [await self._make(call, drawn) for call in rendered.calls]
        numbers = tuple(message_id for message_id in ids if message_id is not None)
        return Sent(numbers, (*rendered.degradations, *changed))

    async def _make(self, call: Call, drawn: DrawnPicture | None) -> str | None:
        try:
            return await self._calls.make(call.method, call.params, call.file_field, drawn)
        except OtherKind:
            other = other_edit(call)
            if other is None:
                raise
            return await self._calls.make(other.method, other.params)


def _as_asked(drawn: DrawnPicture | None, message: OutboundMessage) -> DrawnPicture | None:
    """The picture as the message wants it: not at all for a deletion, as a file where it says so."""
    if drawn is None or message.delete_of is not None:
        return None
    return replace(drawn, document=True) if message.picture is not None and message.picture.document else drawn


async def _fitted(drawn: DrawnPicture) -> DrawnPicture:
    """The picture in a form that Telegram shows, or as a file.

    Raises:
        PermanentContent: too large for both.
    """
    if not drawn.document:
        fitted = await asyncio.to_thread(fit, drawn, CAPABILITIES.media["image"])
        if fitted is not None:
            return fitted
    if not fits(drawn, CAPABILITIES.media["document"]):
        raise PermanentContent("the file is larger than Telegram takes", "size")
    return replace(drawn, document=True)


def _changed(drawn: DrawnPicture | None, goes: DrawnPicture | None) -> tuple[str, ...]:
    """What became of a picture on its way."""
    if drawn is None or goes is None:
        return ()
    if goes.data is not drawn.data:
        return ("reencoded",)
    return ("media_as_file",) if goes.document and not drawn.document else ()
