"""May this operation be approved? Limits, and proof that the customer meant exactly this (law L2, law L8)."""

from dataclasses import dataclass

from core_adapters.brands import Limits
from core_adapters.operations.decisions.velocity import Room
from flows.money import Money

OF_NEW_PAYEES = frozenset({"new_payee_per_day", "new_binding"})


@dataclass(frozen=True, slots=True)
class Case:
    """What is known when an operation is asked for. ``room`` is what the limits leave for this payment.

    ``new_in_care``: the payee is new and so is the customer's binding, so that the code is needed for any amount.
    ``stopped``: staff have stopped the action or its core.
    ``is_a_mandate``: money will leave later, under this yes. ``mandate``: the rule by which an earlier one holds.
    """

    limits: Limits
    amount: Money | None
    moves_money_out: bool
    room: Room | None
    proven: bool
    new_in_care: bool = False
    between_own: bool = False
    snapshot_matches: bool = True
    enabled: bool = True
    needs_proof: bool = False
    unproven: str = ""  # the rule that lets a part of it be done without a code
    stopped: bool = False
    is_a_mandate: bool = False
    mandate: str | None = None


@dataclass(frozen=True, slots=True)
class Approve:
    """Go ahead: with the customer's code (``exemption`` is None), or under the named rule that needs none."""

    exemption: str | None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Never sent; ``error`` is the catalogue's code, ``limit`` the limit that holds."""

    error: str
    limit: str = ""


def decide(case: Case) -> Approve | Refuse:
    """Approve or refuse one operation."""
    if not case.snapshot_matches:
        return Refuse("not_proven")
    if not case.enabled or case.stopped:
        return Refuse("unavailable")
    if not (case.moves_money_out or case.is_a_mandate) or case.amount is None:
        return _without_limits(case)
    return over_limit(case.limits, case.amount, case.room) or _proven(case, case.amount)


def over_limit(limits: Limits, amount: Money, room: Room | None) -> Refuse | None:
    """The refusal of an amount that a limit bars; None for one that may go."""
    if amount.currency != limits.currency or not limits.transfer_min <= amount <= limits.transfer_max:
        return Refuse("limit_exceeded", "transfer_max")
    if room is None or amount <= room.left:
        return None
    return Refuse("new_payee_limit" if room.limit in OF_NEW_PAYEES else "limit_exceeded", room.limit)


def needs_code(limits: Limits, amount: Money, new_in_care: bool) -> bool:
    """Whether the customer's own code is wanted for this amount."""
    return new_in_care or amount >= limits.step_up_from


def _proven(case: Case, amount: Money) -> Approve | Refuse:
    if case.mandate is not None:
        return Approve(case.mandate)
    if case.proven:
        return Approve(None)
    if needs_code(case.limits, amount, case.new_in_care):
        return Refuse("not_proven")
    return Approve(f"low value: below {case.limits.step_up_from}")


def _without_limits(case: Case) -> Approve | Refuse:
    """No limit of transfers holds for it; a code may be needed all the same."""
    if case.between_own:
        return Approve("between the customer's own accounts")
    if not case.needs_proof:
        return Approve("nothing leaves the customer's accounts")
    if case.proven:
        return Approve(None)
    return Approve(case.unproven) if case.unproven else Refuse("not_proven")
