"""May this operation be approved? Limits, and proof that the customer meant exactly this (law L2, law L8)."""

from dataclasses import dataclass
from datetime import timedelta

from core_adapters.brands import Limits
from flows.money import Money

NEW_BINDING = timedelta(hours=24)  # so long a freshly bound messenger stays under `limits.new_binding`


@dataclass(frozen=True, slots=True)
class Case:
    """What is known when an operation is asked for. ``used`` is what this customer's day already holds."""

    limits: Limits
    amount: Money | None
    moves_money_out: bool
    used: Money
    identified: bool
    binding_age: timedelta | None
    proven: bool
    snapshot_matches: bool = True
    enabled: bool = True
    needs_proof: bool = False
    unproven: str = ""  # the rule that lets a part of it be done without a code


@dataclass(frozen=True, slots=True)
class Approve:
    """Go ahead: with the customer's code (``exemption`` is None), or under the named rule that needs none."""

    exemption: str | None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Never sent; ``error`` is the catalogue's code."""

    error: str


def left_today(limits: Limits, used: Money, identified: bool, binding_age: timedelta | None) -> Money:
    """How much more may go out today; never below zero."""
    most = limits.transfer_per_day if identified else min(limits.transfer_per_day, limits.transfer_per_day_unidentified)
    if binding_age is not None and binding_age < NEW_BINDING:
        most = min(most, limits.new_binding)
    return max(most - used, Money(0, used.currency))


def decide(case: Case) -> Approve | Refuse:
    """Approve or refuse one operation."""
    if not case.snapshot_matches:
        return Refuse("not_proven")
    if not case.enabled:
        return Refuse("unavailable")
    if not case.moves_money_out or case.amount is None:
        return _without_limits(case)
    if not _within_limits(case, case.amount):
        return Refuse("limit_exceeded")
    if case.proven:
        return Approve(None)
    if case.amount >= case.limits.step_up_from:
        return Refuse("not_proven")
    return Approve(f"low value: below {case.limits.step_up_from}")


def _without_limits(case: Case) -> Approve | Refuse:
    """No limit of transfers holds for it; a code may be needed all the same."""
    if not case.needs_proof:
        return Approve("nothing leaves the customer's accounts")
    if case.proven:
        return Approve(None)
    return Approve(case.unproven) if case.unproven else Refuse("not_proven")


def _within_limits(case: Case, amount: Money) -> bool:
    limits = case.limits
    if amount.currency != limits.currency or not limits.transfer_min <= amount <= limits.transfer_max:
        return False
    return amount <= left_today(limits, case.used, case.identified, case.binding_age)
