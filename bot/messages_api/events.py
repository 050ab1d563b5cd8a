"""Inbound events as callers read them: normalised, without what a transcript would not show either."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.messages_api import answers
from bot.messages_api.failures import Misfit, NotThere, Unfit
from bot.people import masked
from bot.store.heard import Heard
from channels.ids import conversation_id
from flows.messages import Attachment, Contact, Content, EventType, InboundEvent, Location, Text
from flows.ports import Channel

LIMIT = 100
LIMIT_MAX = 500
Shown = dict[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class Events:
    """All that came over the channels of this installation."""

    heard: Heard
    channels: Mapping[str, Channel]

    async def page(
        self, after: UUID | None, channel: str | None, conversation: str | None, most: int
    ) -> list[answers.Event]:
        """The events that follow, the oldest first. Raises NotThere, Unfit or StoreDown."""
        if channel is not None and channel not in self.channels:
            known = ", ".join(sorted(self.channels)) or "none"
            raise Unfit([Misfit("channel", "no such channel is set up here", f"use one of: {known}")])
        chat = self._conversation(channel, conversation)
        place = 0 if after is None else await self.heard.place(after)
        if place is None:
            raise NotThere("There is no such event any more: leave after out.")
        names = list(self.channels) if channel is None else [channel]
        return [shown(event) for event in await self.heard.events(place, names, most, chat)]

    def _conversation(self, channel: str | None, text: str | None) -> UUID | None:
        """A conversation by its key, or by the chat's address where the channel is named."""
        if text is None:
            return None
        try:
            return UUID(text)
        except ValueError:
            if channel is None:
                fix = "write the conversation_key of an event, or name the channel and write the address"
                raise Unfit([Misfit("conversation", "is no key of a conversation", fix)]) from None
            own = self.channels[channel]
            return conversation_id(own.name, own.account, text)


def shown(event: InboundEvent) -> answers.Event:
    """An event for callers."""
    content = event.content
    sender = answers.EventSender(
        channel_user_id=event.sender.user_id, alt_ids=event.sender.alt_ids,
        display_name=masked(event.sender.display_name), locale=event.sender.locale,
    )  # fmt: skip
    return answers.Event(
        id=event.id, channel=event.channel, account_id=event.account, dedupe_key=event.dedupe_key,
        type=event.type.value, occurred_at=event.occurred_at, received_at=event.received_at, sender=sender,
        conversation_key=event.conversation, address=event.address, message_id=event.message_id,
        in_reply_to=event.in_reply_to, payload=event.payload, title=_title(event),
        content=None if content is None else _content(content), referral=event.referral, details=_details(event),
        own_contact=content.own if isinstance(content, Contact) else None,
    )  # fmt: skip


def _title(event: InboundEvent) -> str | None:
    """What stood on the button that was tapped."""
    if event.type is not EventType.POSTBACK:
        return None
    text = event.content.text if isinstance(event.content, Text) else event.details.get("title")
    return None if text is None else masked(text)


def _details(event: InboundEvent) -> dict[str, str]:
    """A platform's figures as they are; what was filled into a form, masked."""
    if event.type is not EventType.FORM_RESPONSE:
        return event.details
    return {name: value if name == "flow_token" else masked(value) for name, value in event.details.items()}


def _content(content: Content) -> Shown:
    match content:
        case Text():
            return {"type": "text", "text": masked(content.text)}
        case Attachment():
            name = None if content.file_name is None else masked(content.file_name)
            return {
                "type": content.media, "ref": content.ref, "mime": content.mime, "size": content.size,
                "caption": masked(content.caption), "file_name": name, "album": content.album,
            }  # fmt: skip
        case Location():
            return {
                "type": "location", "lat": content.lat, "lon": content.lon, "name": masked(content.name),
                "address": masked(content.address),
            }  # fmt: skip
        case Contact():
            return {
                "type": "contact", "phone": content.phone, "first_name": content.first_name,
                "last_name": content.last_name,
            }  # fmt: skip
