"""The WhatsApp channel: proves a webhook, sends, fetches what was sent, registers.

A refusal of the Cloud API is read by ``refusals``, and so is one that comes later as a status: most do.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from channels.clock import Clock, now_utc
from channels.errors import ChannelDown, PermanentContent, SendFailure, Transient
from channels.graph import webhook
from channels.graph.client import Graph, Json
from channels.graph.errors import GraphError
from channels.pictures import fit, fits
from channels.whatsapp.capabilities import CAPABILITIES, IMAGE
from channels.whatsapp.parse import parse
from channels.whatsapp.refusals import MEDIA_NOT_TAKEN, meaning
from channels.whatsapp.render import Call, render
from flows.messages import Attachment, EventType, InboundEvent, OutboundMessage
from flows.ports import DrawnPicture, Sent

# Where WhatsApp keeps what customers send; nobody else is shown our token.
MEDIA_HOSTS = ("fbsbx.com", "whatsapp.net")
OBJECT = "whatsapp_business_account"
FIELDS = ("messages",)
log = structlog.get_logger()


class WhatsApp:
    """One number of ours. ``app_secrets`` are those that count now (the current one first, then the next)."""

    name = "whatsapp"
    capabilities = CAPABILITIES

    def __init__(
        self,
        access_token: str,
        app_secrets: Sequence[str],
        verify_token: str,
        phone_number_id: str,
        api_url: str,
        app_id: str = "",
        clock: Clock = now_utc,
    ) -> None:
        self.account = phone_number_id
        self._secrets = tuple(app_secrets)
        self._verify_token = verify_token
        self._app_id = app_id
        self._clock = clock
        self._graph = Graph(access_token, api_url, self._meaning)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """``X-Hub-Signature-256`` over the raw body with one of the app's secrets, its hex in lower case.

        Raises:
            Unauthentic: when it is missing or wrong; upper-case hex is wrong, a signature has one spelling.
        """
        webhook.verify(headers, body, self._secrets)

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Meta's handshake. Raises Unauthentic."""
        return webhook.challenge(query, self._verify_token)

    def parse(self, body: bytes, received_at: datetime) -> list[InboundEvent]:
        """Raises Unreadable."""
        return parse(body, self.account, received_at)

    def answer(self, event: InboundEvent, welcome: OutboundMessage) -> bytes | None:  # noqa: ARG002 - the port's shape
        """WhatsApp's greeting is a message like any other."""
        return None

    def failure(self, event: InboundEvent) -> SendFailure | None:
        """What a status ``failed`` means; None for any other event."""
        if event.type is not EventType.DELIVERY_STATUS or event.details.get("state") != "failed":
            return None
        code = event.details.get("code", "")
        number = int(code) if code.isascii() and code.isdecimal() and len(code) < 10 else 0
        told = GraphError(number, title=event.details.get("title", ""), details=event.details.get("reason", ""))
        return self._meaning(told)

    async def acknowledge(self, event: InboundEvent) -> None:
        """WhatsApp's buttons do not wait for us."""

    async def typing(self, address: str, message_id: str | None) -> None:  # noqa: ARG002 - the port's shape
        """Mark the message as read and show that an answer is on its way; failing to do so harms nothing."""
        if not message_id:
            return
        said = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        try:
            await self._post(said | {"typing_indicator": {"type": "text"}})
        except SendFailure as failure:
            log.info("typing_not_shown", channel=self.name, reason=failure.reason)

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        """Raises a SendFailure. What is drawn is uploaded first, in the form that WhatsApp takes."""
        drawn, changes = await _fitted(_as_meant(message, drawn))
        rendered = render(message, address, drawn=drawn)
        ids: list[str] = []
        for call in rendered.calls:
            answer = await self._once_more(call, drawn)
            ids += _ids(answer)
        return Sent(tuple(ids), (*changes, *rendered.degradations))

    async def delete(self, address: str, message_id: str) -> bool:  # noqa: ARG002 - the port's shape
        """WhatsApp does not let a business delete what it has sent."""
        return False

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """What a customer has sent: the media's id gives an address, the address gives the bytes, both to our token.

        Raises:
            PermanentContent: gone (WhatsApp keeps it for seven days), too large, or somewhere else.
            SendFailure: any other, whose class says what to do.
        """
        try:
            found = await self._graph.get(attachment.ref, query={"phone_number_id": self.account})
        except ChannelDown as failure:
            if failure.code != "100/33":  # no such object: here that is the media, not our number
                raise
            raise PermanentContent("WhatsApp has the file no more", failure.code) from None
        size, url = found.get("file_size"), found.get("url")
        if isinstance(size, int) and size > most:
            raise PermanentContent(f"the file is larger than {most} bytes", "size")
        if not isinstance(url, str):
            raise PermanentContent("WhatsApp gives no address for the file", "url")
        return await self._graph.download(url, most, MEDIA_HOSTS)

    async def meet(self, url: str, commands: Mapping[str, Mapping[str, str]]) -> None:  # noqa: ARG002 - the port's shape
        """See that our token is good for the number, and register the webhook where the app is named.

        WhatsApp has no menu. Raises a SendFailure.
        """
        await self._graph.get(self.account, query={"fields": "display_phone_number"})
        if self._app_id and self._secrets:
            app, secret = self._app_id, self._secrets[0]
            await webhook.subscribe(self._graph, app, secret, OBJECT, url, self._verify_token, FIELDS)

    async def warm_up(self) -> None:
        """Nothing here is slow the first time."""

    async def close(self) -> None:
        """Close the connections."""
        await self._graph.close()

    def _meaning(self, error: GraphError) -> SendFailure:
        return meaning(error, self._clock())

    async def _once_more(self, call: Call, drawn: DrawnPicture | None) -> Json:
        """A file that WhatsApp could not take is tried once more at once, and then never."""
        try:
            return await self._deliver(call, drawn)
        except Transient as failure:
            if not _not_taken(failure):
                raise
        try:
            return await self._deliver(call, drawn)
        except Transient as failure:
            if not _not_taken(failure):
                raise
            raise PermanentContent("WhatsApp does not take the file", failure.code) from None

    async def _deliver(self, call: Call, drawn: DrawnPicture | None) -> Json:
        if call.media is None or drawn is None:
            return await self._post(call.body)
        fields = {"messaging_product": "whatsapp", "type": drawn.mime}
        uploaded = await self._graph.upload(self.account, "media", fields=fields, file=drawn)
        media_id = uploaded.get("id")
        if not isinstance(media_id, str):
            raise Transient("WhatsApp gives no id for the file", "media")
        return await self._post(call.with_media(media_id))

    async def _post(self, body: Json) -> Json:
        return await self._graph.post(self.account, "messages", json=body)


def _not_taken(failure: SendFailure) -> bool:
    return failure.code.partition("/")[0] == str(MEDIA_NOT_TAKEN)


def _as_meant(message: OutboundMessage, drawn: DrawnPicture | None) -> DrawnPicture | None:
    """A picture that the message wants as a file goes as one; any writing (CSV, XML) goes as plain text."""
    if drawn is None:
        return None
    meant = message.picture or message.file
    mime = "text/plain" if drawn.mime.startswith("text/") else drawn.mime
    return replace(drawn, mime=mime, document=drawn.document or (meant is not None and meant.document))


async def _fitted(drawn: DrawnPicture | None) -> tuple[DrawnPicture | None, tuple[str, ...]]:
    """A picture that WhatsApp takes as a picture; the very same where there is no such form of it."""
    if drawn is None or drawn.document or fits(drawn, IMAGE):
        return drawn, ()
    fitted = await asyncio.to_thread(fit, drawn, IMAGE)
    return (drawn, ()) if fitted is None else (fitted, ("reencoded",))


def _ids(answer: Json) -> list[str]:
    """The provider's ids in an answer."""
    messages = answer.get("messages")
    if not isinstance(messages, list):
        return []
    return [one["id"] for one in messages if isinstance(one, dict) and isinstance(one.get("id"), str)]
