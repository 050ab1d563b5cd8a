"""S22 to S26: people, secrets, backward jumps, determinism, values that a channel may not take or show."""

import ast
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from chatting import CARD_1111, CONVERSATION, EVERYDAY, INTENTS, ROOT, SAVINGS, START, Bank, Chat, library
from small_content import ASK_NOTE, chat_with, content, flow

from flows.effects import DeleteInbound, HandOff, OpenForm
from flows.events import FormSubmitted, HandoffClosed
from flows.messages import EventType, Text
from flows.ports import ButtonLimits, Capabilities
from flows.session import Session

SHY = Capabilities("whatsapp", 4096, "char", 1024, ButtonLimits(3, 1, 20, 256), may_take=frozenset({"card_number"}))
STRICT = replace(SHY, may_take=frozenset())
NUMBER = "  - {collect: many, ask: ask}\n  - {say: done}\n"


def closed(chat: Chat) -> None:
    chat.run(HandoffClosed(chat.fresh_id(), CONVERSATION, chat.now))


def handed(chat: Chat) -> HandOff:
    return next(effect for effect in chat.all_effects if isinstance(effect, HandOff))


def test_people_get_the_flow_the_pending_question_and_shared_slots_masked(tmp_path: Path) -> None:
    steps = """
      - {collect: to, ask: ask}
      - {collect: many, ask: how, on_failure: people}
      - {say: done, next: END}
      - {id: people, handoff: support, reason: stuck, share: [to]}
    """
    texts = ASK_NOTE + "  how: {en: How many?, uk: Скільки?}\n"
    chat = chat_with(content(tmp_path, flow("count", steps, texts)))
    chat.write("/count")
    chat.write("4111111111111111")
    for _ in range(3):
        chat.write("what")
    assert handed(chat).shared == {"to": "•1111"}
    assert (handed(chat).queue, handed(chat).title) == ("support", "count")


def test_the_question_that_nobody_could_answer_goes_to_people_and_stays_open(tmp_path: Path) -> None:
    chat = chat_with(content(tmp_path, flow("count", NUMBER, ASK_NOTE)))
    chat.write("/count")
    for _ in range(3):
        chat.write("what")
    assert handed(chat).question == "Say it."
    assert chat.write("is anybody there") == []
    closed(chat)
    assert [choice.title for choice in chat.sent[-1].choices] == ["Continue", "No"]
    chat.tap("Continue")
    assert chat.said == "Say it."
    chat.write("7")
    assert chat.session.stack == []


def test_an_interrupted_flow_is_not_offered_while_people_have_the_chat() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("operator")
    assert handed(chat).question.startswith("Send me the 16-digit number")
    assert [choice for message in chat.sent for choice in message.choices] == []
    closed(chat)
    chat.tap("No")
    assert chat.session.stack == []


def test_a_chat_without_anything_open_comes_back_with_a_word() -> None:
    chat = Chat()
    chat.write("operator")
    closed(chat)
    assert "I am back" in chat.said
    assert chat.write("/help")
    closed(chat)
    assert chat.sent == []


def test_out_of_hours_the_customer_hears_the_hours_and_the_flow_is_put_aside() -> None:
    shut = replace(library(), brand=replace(library().brand, people_hours="22:00-23:00"))
    chat = Chat(content=shut)
    chat.write("send 50")
    chat.write("operator")
    assert "22:00-23:00" in chat.said
    assert not any(isinstance(effect, HandOff) for effect in chat.all_effects)
    chat.write("hello there")
    assert "We stopped at" in chat.said


@pytest.mark.parametrize(("hours", "open_"), [("08:00-20:00", True), ("12:00-20:00", False), ("22:00-12:00", True)])
def test_hours_are_the_banks_own_and_may_pass_midnight(hours: str, open_: bool) -> None:
    assert START.hour == 9  # eleven in Kyiv
    chat = Chat(content=replace(library(), brand=replace(library().brand, people_hours=hours)))
    chat.write("operator")
    assert any(isinstance(effect, HandOff) for effect in chat.all_effects) is open_


def test_a_secret_that_the_door_has_masked_is_refused_and_its_message_deleted() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.run(chat.inbound(EventType.MESSAGE, content=Text("[card •1111] cvv •••", (CARD_1111,))))
    assert any(isinstance(effect, DeleteInbound) and effect.reason == "secret" for effect in chat.effects)
    assert "three digits" in chat.said
    assert chat.session.top is not None
    assert chat.session.top.slots.get("to_card") is None


def test_a_phone_that_we_have_shown_masked_is_no_secret() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("is •••2233 mine")
    assert "three digits" not in chat.said


def test_a_card_on_a_channel_that_cannot_delete_is_said_to_be_kept_short() -> None:
    chat = Chat(capabilities=SHY)
    chat.write("send 50 to 4111111111111111")
    assert "I cannot remove messages here" in chat.said
    assert not any(isinstance(effect, DeleteInbound) for effect in chat.effects)


def test_what_a_channel_may_not_show_is_not_shown() -> None:
    chat = Chat(capabilities=SHY, bank=Bank(cards=[EVERYDAY, SAVINGS], intents=dict(INTENTS)))
    chat.write("send 50 from savings to 4111111111111111")
    text = chat.said + str([choice.title for message in chat.sent for choice in message.choices])
    assert "Send 50.00 ₴ from Savings" in text
    assert "1111" not in text
    assert "5353" not in text


def test_an_iban_is_shown_where_it_may_be_and_masked_elsewhere(tmp_path: Path) -> None:
    texts = "  ask: {en: Which?, uk: Який?}\n  got: {en: 'Got {iban}', uk: 'Є {iban}'}\n"
    loaded = content(tmp_path, flow("iban", "  - {collect: iban, ask: ask}\n  - {say: got}\n", texts))
    seen = replace(SHY, may_take=frozenset({"iban"}), may_show=frozenset({"iban"}))
    for channel, text in ((seen, "Got UA213223130000026007233566001"), (replace(seen, may_show=frozenset()), "•••")):
        chat = Chat(content=loaded, capabilities=channel)
        chat.write("/iban")
        chat.write("UA213223130000026007233566001")
        assert text in chat.said
        assert ("2600723" in chat.said) is (channel is seen)


def test_a_page_is_asked_for_in_place_of_the_question() -> None:
    chat = Chat(capabilities=STRICT)
    chat.write("send 50")
    (form,) = [effect for effect in chat.effects if isinstance(effect, OpenForm)]
    assert (form.slot, form.slot_type) == ("to_card", "card_number")
    assert form.due - chat.now == timedelta(minutes=3)
    assert "16-digit" not in chat.said
    assert [choice.id for message in chat.sent for choice in message.choices] == [form.token]


def test_a_value_typed_all_the_same_is_not_used_and_brings_a_new_page() -> None:
    chat = Chat(capabilities=STRICT)
    chat.write("send 50")
    first = next(effect.token for effect in chat.effects if isinstance(effect, OpenForm))
    chat.write("4111111111111111")
    second = next(effect.token for effect in chat.effects if isinstance(effect, OpenForm))
    assert first != second
    assert chat.session.top is not None
    assert chat.session.top.slots.get("to_card") is None
    chat.run(FormSubmitted(chat.fresh_id(), CONVERSATION, chat.now, first, {}, {"to_card": CARD_1111}))
    assert chat.session.top.slots.get("to_card") is None
    chat.run(FormSubmitted(chat.fresh_id(), CONVERSATION, chat.now, second, {}, {"to_card": CARD_1111}))
    assert chat.session.step == "check"


def test_nobody_guesses_the_address_of_a_page() -> None:
    tokens = set()
    for _ in range(3):
        chat = Chat(capabilities=STRICT)
        chat.count = len(tokens) * 100
        chat.write("send 50")
        tokens.add(next(effect.token for effect in chat.effects if isinstance(effect, OpenForm)))
    assert len(tokens) == 3
    assert all(len(token) == 32 for token in tokens)


def test_a_replay_of_the_event_log_says_the_same_words() -> None:
    def said() -> list[str]:
        chat, log = Chat(), []
        for words in ("send 50", "4111111111111111", "make it 60", "yes", "cancel"):
            chat.write(words)
            log += [f"{message.key} {message.text} {message.choices}" for message in chat.sent]
        return log

    assert said() == said()


def test_a_session_survives_its_written_form_at_every_step_and_an_older_form_is_read() -> None:
    chat = Chat(capabilities=STRICT)
    for words in ("send 50", "operator", "/menu", "what's my balance?"):
        chat.write(words)
        assert Session.from_json(chat.session.to_json()) == chat.session
    older = json.loads(chat.session.to_json())
    del older["ke"], older["un"]
    assert Session.from_json(json.dumps(older).encode()).kept == {}


PURE = [path for path in (ROOT / "flows").rglob("*.py") if not {"testing", "content"} & set(path.parts)]
BARRED = {"now", "utcnow", "today", "time", "monotonic", "random", "uuid4", "uuid1", "urandom", "getenv"}
BARRED_MODULES = {"random", "time", "secrets", "socket", "asyncio", "httpx", "os", "requests", "subprocess"}


def test_the_engine_has_no_clock_no_chance_and_no_way_out() -> None:
    engine = {"engine", "turn", "running", "settling", "understanding", "filling", "obeying", "commanding", "stack",
              "speaking", "asking", "access", "secure", "rendering", "reading", "scope", "confirming", "buttons",
              "identifiers", "deciding", "session", "mentions"}  # fmt: skip
    paths = [path for path in PURE if path.parent.name == "steps" or path.stem in engine]
    assert len(paths) > 20
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                on_datetime = isinstance(node.func.value, ast.Name) and node.func.value.id in (
                    "datetime",
                    "date",
                    "time",
                )
                assert not (node.func.attr in BARRED and on_datetime), f"{path.name}:{node.lineno}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {node.module} if isinstance(node, ast.ImportFrom) else {one.name for one in node.names}
                assert not names & BARRED_MODULES, f"{path.name}:{node.lineno}"
