"""The decisions of the money path as tables, and as a machine that is driven through every order of events."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core_adapters import brands
from core_adapters.failures import Declined, Missing, Refused, TurnedAway, Unavailable, Unclear
from core_adapters.operations.decisions import admission, enquiry, reply
from core_adapters.operations.decisions.admission import Approve, Case, Refuse
from core_adapters.operations.decisions.enquiry import Doubt, Wait
from core_adapters.operations.decisions.reply import Verdict
from core_adapters.operations.decisions.velocity import Room
from core_adapters.operations.states import FINAL, State, may_move
from core_adapters.ports import Capability, Posted
from flows.money import Money

YES = Posted("core-1")
LIMITS = brands.load("sandbox").limits
UNKNOWN = Verdict(State.UNKNOWN, "unknown_result")


@pytest.mark.parametrize(
    ("seen", "first", "again"),
    [
        (YES, Verdict(State.POSTED), Verdict(State.POSTED)),
        (Declined("insufficient_funds"), *[Verdict(State.REJECTED, "insufficient_funds")] * 2),
        (Unavailable(), Verdict(State.VOID, "unavailable"), UNKNOWN),
        (Refused(), Verdict(State.VOID, "unavailable"), UNKNOWN),
        (TurnedAway(), Verdict(State.REJECTED, "unavailable"), UNKNOWN),
        (Missing(), Verdict(State.REJECTED, "unavailable"), UNKNOWN),
        (Unclear(), UNKNOWN, UNKNOWN),
    ],
)
def test_a_reply_means_less_when_an_earlier_attempt_may_have_landed(seen, first, again):
    assert reply.decide(seen, sent_before=False) == first
    assert reply.decide(seen, sent_before=True) == again


def uah(text):
    return Money.parse(f"{text} UAH")


def case(amount="100", left="50000", limit="transfer_per_day", proven=False, out=True, **known):
    room = Room(limit, uah(left)) if out else None
    return Case(LIMITS, uah(amount), out, room, proven, **known)


def without_limits(proven=False, unproven=""):
    return Case(LIMITS, None, False, None, proven, needs_proof=True, unproven=unproven)


@pytest.mark.parametrize(
    ("asked", "decided"),
    [
        (case("499.99"), Approve("low value: below 500.00 UAH")),
        (case("500"), Refuse("not_proven")),
        (case("500", proven=True), Approve(None)),
        (case("29999", proven=True), Approve(None)),
        (case("29999.01", proven=True), Refuse("limit_exceeded", "transfer_max")),
        (case("0.99"), Refuse("limit_exceeded", "transfer_max")),
        (case("100", left="100"), Approve("low value: below 500.00 UAH")),
        (case("100.01", left="100"), Refuse("limit_exceeded", "transfer_per_day")),
        (case("100.01", left="100", limit="transfers_per_hour"), Refuse("limit_exceeded", "transfers_per_hour")),
        (case("100.01", left="100", limit="new_payee_per_day"), Refuse("new_payee_limit", "new_payee_per_day")),
        (case("100.01", left="100", limit="new_binding"), Refuse("new_payee_limit", "new_binding")),
        (case("1", new_in_care=True), Refuse("not_proven")),
        (case("1", new_in_care=True, proven=True), Approve(None)),
        (case("100", snapshot_matches=False, proven=True), Refuse("not_proven")),
        (case("100", enabled=False), Refuse("unavailable")),
        (case("100", stopped=True), Refuse("unavailable")),
        (case("99999", out=False), Approve("nothing leaves the customer's accounts")),
        (without_limits(), Refuse("not_proven")),
        (without_limits(proven=True), Approve(None)),
        (without_limits(unproven="a lower limit"), Approve("a lower limit")),
        (without_limits(proven=True, unproven="a lower limit"), Approve(None)),
        (case("99999", out=False, between_own=True), Approve("between the customer's own accounts")),
        (case("99999", out=False, between_own=True, stopped=True), Refuse("unavailable")),
    ],
)
def test_what_is_approved(asked, decided):
    assert admission.decide(asked) == decided


DEDUP = Capability("reference-dedup", "by-our-ref", 5)
ASKS_ONLY = Capability("none", "by-our-ref", 5)
THEIR_ID = Capability("none", "by-their-id", 5)
KEY_ONLY = Capability("key", "none", 5)


def doubt(seconds=10.0, sends=1, enquiries=0):
    return Doubt(timedelta(seconds=seconds), sends, enquiries)


@pytest.mark.parametrize(
    ("capability", "state", "step"),
    [
        (DEDUP, doubt(2), Wait(3.0)),
        (DEDUP, doubt(5), "ask"),
        (ASKS_ONLY, doubt(5), "ask"),
        (KEY_ONLY, doubt(4), Wait(1.0)),
        (KEY_ONLY, doubt(5), "resend"),
        (KEY_ONLY, doubt(5, sends=3), enquiry.HOLD),
        (THEIR_ID, doubt(5), enquiry.HOLD),
    ],
)
def test_nobody_is_asked_before_the_settle_bound_and_what_cannot_be_asked_goes_to_staff(capability, state, step):
    assert enquiry.before_asking(capability, state) == step


@pytest.mark.parametrize(
    ("capability", "state", "answer", "step"),
    [
        (DEDUP, doubt(), YES, Verdict(State.POSTED)),
        (DEDUP, doubt(), Declined("insufficient_funds"), Verdict(State.REJECTED, "insufficient_funds")),
        (DEDUP, doubt(), None, "resend"),
        (DEDUP, doubt(sends=3), None, Wait(2.0)),
        (DEDUP, doubt(sends=3, enquiries=4), None, enquiry.HOLD),
        (ASKS_ONLY, doubt(), None, Wait(2.0)),
        (ASKS_ONLY, doubt(enquiries=3), None, Wait(16.0)),
        (ASKS_ONLY, doubt(enquiries=4), None, enquiry.HOLD),
        (ASKS_ONLY, doubt(enquiries=4), Unclear(), Wait(32.0)),
        (ASKS_ONLY, doubt(enquiries=99), Unavailable(), Wait(600.0)),
    ],
)
def test_not_found_is_resent_only_where_doubles_are_dropped(capability, state, answer, step):
    assert enquiry.after_asking(capability, state, answer) == step


@dataclass
class Core:
    """A core of some capability: requests land when they land, and some never do."""

    capability: Capability
    postings: int = 0
    references: set[str] = field(default_factory=set)
    in_flight: int = 0

    def land(self):
        drops_doubles = self.capability.idempotency != "none"
        if not (drops_doubles and "ref" in self.references):
            self.postings += 1
        self.references.add("ref")

    def answer(self):
        return YES if "ref" in self.references else None


class OneOperation(RuleBasedStateMachine):
    """Any order of losses, crashes, late landings, enquiries and staff; the laws hold after every step."""

    @initialize(capability=st.sampled_from([ASKS_ONLY, DEDUP, KEY_ONLY, THEIR_ID]))
    def begin(self, capability):
        self.core = Core(capability)
        self.state, self.sends, self.enquiries, self.since = State.APPROVED, 0, 0, timedelta()
        self.finals = []

    def move(self, to):
        assert may_move(self.state, to), (self.state, to)
        self.state = to
        if to in FINAL:
            self.finals.append(to)

    def settle(self, seen):
        verdict = reply.decide(seen, sent_before=self.sends > 1)
        self.since = timedelta()
        self.move(verdict.state)

    @precondition(lambda self: self.state is State.APPROVED)
    @rule()
    def send(self):
        self.move(State.SENDING)
        self.sends += 1

    @precondition(lambda self: self.state is State.SENDING)
    @rule()
    def answered(self):
        self.core.land()
        self.settle(YES)

    @precondition(lambda self: self.state is State.SENDING)
    @rule()
    def reply_lost(self):
        self.core.land()
        self.settle(Unclear())

    @precondition(lambda self: self.state is State.SENDING)
    @rule()
    def slow(self):
        """It will land, by the settle bound or, where a core does not keep its word, after it."""
        self.core.in_flight += 1
        self.settle(Unclear())

    @precondition(lambda self: self.state is State.SENDING)
    @rule(failure=st.sampled_from([Unavailable(), TurnedAway(), Unclear(), Refused()]))
    def lost_on_the_way(self, failure):
        self.settle(failure)

    @precondition(lambda self: self.state is State.SENDING)
    @rule(landed=st.booleans())
    def crashed(self, landed):
        if landed:
            self.core.land()
        self.since = timedelta()
        self.move(State.UNKNOWN)

    @rule(seconds=st.sampled_from([5, 10, 1]), keeps_its_word=st.booleans())
    def time_goes_by(self, seconds, keeps_its_word):
        self.since += timedelta(seconds=seconds)
        if keeps_its_word and self.since.total_seconds() >= self.core.capability.settle_bound_s:
            for _ in range(self.core.in_flight):
                self.core.land()
            self.core.in_flight = 0

    @precondition(lambda self: self.state is State.UNKNOWN)
    @rule(bank_answers=st.booleans())
    def looked_after(self, bank_answers):
        state = Doubt(self.since, self.sends, self.enquiries)
        step = enquiry.before_asking(self.core.capability, state)
        if step == "ask":
            step = enquiry.after_asking(
                self.core.capability, state, self.core.answer() if bank_answers else Unavailable()
            )
            self.enquiries += 1
        if isinstance(step, Verdict):
            self.move(step.state)
        elif step == "resend":
            self.move(State.SENDING)
            self.sends += 1

    @precondition(lambda self: self.state is State.HOLD and not self.core.in_flight)
    @rule()
    def staff_look_at_the_books(self):
        self.move(State.POSTED if self.core.postings else State.REJECTED)

    def booked(self):
        """What is booked or will be; a core that drops doubles will not book what is still under way again."""
        return self.core.postings + (0 if self.core.capability.may_resend else self.core.in_flight)

    @invariant()
    def never_paid_twice(self):
        if hasattr(self, "core"):
            assert self.booked() <= 1

    @invariant()
    def an_end_is_true_and_the_only_one(self):
        if getattr(self, "finals", None):
            assert len(self.finals) == 1
            assert self.booked() == (1 if self.state is State.POSTED else 0)


TestOneOperation = OneOperation.TestCase
TestOneOperation.settings = profile(max_examples=800, stateful_step_count=20, deadline=None)
