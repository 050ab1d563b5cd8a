"""What the bank does and says by itself, put together: recurring payments, news of cards, and the telling of it all."""

from collections.abc import Sequence
from dataclasses import dataclass

from core_adapters.brands import BankBrand
from core_adapters.notices.hearing import Hearing
from core_adapters.notices.questions import NoticeQuestions
from core_adapters.notices.telling import Telling
from core_adapters.operations.accepting import Accepting
from core_adapters.operations.store import Store
from core_adapters.operations.worker import Job
from core_adapters.ports import Answerer, Bank, Contacts, Newcomers, TellsOfCards
from core_adapters.recurring.running import Recurring
from core_adapters.rewarding import Rewarding


@dataclass(frozen=True, slots=True)
class Unasked:
    """Its jobs for the worker, what it answers, and who hears the core's news of cards."""

    jobs: Sequence[Job]
    answering: Sequence[Answerer] = ()
    hearing: Hearing | None = None


def by_itself(
    store: Store, brand: BankBrand, bank: Bank, accepting: Accepting, billers: Answerer | None,
    contacts: Contacts | None, newcomers: Newcomers | None = None,
) -> Unasked:  # fmt: skip
    """Without ``contacts`` nobody is told anything; what is kept for customers waits. Without ``newcomers`` nobody is
    rewarded for bringing friends."""
    jobs: list[Job] = []
    if brand.features.get("recurring_payments_enabled"):
        recurring = Recurring(store, accepting, billers)
        jobs += [recurring.remind, recurring.run]
    rewarded = newcomers if brand.features.get("referrals_enabled") else None
    if rewarded is not None:
        jobs.append(Rewarding(store, bank.name, rewarded).pay)
    if contacts is None:
        return Unasked(jobs)
    hearing = None
    if brand.features.get("notices_enabled") and isinstance(bank, TellsOfCards):
        hearing = Hearing(bank.name, bank, store, contacts, rewarded)
        jobs.append(hearing.ask)
    jobs.append(Telling(store, contacts, brand.time_zone).tell)
    return Unasked(jobs, (NoticeQuestions(contacts),), hearing)
