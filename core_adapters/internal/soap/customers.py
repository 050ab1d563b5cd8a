"""Our customers at the core, by phone, and their cards. A card that is not the customer's own is not found."""

from dataclasses import dataclass

from core_adapters.failures import Missing, Unavailable
from core_adapters.internal.cards import Card
from core_adapters.internal.soap import schemas
from core_adapters.internal.soap.calls import Answer, Calls
from core_adapters.ports import Directory, Person
from core_adapters.validation import incoming
from flows.money import Money


@dataclass(frozen=True, slots=True)
class Customers:
    """Finds people and cards. Everything raises BankFailure."""

    calls: Calls
    directory: Directory

    async def cards(self, customer_id: str) -> list[Card]:
        """All cards of a customer, locked ones too; none when the core does not know the phone."""
        phone = (await self.person(customer_id)).phone
        try:
            told = await self.calls.ask("QueryCustomer", {"PHONE": phone}, schemas.BY_PHONE, schemas.CUSTOMER)
        except Missing:
            return []
        return [_card(incoming(row, schemas.CARD)) for row in told["CARDS"]["CARD"]]

    async def own_card(self, customer_id: str, card_id: str) -> Card:
        """One card of the customer's. Raises Missing for any other, whether it exists or not."""
        for card in await self.cards(customer_id):
            if card.card_id == card_id:
                return card
        raise Missing("the customer has no such card")

    async def person(self, customer_id: str) -> Person:
        """Raises Missing for nobody of ours, Unavailable when the directory cannot be asked."""
        try:
            return await self.directory.person(customer_id)
        except LookupError:
            raise Missing("no such customer of ours") from None
        except Exception as error:
            raise Unavailable(f"the directory did not answer: {type(error).__name__}") from None


def _card(fits: Answer) -> Card:
    return Card(
        card_id=fits["CARDID"],
        name=fits["NAME"],
        last4=fits["LAST4"],
        scheme=fits["SCHEME"] or "",
        balance=Money(fits["BALANCE"], fits["CCY"]),
        active=fits["STATUS"] == "ACTIVE",
        holder=fits["HOLDER"],
        expires=fits["EXPIRES"],
        tariff=fits["TARIFF"] or "",
    )
