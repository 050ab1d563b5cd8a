"""What a customer may pay now, by limits, care and stops: worked out from the database for whoever asks.

Approving asks inside its transaction, under the customer's lock; a quote and the limits of a conversation ask the
same beforehand, so that the customer hears of a limit before saying yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core_adapters.brands import BankBrand
from core_adapters.database import Connection, Pool
from core_adapters.operations import holding, payees, traits
from core_adapters.operations.decisions import velocity
from core_adapters.operations.decisions.velocity import Held, Payer, Room
from core_adapters.ports import Person
from flows.cards import CardNumber
from flows.events import Value
from flows.ports import Sealer


@dataclass(frozen=True, slots=True)
class Allowance:
    """What stands around one payment."""

    payer: Payer
    new_payee: bool
    room: Room

    @property
    def new_in_care(self) -> bool:
        """New binding, new payee: the code is wanted for any amount."""
        return self.new_payee and self.payer.care is not None


@dataclass(frozen=True, slots=True)
class Allowances:
    """Works them out for one bank."""

    brand: BankBrand
    sealer: Sealer

    async def of_payment(
        self, connection: Connection | Pool, customer_id: str, person: Person, now: datetime, action: str,
        inputs: Mapping[str, Value], cards: Mapping[str, CardNumber], known: bool = False,
    ) -> Allowance:  # fmt: skip
        """What this payment may come to; ``known``: its payee is, whatever the books of payees say now.

        A payee is known who was paid on an earlier day, so that a small payment does not open the way for a large one
        at once; while a binding is new, who was paid before it was made. One's own phone is always known.
        """
        payer = holding.payer_of(self.brand, person, now)
        before = payer.care.since if payer.care is not None else payer.day[0]
        key = payees.key_of(action, inputs, cards)
        own = key is not None and key == payees.Key("mobile", person.phone)
        new = not known and not own and not await payees.is_known(connection, self.sealer, customer_id, key, before)
        held = await holding.held(connection, self.brand, customer_id, payer)
        return Allowance(payer, new, self._least(payer, held, traits.of(action).kind, new))

    async def of_day(
        self, connection: Connection | Pool, customer_id: str | None, person: Person | None, now: datetime
    ) -> Mapping[str, Room]:
        """``today`` and ``now`` to a payee who is known, ``new_payee`` to one who is not."""
        payer = holding.payer_of(self.brand, person, now)
        held = await holding.held(connection, self.brand, customer_id, payer) if customer_id is not None else []
        ordinary = velocity.rooms(self.brand.limits, payer, held, "transfer", new_payee=False)
        return {
            "today": velocity.least([room for room in ordinary if room.free_at == payer.day[1]]),
            "now": velocity.least(ordinary),
            "new_payee": self._least(payer, held, "transfer", new_payee=True),
        }

    def _least(self, payer: Payer, held: list[Held], kind: str, new_payee: bool) -> Room:
        return velocity.least(velocity.rooms(self.brand.limits, payer, held, kind, new_payee))
