"""What CustomerAPI asks of others."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from customer_api.seals import Chat


class Endings(Protocol):
    """Hears that a chat is its customer's no more."""

    async def tell(self, binding_id: UUID, chat: Chat, at: datetime) -> None:
        """Told again of the same binding it does nothing more. Raises OSError when it cannot be told now."""
        ...


class Copies(Protocol):
    """Makes copies of all that is held of a person, in every room."""

    async def of(self, customer_id: UUID) -> bytes:
        """The copy itself, as JSON."""
        ...

    async def keep(self, customer_id: UUID, op_id: UUID) -> None:
        """Put a copy behind the link of an operation, for an hour. The same operation again may raise."""
        ...

    def link(self, op_id: UUID) -> str:
        """The link of an operation's copy."""
        ...
