"""What the outbox needs of pages: open one before its link leaves, and put the address under the button."""

from dataclasses import replace

from bot.secure.forms import Form, Forms
from bot.store import OutboxRow
from flows.effects import OpenForm
from flows.messages import Choice, OutboundMessage


class Pages:
    """Opens pages. ``public_url`` is our address as customers reach it, without a slash at its end."""

    def __init__(self, forms: Forms, public_url: str) -> None:
        self._forms, self._public_url = forms, public_url.rstrip("/")

    async def open(self, row: OutboxRow, effect: OpenForm) -> None:
        """Raises StoreDown."""
        form = Form(
            row.conversation, row.to.customer_id, row.to.channel, effect.slot, effect.slot_type, effect.title,
            effect.locale, effect.due,
        )  # fmt: skip
        await self._forms.open(effect.token, form)

    def linked(self, message: OutboundMessage) -> OutboundMessage:
        """The message with addresses behind its buttons for pages."""
        if all(choice.kind != "form" for choice in message.choices):
            return message
        return replace(message, choices=tuple(self._linked(choice) for choice in message.choices))

    def _linked(self, choice: Choice) -> Choice:
        if choice.kind != "form":
            return choice
        return replace(choice, url=f"{self._public_url}/secure/{choice.id}")
