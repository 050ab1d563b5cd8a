"""A bank that also takes transfers back."""

from core_adapters.operations.reversing import ACTION
from core_adapters.ports import Posted


class TakesBack:
    """A bank that also reverses: `lands` is whether it does, `answers` what it says of it."""

    def __init__(self, bank):
        self.bank, self.lands, self.answers, self.taken, self.calls = bank, True, None, {}, []
        self.name, self.capability = bank.name, bank.capability

    async def perform(self, order):
        if order.action != ACTION:
            return await self.bank.perform(order)
        self.calls.append(order)
        if self.lands:
            self.taken[order.reference] = order.amount
        if self.answers is not None:
            raise self.answers
        return Posted("rev-1")

    async def enquire(self, order):
        return Posted("rev-1") if order.reference in self.taken else None

    async def progress(self, order):
        return await self.bank.progress(order)


def taking_back(room):
    """The room's bank, which from now on takes back what it is asked to."""
    made = TakesBack(room.adapters.desk.performers["sandbox"])
    room.adapters.desk.performers["sandbox"] = made
    room.adapters.desk.accepting.performer_of[ACTION] = "sandbox"
    return made
