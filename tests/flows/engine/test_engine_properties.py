"""What holds for every conversation, whatever a customer, the bank and the clock do."""

from collections import Counter
from datetime import timedelta

from chatting import CARD_1111, CARD_2222, CARD_BAD, CONVERSATION, EVERYDAY, INTENTS, SAVINGS, Bank, Chat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.effects import Alert, OpenForm, Send, StartOperation
from flows.events import FormSubmitted, HandoffClosed
from flows.ports import ButtonLimits, Capabilities
from flows.session import Run, Session

TEXTS = [
    "send 50 to 4111111111111111", "send please", "4111111111111111", "4222 2222 2222 2222", "4999999999999999", "50",
    "600", "1,234", "yes", "no", "ні", "yes but 60", "make it 70", "what's my balance?", "card please", "money",
    "hello", "cancel", "cancel everything", "/menu", "/send", "/topup", "/card", "/language", "/help", "/documents",
    "start over", "operator", "qwerty", "-5", "1e3", "123456", "my cvv is 123", "3184710691", "Savings", "2",
    "українська", "Gold", "\u0000", "🙂", "Another bank card",
]  # fmt: skip
ACTIONS = st.one_of(
    st.tuples(st.just("write"), st.integers(0, len(TEXTS) - 1)),
    st.tuples(st.just("tap"), st.integers(0, 30)),
    st.tuples(st.just("settle"), st.integers(0, 6)),
    st.tuples(st.just("bank"), st.integers(0, 2)),
    st.tuples(st.just("contact"), st.integers(0, 1)),
    st.tuples(st.just("picture"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(0, 5)),
    st.tuples(st.just("start"), st.integers(0, 1)),
    st.tuples(st.just("page"), st.integers(0, 2)),
)
# Words that ask for something beside the open flow: nothing that was said for it may be lost over them.
ASIDE = frozenset({"/menu", "/help", "/language", "hello", "qwerty", "what's my balance?", "/documents", "operator"})
CUSTOMERS = frozenset({"write", "tap", "contact", "start"})
STRICT = Capabilities("strict", 4096, "char", 1024, ButtonLimits(3, 1, 20, 256))
WAITS = [timedelta(seconds=5), timedelta(seconds=40), timedelta(minutes=6), timedelta(minutes=20), timedelta(hours=9)]


SEND, LARGE, CARD, TOP_UP, YES = (("write", TEXTS.index(text)) for text in (
    "send 50 to 4111111111111111", "600", "card please", "/topup", "yes",
))  # fmt: skip
OPENINGS = [[], [SEND], [SEND, YES], [SEND, LARGE, YES, ("settle", 0)], [CARD, ("write", TEXTS.index("Gold")), YES],
            [TOP_UP], [TOP_UP, ("write", TEXTS.index("50"))]]  # fmt: skip


class World:
    """A chat with a memory of every button and of what was confirmed."""

    def __init__(self, level: str, cards: int, locale: str = "en", channel: Capabilities | None = None) -> None:
        bank = Bank(cards=[EVERYDAY, SAVINGS][:cards], intents=dict(INTENTS),
                    customer={"has_active_card": False, "identified": False})  # fmt: skip
        self.chat = Chat(level=level, bank=bank, locale=locale, capabilities=channel)
        self.pages: list[str] = []
        self.buttons: list[str] = []

    def do(self, kind: str, which: int) -> None:
        chat = self.chat
        match kind:
            case "write":
                chat.write(TEXTS[which])
            case "tap" if self.buttons:
                chat.press(self.buttons[-1 - which % len(self.buttons)])
            case "settle" if chat.all_operations:
                self._settle(which)
            case "bank":
                news = [("cards.issued", {"application_id": "app-1"}), ("topups.settled", {"payment_id": "t1"})]
                name, match = news[which % 2]
                chat.bank_says(name, match, {"card_id": "card-7"}, "ok" if which < 2 else "declined")
            case "contact":
                chat.share_contact(own=bool(which))
            case "picture":
                chat.send_picture()
            case "wait":
                self._wait(which)
            case "page" if self.pages:
                self._fill_in(which)
            case "start":
                chat.start("ref_x" if which else "")
        self.pages += [effect.token for effect in chat.effects if isinstance(effect, OpenForm)]
        self.buttons += [choice.id for message in chat.sent for choice in message.choices if choice.kind == "reply"]

    def _wait(self, which: int) -> None:
        """Time passes, or people give the chat back."""
        if which < len(WAITS):
            self.chat.wait(WAITS[which])
        else:
            self.chat.run(HandoffClosed(self.chat.fresh_id(), CONVERSATION, self.chat.now))

    def _fill_in(self, which: int) -> None:
        card = (CARD_1111, CARD_2222, CARD_BAD)[which]
        page = self.pages[-1 if which else 0]
        event = FormSubmitted(self.chat.fresh_id(), CONVERSATION, self.chat.now, page, {}, {"to_card": card})
        self.chat.run(event)

    def _settle(self, which: int) -> None:
        chat = self.chat
        operation = chat.all_operations[-1 if which < 5 else 0]
        if which == 4:
            chat.settle(operation, unknown=True)
        elif which == 3:
            chat.settle(operation, error=chat.library.catalogue.operations[operation.action].errors[0])
        else:
            until = (chat.now + timedelta(hours=1)).isoformat()
            level = "strong" if operation.action.startswith("sca") else "verified"
            chat.settle(operation, outputs={
                "customer_id": "cust-1", "level": level, "expires_at": until, "application_id": "app-1",
                "transfer_id": "t1", "pay_link": "https://pay.example/1", "sent_to": "x",
            })  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["guest", "verified", "strong"]),
    st.integers(1, 2),
    st.sampled_from(["en", "uk"]),
    st.sampled_from([None, STRICT]),
    st.tuples(st.sampled_from(OPENINGS), st.lists(ACTIONS, max_size=25)).map(lambda parts: parts[0] + parts[1]),
)
def test_every_conversation_ends_or_waits_and_pays_once_for_each_yes(
    level: str, cards: int, locale: str, channel: Capabilities | None, actions: list[tuple[str, int]]
) -> None:
    world = World(level, cards, locale, channel)
    chat = world.chat
    for kind, which in actions:
        before = chat.session
        world.do(kind, which)
        session = chat.session
        top = session.top
        assert top is None or top.question is not None or top.waiting is not None, "a run neither ended nor waits"
        assert Session.from_json(session.to_json()) == session
        for effect in chat.effects:
            assert not isinstance(effect, Alert), effect
            if isinstance(effect, Send):
                text = effect.message.text
                assert text or effect.message.choices
                assert "{" not in text, text
                if kind in ("write", "tap", "start", "contact", "picture"):  # results are told even when access ended
                    assert before.level != "guest" or session.level != "guest" or "•4242" not in text
            if isinstance(effect, StartOperation) and effect.action == "transfers.execute":
                agreed = [run.snapshot for run in before.stack if run.snapshot is not None]
                assert (str(effect.op_id), effect.snapshot_hash) in [(frozen.op_id, frozen.hash) for frozen in agreed]
                assert chat.session.level != "guest"
    started = Counter(operation.op_id for operation in chat.all_operations)
    assert all(count == 1 for count in started.values()), "an operation was started twice"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([[], [SEND], [TOP_UP]]), st.text(max_size=40))
def test_no_text_whatever_breaks_the_engine_or_moves_money(opening: list[tuple[str, int]], text: str) -> None:
    world = World("verified", 1)
    for kind, which in opening:
        world.do(kind, which)
    world.chat.write(text)
    assert not any(isinstance(effect, Alert) for effect in world.chat.all_effects)
    assert not any(operation.action == "transfers.execute" for operation in world.chat.all_operations) or opening == [
        SEND
    ]


CONVERSATIONS = st.tuples(st.sampled_from(OPENINGS), st.lists(ACTIONS, max_size=20)).map(
    lambda parts: parts[0] + parts[1]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["guest", "verified"]), st.sampled_from([None, STRICT]), CONVERSATIONS)
def test_no_answer_is_lost(level: str, channel: Capabilities | None, actions: list[tuple[str, int]]) -> None:
    """Whatever the customer does is answered, and what they said for a flow outlives everything beside it."""
    world = World(level, 2, "en", channel)
    chat = world.chat
    for kind, which in actions:
        before = chat.session
        world.do(kind, which)
        after = chat.session
        people_have_it = chat.now.timestamp() * 1000 < before.with_people_until
        if kind in CUSTOMERS and (kind != "tap" or world.buttons) and not people_have_it:
            heard = any(isinstance(effect, Send | StartOperation) for effect in chat.effects)
            assert heard, f"{kind} {which} got no answer"
        if kind == "write" and TEXTS[which] in ASIDE and before.customer_id == after.customer_id:
            slots = {run.id: run.slots for run in after.stack}
            for run in before.stack:
                if run.id in slots and not _asks_for_words(run):
                    kept = {name: slots[run.id].get(name) for name in run.slots}
                    assert kept == run.slots, f"{TEXTS[which]} cost a value"


def _asks_for_words(run: Run) -> bool:
    return run.question is not None and run.question.expects in ("text", "choice")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["guest", "verified", "strong"]), CONVERSATIONS)
def test_the_same_events_again_give_the_same_messages_and_the_same_state(
    level: str, actions: list[tuple[str, int]]
) -> None:
    first, second = World(level, 2), World(level, 2)
    for kind, which in actions:
        first.do(kind, which)
        second.do(kind, which)
    assert first.chat.all_effects == second.chat.all_effects
    assert first.chat.stored == second.chat.stored


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(["Yes", "yes", "again", "so", "50 yes", "wait", "settle"]), min_size=1, max_size=12))
def test_an_irreversible_operation_runs_at_most_once_for_each_confirmation(storm: list[str]) -> None:
    world = World("strong", 1)
    world.do(*SEND)
    chat = world.chat
    for one in storm:
        if one == "wait":
            chat.wait(timedelta(minutes=1))
        elif one == "settle":
            world.do("settle", 0)
        elif one in ("Yes", "again"):
            world.do("tap", 0 if one == "Yes" else 2)
        else:
            chat.write(one)
    paid = [operation for operation in chat.all_operations if operation.action == "transfers.execute"]
    assert len({operation.op_id for operation in paid}) == len(paid) <= 1
