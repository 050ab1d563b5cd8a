"""How the turn's bodies lie in the tables: JSON, sealed, bound to their table and row."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter

from bot.logs import REQUEST_ID
from bot.store.rows import OutboxRow, To
from flows.effects import Effect
from flows.events import EVENT, Event
from flows.ports import Sealer

REQUEST = b'{"request":"'  # what a body begins with that knows its request


@dataclass(frozen=True, slots=True)
class _Body:
    to: To
    effect: Effect


_BODY: TypeAdapter[_Body] = TypeAdapter(_Body)


class Sealed:
    """Seals and opens the three kinds of body."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def event(self, event: Event, request: str | None = None) -> bytes:
        """An inbox body, with the id of the request that it came with."""
        body = EVENT.dump_json(event)
        if request is not None and REQUEST_ID.match(request):
            body = REQUEST + request.encode() + b'",' + body[1:]
        return self._sealer.seal(body, b"bot.inbox.body:" + event.id.bytes)

    def open_event(self, row: UUID, body: bytes) -> Event:
        """Raises what the sealer raises for a wrong key, and pydantic's ValidationError for an unknown shape."""
        return self.open_request(row, body)[0]

    def open_request(self, row: UUID, body: bytes) -> tuple[Event, str | None]:
        """The same, and the id of the request, where it is known."""
        opened = self._sealer.open(body, b"bot.inbox.body:" + row.bytes)
        told, _, _ = opened.removeprefix(REQUEST).partition(b'"')
        return EVENT.validate_json(opened), told.decode() if opened.startswith(REQUEST) else None

    def state(self, conversation: UUID, state: bytes) -> bytes:
        """A conversation's state."""
        return self._sealer.seal(state, b"bot.conversation.state:" + conversation.bytes)

    def open_state(self, conversation: UUID, state: bytes) -> bytes:
        """Raises what the sealer raises for a wrong key."""
        return self._sealer.open(state, b"bot.conversation.state:" + conversation.bytes)

    def outbox(self, row: OutboxRow) -> bytes:
        """An outbox body."""
        return self._sealer.seal(_BODY.dump_json(_Body(row.to, row.effect)), b"bot.outbox.body:" + row.id.bytes)

    def open_outbox(self, row: UUID, body: bytes) -> tuple[To, Effect]:
        """Raises what the sealer raises for a wrong key, and pydantic's ValidationError for an unknown shape."""
        opened = _BODY.validate_json(self._sealer.open(body, b"bot.outbox.body:" + row.bytes))
        return opened.to, opened.effect
