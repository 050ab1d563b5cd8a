"""The Messenger channel: proves a webhook, sends, fetches files, registers the page's webhook and menu."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import orjson
import structlog

from channels.clock import Clock, now_utc
from channels.errors import PermanentContent, SendFailure
from channels.graph import webhook
from channels.graph.client import Graph
from channels.messenger import profile
from channels.messenger.capabilities import CAPABILITIES
from channels.messenger.errors import meaning_by
from channels.messenger.parse import parse
from channels.messenger.render import Call, file_kind, recipient, render
from channels.pictures import fit
from flows.messages import Attachment, EventType, InboundEvent, OutboundMessage
from flows.ports import DrawnPicture, Sent

# Where Meta keeps what customers send.
MEDIA_HOSTS = ("fbcdn.net", "fbsbx.com", "facebook.com")
FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_optins",
    "messaging_handovers",
    "messaging_policy_enforcement",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "message_echoes",
    "standby",
)
SEEN = frozenset({EventType.MESSAGE, EventType.POSTBACK, EventType.START, EventType.CONTACT_SHARED})
log = structlog.get_logger()


class Messenger:
    """One page. ``app_secrets`` are those that count now (the current one first, then the next)."""

    name = "messenger"
    capabilities = CAPABILITIES

    def __init__(
        self,
        page_access_token: str,
        app_secrets: Sequence[str],
        verify_token: str,
        page_id: str,
        api_url: str,
        app_id: str = "",
        clock: Clock = now_utc,
    ) -> None:
        self.account = page_id
        self._app_secrets = tuple(app_secrets)
        self._verify_token = verify_token
        self._app_id = app_id
        self._graph = Graph(page_access_token, api_url, meaning_by(clock))

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises Unauthentic; a signature in upper-case hex is refused too, for Meta writes none."""
        webhook.verify(headers, body, self._app_secrets)

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Raises Unauthentic."""
        return webhook.challenge(query, self._verify_token)

    def parse(self, body: bytes, received_at: datetime) -> list[InboundEvent]:
        """Raises Unreadable."""
        return parse(body, self.account, received_at)

    def answer(self, event: InboundEvent, welcome: OutboundMessage) -> bytes | None:  # noqa: ARG002 - the port's shape
        """Messenger's greeting is a message like any other."""
        return None

    def failure(self, event: InboundEvent) -> SendFailure | None:  # noqa: ARG002 - the port's shape
        """Messenger says at once what is wrong, never later."""
        return None

    async def acknowledge(self, event: InboundEvent) -> None:
        """Show the customer that their message was read."""
        if event.type in SEEN and event.private_chat:
            await self._act(event.address, "mark_seen")

    async def typing(self, address: str, message_id: str | None) -> None:  # noqa: ARG002 - the port's shape
        """Show that an answer is on its way; failing to do so harms nothing."""
        await self._act(address, "typing_on")

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        """Raises SendFailure. A message of several parts is one: when a later part fails, all of it has."""
        file = None if drawn is None else await asyncio.to_thread(_fitted, drawn)
        rendered = render(message, address, drawn=file)
        ids = [await self._post(call) for call in rendered.calls]
        return Sent(tuple(one for one in ids if one), (*rendered.degradations, *_changes(drawn, file)))

    async def delete(self, address: str, message_id: str) -> bool:  # noqa: ARG002 - the port's shape
        """Messenger lets no page take back what it has said."""
        return False

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """From Meta's own hosts, which are asked without our token. Raises SendFailure."""
        if attachment.source is None:
            raise PermanentContent("the file has no address", "source")
        return await self._graph.download(attachment.source, most, MEDIA_HOSTS, bearer=False)

    async def meet(self, url: str, commands: Mapping[str, Mapping[str, str]]) -> None:
        """The app's webhook, the page's subscription to it, and the page's greeting and menu. Raises SendFailure.

        Without the app's id there is nobody to tell: then a person does all this in Meta's console.
        """
        if not self._app_id:
            return
        secret = self._app_secrets[0]
        await webhook.subscribe(self._graph, self._app_id, secret, "page", url, self._verify_token, FIELDS)
        await self._graph.post(self.account, "subscribed_apps", json={"subscribed_fields": ",".join(FIELDS)})
        await self._graph.post(self.account, "messenger_profile", json=profile.of(commands))

    async def warm_up(self) -> None:
        """Nothing is slow the first time."""

    async def close(self) -> None:
        """Close the connections."""
        await self._graph.close()

    async def _post(self, call: Call) -> str:
        if call.file is None:
            answer = await self._graph.post(self.account, "messages", json=call.body)
        else:
            fields = {
                name: value if isinstance(value, str) else orjson.dumps(value).decode()
                for name, value in call.body.items()
            }
            answer = await self._graph.upload(self.account, "messages", fields=fields, file=call.file, field="filedata")
        message_id = answer.get("message_id")
        return message_id if isinstance(message_id, str) else ""

    async def _act(self, address: str, action: str) -> None:
        try:
            said = {"recipient": recipient(address), "sender_action": action}
            await self._graph.post(self.account, "messages", json=said)
        except SendFailure as failure:
            log.info("action_not_shown", channel=self.name, kind=action, code=failure.code)


def _fitted(drawn: DrawnPicture) -> DrawnPicture | None:
    """As Messenger takes it: a picture as one, else as a file; None where it is too large for both."""
    if file_kind(drawn) == "image":
        picture = fit(drawn, CAPABILITIES.media["image"])
        if picture is not None:
            return picture
    return fit(replace(drawn, document=True), CAPABILITIES.media["document"])


def _changes(drawn: DrawnPicture | None, file: DrawnPicture | None) -> tuple[str, ...]:
    """What became of the file on its way; that none can go at all the renderer says."""
    if drawn is None or file is None:
        return ()
    if file_kind(file) == "file" and not drawn.document:
        return ("media_as_file",)
    return ("reencoded",) if file.data is not drawn.data else ()
