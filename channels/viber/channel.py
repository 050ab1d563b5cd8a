"""The Viber channel: proves a callback, sends, answers a greeting, registers."""

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b, sha256

from channels.clock import Clock, now_utc
from channels.errors import PermanentContent, PermanentUser, SendFailure, Transient, Unauthentic
from channels.pictures import fit, fits
from channels.viber.calls import INVALID_URL, TooNew, ViberCalls, without_numbers
from channels.viber.capabilities import CAPABILITIES
from channels.viber.parse import parse
from channels.viber.render import Form, Lent, greeting, render
from flows.messages import Attachment, EventType, InboundEvent, OutboundMessage
from flows.ports import DrawnPicture, MediaHost, Sent

SIGNATURE_HEADER = "x-viber-content-signature"
# Of all that Viber can tell of; ``message`` and ``webhook`` come anyway.
EVENT_TYPES = ("subscribed", "unsubscribed", "conversation_started", "delivered", "seen", "failed")
# What Viber writes when a message failed for the customer's sake and not for the message's.
WORDS_OF_USERS = ("subscribed", "registered", "blocked")


class Viber:
    """One bot. Of ``tokens`` the first makes calls, and each of them proves a callback, so that they can rotate.

    ``name`` is what customers see as the sender. ``account`` names the bot among ours; left empty it is made of the
    first token, and then a new token would be a new account: name it before the token is changed.
    """

    name = "viber"
    capabilities = CAPABILITIES

    def __init__(
        self,
        tokens: Sequence[str],
        name: str,
        api_url: str,
        host: MediaHost,
        clock: Clock = now_utc,
        account: str = "",
    ) -> None:
        self.account = account or blake2b(tokens[0].encode(), person=b"viber account").hexdigest()[:16]
        self._tokens = tuple(tokens)
        self._sender = name
        self._host = host
        self._calls = ViberCalls(tokens[0], api_url, clock)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """The header is the body's HMAC-SHA256 under one of our tokens, in lower-case hex as Viber writes it.

        Raises:
            Unauthentic: when it is missing, wrong or in upper case.
        """
        given = headers.get(SIGNATURE_HEADER, "").encode()
        right = [
            hmac.compare_digest(given, hmac.new(token.encode(), body, sha256).hexdigest().encode())
            for token in self._tokens
        ]
        if not any(right):
            raise Unauthentic("the signature is missing or wrong")

    def challenge(self, query: Mapping[str, str]) -> str | None:  # noqa: ARG002 - the port's shape
        """Viber asks by a callback like any other."""
        return None

    def parse(self, body: bytes, received_at: datetime) -> list[InboundEvent]:
        """Raises Unreadable."""
        return parse(body, self.account, received_at)

    def answer(self, event: InboundEvent, welcome: OutboundMessage) -> bytes | None:
        """The greeting of who has not subscribed goes into the answer, the only way in which it can reach them."""
        if event.type is not EventType.START or event.details.get("subscribed") == "yes":
            return None
        return greeting(event, welcome, sender=self._sender)

    def failure(self, event: InboundEvent) -> SendFailure | None:
        """Viber says in words why a message that it had taken failed later."""
        if event.type is not EventType.DELIVERY_STATUS or event.details.get("state") != "failed":
            return None
        words = event.details.get("reason", "")
        if any(word in words.lower() for word in WORDS_OF_USERS):
            return PermanentUser("the message did not reach the customer", "failed")
        return PermanentContent(f"Viber could not show the message: {without_numbers(words)}", "failed")

    async def acknowledge(self, event: InboundEvent) -> None:
        """Viber's buttons have no spinner."""

    async def typing(self, address: str, message_id: str | None) -> None:
        """Viber does not let a bot show that it types."""

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        """Send all parts in order; what the customer's client is too old for goes once more in a simpler form.

        Raises:
            SendFailure: its class says what to do.
        """
        lent, became = await self._lend(message, drawn)
        rendered = render(message, address, sender=self._sender, lent=lent)
        numbers: list[str | None] = []
        try:
            for body in rendered.calls:
                numbers.append(await self._calls.make("send_message", body))
        except TooNew:
            # Only the last request asks for anything new, so what has left stays as it is.
            rendered = render(message, address, sender=self._sender, lent=lent, simple=True)
            for body in rendered.calls[len(numbers) :]:
                numbers.append(await self._calls.make("send_message", body))
        return Sent(tuple(number for number in numbers if number is not None), (*rendered.degradations, *became))

    async def delete(self, address: str, message_id: str) -> bool:  # noqa: ARG002 - the port's shape
        """What Viber has delivered stays."""
        return False

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """Raises SendFailure; PermanentContent for what is gone, too large, or not at Viber."""
        if not attachment.source:
            raise PermanentContent("Viber gave no address for the file", "source")
        return await self._calls.fetch(attachment.source, most)

    async def meet(self, url: str, commands: Mapping[str, Mapping[str, str]]) -> None:  # noqa: ARG002 - no menu there
        """Tell Viber where our webhook is; it tries the address at once. Raises a SendFailure."""
        body = {"url": url, "event_types": list(EVENT_TYPES), "send_name": True, "send_photo": False}
        try:
            await self._calls.make("set_webhook", body)
        except PermanentContent as failure:
            if failure.code != str(INVALID_URL):
                raise
            # The address may be right and not open to the world yet.
            raise Transient("Viber cannot reach our webhook", failure.code) from None

    async def warm_up(self) -> None:
        """Nothing here is slow."""

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()

    async def _lend(self, message: OutboundMessage, drawn: DrawnPicture | None) -> tuple[Lent | None, tuple[str, ...]]:
        """The file where Viber can fetch it, and what became of it on the way. Raises SendFailure."""
        if drawn is None or message.delete_of is not None or message.template is not None:
            return None, ()
        if message.picture is not None and message.picture.document:
            drawn = replace(drawn, document=True)
        fitted = None if drawn.document else await asyncio.to_thread(fit, drawn, CAPABILITIES.media["image"])
        goes = fitted or drawn
        lent = Lent(_form(drawn, fitted), await self._host.publish(goes), len(goes.data), goes.file_name)
        if goes is not drawn:
            return lent, ("reencoded",)
        return lent, ("media_as_file",) if lent.kind == "file" and not drawn.document else ()


def _form(drawn: DrawnPicture, fitted: DrawnPicture | None) -> Form:
    if fitted is not None:
        return "picture"
    return "file" if fits(drawn, CAPABILITIES.media["document"]) else "link"
