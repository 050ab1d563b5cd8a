"""What lies behind the short tokens of buttons: a choice whose id had no room, and further pages of choices.

A token leads to the message it hung under (channels.references), which is read back from the outbox, and only in the
chat that the token came from. Neither is the engine's business: a choice arrives there under its own id, and a page
is the same message again.
"""

from dataclasses import dataclass, replace

from bot.store import Said
from channels import references
from flows.effects import Send
from flows.messages import EventType, InboundEvent
from flows.session import Session


@dataclass(frozen=True, slots=True)
class Turned:
    """A page was turned: the chat stays as it is, and the page goes out."""

    session: Session
    effects: tuple[Send, ...]


class Paging:
    """Reads tokens. Every method raises StoreDown when the database is away."""

    def __init__(self, said: Said) -> None:
        self._said = said

    async def resolved(self, event: InboundEvent) -> InboundEvent:
        """The event with the choice's own id in the place of a token; any other event as it is."""
        token = _token(event)
        if token is None or token.choice is None:
            return event
        message = await self._said.message(token.message, event.conversation)
        if message is None or not 0 <= token.choice < len(message.choices):
            return event
        return replace(event, payload=message.choices[token.choice].id)

    async def turned(self, session: Session, event: object) -> Turned | None:
        """What a tap on "more" or "back" leads to; None for everything else, a token that leads nowhere included."""
        token = _token(event) if isinstance(event, InboundEvent) else None
        if token is None or token.page is None or not isinstance(event, InboundEvent):
            return None
        message = await self._said.message(token.message, event.conversation)
        if message is None:
            return None
        ref = references.ref_of(token.message)
        bare = replace(message, picture=None, file=None, place=None)  # the picture stands in the chat already
        page = replace(bare, key=f"{event.id}:1", answers=event.id, page=token.page, ref=ref)
        return Turned(session, (Send(page),))


def _token(event: InboundEvent) -> references.Reference | None:
    if event.type is not EventType.POSTBACK or event.payload is None:
        return None
    return references.read(event.payload)
