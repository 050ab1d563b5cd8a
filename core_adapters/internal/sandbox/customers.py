"""Our customers at the bank, by phone, and their cards. A card that is not the customer's own is not found."""

from collections.abc import Mapping
from dataclasses import dataclass

from core_adapters.failures import Missing, Unavailable, Unclear
from core_adapters.internal.cards import Card
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.ports import Directory, Person
from core_adapters.validation import incoming
from flows.money import Money

NAMELESS = "Teller customer"  # the bank wants a name; documents give the true one later


@dataclass(frozen=True, slots=True)
class Customers:
    """Finds people and cards. Everything raises BankFailure."""

    calls: Calls
    directory: Directory

    async def find(self, customer_id: str) -> str | None:
        """The bank's id of a customer of ours; None when the bank does not know the phone."""
        return await self._by_phone(await self._person(customer_id))

    async def find_or_register(self, customer_id: str) -> str:
        """The bank's id, made when there is none; the bank makes one a phone."""
        person = await self._person(customer_id)
        found = await self._by_phone(person)
        if found is not None:
            return found
        body = {"phone": person.phone, "name": person.name or NAMELESS}
        made = await self.calls.order("/customers", body, schemas.REGISTER, schemas.CUSTOMER)
        return str(made["customer_id"])

    async def named(self, customer_id: str) -> str:
        """The bank's id of a customer whom it calls as their documents do, once those are accepted."""
        core_id, person = await self.find_or_register(customer_id), await self._person(customer_id)
        if person.full_name:
            body = {"name": person.full_name}
            told = await self.calls.order(
                f"/customers/{core_id}/name", body, schemas.RENAME, schemas.NAMED, method="PUT"
            )
            if (told["customer_id"], told["name"]) != (core_id, person.full_name):
                raise Unclear("the answer is about another customer or name")
        return core_id

    async def cards(self, customer_id: str) -> list[Card]:
        """All cards of a customer, locked ones too."""
        core_id = await self.find(customer_id)
        if core_id is None:
            return []
        reply = await self.calls.ask(f"/customers/{core_id}/cards", schemas.CARDS)
        rows = reply["cards"]
        return [_card(row) for row in rows] if isinstance(rows, list) else []

    async def own_card(self, customer_id: str, card_id: str) -> Card:
        """One card of the customer's. Raises Missing for any other, whether it exists or not."""
        for card in await self.cards(customer_id):
            if card.card_id == card_id:
                return card
        raise Missing("the customer has no such card")

    async def _by_phone(self, person: Person) -> str | None:
        try:
            found = await self.calls.ask("/customers", schemas.CUSTOMER, phone=person.phone)
        except Missing:
            return None
        return str(found["customer_id"])

    async def _person(self, customer_id: str) -> Person:
        try:
            return await self.directory.person(customer_id)
        except LookupError:
            raise Missing("no such customer of ours") from None
        except Exception as error:
            raise Unavailable(f"the directory did not answer: {type(error).__name__}") from None


def _card(row: Mapping[str, object]) -> Card:
    fits = incoming(row, schemas.CARD)
    return Card(
        card_id=fits["card_id"],
        name=fits["name"],
        last4=fits["last4"],
        scheme=fits["scheme"] or "",
        balance=Money(fits["balance_minor"], fits["currency"]),
        active=fits["status"] == "active",
        holder=fits["holder"],
        expires=fits["expires"],
        tariff=fits["tariff"] or "",
    )
