"""Single rules of the language, each on a flow small enough to read beside its test."""

from dataclasses import replace
from pathlib import Path

from chatting import Chat
from small_content import ASK_NOTE, chat_with, content, flow

from flows.effects import Alert, HandOff


def test_a_flow_that_runs_in_circles_is_stopped_with_an_apology_and_an_alert(tmp_path: Path) -> None:
    steps = "  - {id: one, say: done}\n  - {id: two, say: done, next: one}\n"
    chat = chat_with(content(tmp_path, flow("loop", steps, ASK_NOTE)))
    chat.write("/loop")
    assert len(chat.sent) == 1
    assert [effect.code for effect in chat.effects if isinstance(effect, Alert)] == ["flow_stopped"]
    assert chat.session.stack == []


def test_an_irreversible_operation_without_a_yes_is_never_started(tmp_path: Path) -> None:
    steps = """
      - id: pay
        action: cards.apply
        with: {tariff: colour}
        save: {app: application_id}
        on_error: {refused: END, duplicate: END, unavailable: END, unknown_result: END}
    """
    chat = chat_with(content(tmp_path, flow("greedy", steps, ASK_NOTE)))
    chat.write("/greedy")
    assert chat.all_operations == []
    assert any(isinstance(effect, Alert) for effect in chat.effects)


def test_a_text_too_long_says_how_long_it_may_be(tmp_path: Path) -> None:
    chat = chat_with(content(tmp_path, flow("memo", "  - {collect: note, ask: ask}\n  - {say: done}\n", ASK_NOTE)))
    chat.write("/memo")
    chat.write("x" * 21)
    assert "20" in chat.said
    chat.write("a short one")
    assert chat.said == "Noted: a short one"


def test_free_text_takes_anything_but_commands_and_surely_meant_flows(tmp_path: Path) -> None:
    memo = flow("memo", "  - {collect: note, ask: ask}\n  - {say: done}\n", ASK_NOTE)
    chat = chat_with(content(tmp_path, memo, flow("other", "  - {say: hi}\n", "  hi: {en: Hi, uk: Вітаю}\n")))
    chat.write("/memo")
    chat.write("/other")
    assert "Hi" in chat.said
    chat.tap("Yes")
    chat.write("yes")
    assert chat.said == "Noted: yes"


def test_an_optional_slot_can_be_skipped_and_its_line_is_left_out(tmp_path: Path) -> None:
    steps = "  - {collect: extra, ask: ask, optional: true}\n  - {say: both}\n"
    texts = ASK_NOTE + "  both: {en: [First., 'For: {extra}'], uk: [Перше., 'Для: {extra}']}\n"
    chat = chat_with(content(tmp_path, flow("memo", steps, texts)))
    chat.write("/memo")
    chat.tap("Skip")
    assert chat.said == "First."
    chat.write("/memo")
    chat.write("rent")
    assert chat.said == "First.\nFor: rent"


def test_plurals_follow_the_language(tmp_path: Path) -> None:
    texts = """
      ask: {en: How many?, uk: Скільки?}
      count:
        count: many
        en: {one: "{many} card", other: "{many} cards"}
        uk: {one: "{many} картка", few: "{many} картки", many: "{many} карток", other: "{many} картки"}
    """
    library = content(tmp_path, flow("cards", "  - {collect: many, ask: ask}\n  - {say: count}\n", texts))
    cases = [("en", 1, "1 card"), ("en", 5, "5 cards"), ("uk", 1, "1 картка"), ("uk", 3, "3 картки"),
             ("uk", 5, "5 карток"), ("uk", 21, "21 картка")]  # fmt: skip
    for locale, number, text in cases:
        chat = Chat(content=library, locale=locale)
        chat.write("/cards")
        chat.write(str(number))
        assert chat.said == text


def test_a_channel_can_have_words_of_its_own(tmp_path: Path) -> None:
    texts = """
      hi:
        en: Hello
        uk: Вітаю
        channels:
          viber: {en: Hello Viber, uk: Вітаю Вайбер}
    """
    library = content(tmp_path, flow("hey", "  - {say: hi}\n", texts))
    for channel, text in (("viber", "Hello Viber"), ("telegram", "Hello")):
        chat = Chat(content=library, channel=channel)
        chat.write("/hey")
        assert chat.said == text


def test_a_brand_speaks_in_its_persona_where_a_response_has_one(tmp_path: Path) -> None:
    texts = """
      hi:
        en: Hello
        uk: Вітаю
        persona:
          friendly: {en: Hey!, uk: Привіт!}
    """
    library = content(tmp_path, flow("hey", "  - {say: hi}\n", texts))
    friendly = replace(library, brand=replace(library.brand, persona="friendly"))
    formal = replace(library, brand=replace(library.brand, persona="formal"))
    for chosen, text in ((library, "Hello"), (friendly, "Hey!"), (formal, "Hello")):
        chat = Chat(content=chosen)
        chat.write("/hey")
        assert chat.said == text


def test_a_call_hands_over_with_and_brings_back_save(tmp_path: Path) -> None:
    outer = flow(
        "outer",
        """
      - set_slots: {many: 3}
      - call: inner
        with: {many: many}
        save: {note: note}
      - say: done
    """,
        "  done: {en: '{note} {many}', uk: '{note} {many}'}\n",
    )
    inner = flow("inner", "  - {say: told}\n  - {collect: note, ask: ask}\n",
                 "  told: {en: 'got {many}', uk: 'є {many}'}\n  ask: {en: Note?, uk: Що?}\n")  # fmt: skip
    chat = chat_with(content(tmp_path, outer, inner))
    chat.write("/outer")
    assert "got 3" in chat.said
    chat.write("back")
    assert chat.said == "back 3"
    assert chat.session.stack == []


def test_after_too_many_unusable_answers_people_are_called_unless_the_flow_says_otherwise(tmp_path: Path) -> None:
    steps = "  - {collect: many, ask: ask}\n  - {say: done}\n"
    chat = chat_with(content(tmp_path, flow("ask", steps, ASK_NOTE)))
    chat.write("/ask")
    chat.write("what is this")
    first = chat.said
    chat.write("what is this")
    assert chat.said.startswith(first)
    chat.write("what is this")
    assert any(isinstance(effect, HandOff) for effect in chat.effects)


def test_a_digression_with_never_does_not_come_back(tmp_path: Path) -> None:
    never = "settings: {digressions: never}"
    memo = flow("memo", "  - {collect: note, ask: ask}\n  - {say: done}\n", ASK_NOTE, never)
    chat = chat_with(content(tmp_path, memo, flow("other", "  - {say: hi}\n", "  hi: {en: Hi, uk: Вітаю}\n")))
    chat.write("/memo")
    chat.write("/other")
    assert chat.said == "Hi"
    assert chat.session.stack == []


def test_a_digression_that_resumes_silently_repeats_the_question(tmp_path: Path) -> None:
    silent = "settings: {digressions: resume_silently}"
    memo = flow("memo", "  - {collect: note, ask: ask}\n  - {say: done}\n", ASK_NOTE, silent)
    chat = chat_with(content(tmp_path, memo, flow("other", "  - {say: hi}\n", "  hi: {en: Hi, uk: Вітаю}\n")))
    chat.write("/memo")
    chat.write("/other")
    assert chat.said == "Hi\nSay it."


def test_three_flows_deep_is_enough(tmp_path: Path) -> None:
    steps = "  - {collect: note, ask: ask}\n  - {say: done}\n"
    flows = [flow(name, steps, ASK_NOTE) for name in ("a1", "b2", "c3", "d4")]
    chat = chat_with(content(tmp_path, *flows))
    for name in ("/a1", "/b2", "/c3", "/d4"):
        chat.write(name)
    assert [run.flow for run in chat.session.stack] == ["a1", "b2", "c3"]
    assert "Say it." not in chat.said


def test_ask_before_filling_asks_although_the_value_was_said(tmp_path: Path) -> None:
    steps = """
      - collect: note
        ask: ask
      - collect: sum
        ask: how_much
        ask_before_filling: true
      - say: paid
    """
    texts = ASK_NOTE + "  how_much: {en: How much?, uk: Скільки?}\n  paid: {en: '{sum}', uk: '{sum}'}\n"
    chat = chat_with(content(tmp_path, flow("fine", steps, texts)))
    chat.write("/fine")
    chat.write("for 50")
    assert chat.said == "How much?"
    chat.write("70")
    assert chat.said == "70.00 ₴"


def test_a_choice_with_a_fixed_list_is_shown_by_its_buttons_title(tmp_path: Path) -> None:
    texts = """
      ask:
        en: Which?
        uk: Який?
        buttons:
          - {en: Red one, uk: Червоний, set: {colour: red}}
          - {en: Blue one, uk: Синій, set: {colour: blue}}
      got: {en: "{colour}", uk: "{colour}"}
    """
    library = content(tmp_path, flow("pick", "  - {collect: colour, ask: ask}\n  - {say: got}\n", texts))
    for answer in ("red one", "ЧЕРВОНИЙ", "red", "1"):
        chat = chat_with(library)
        chat.write("/pick")
        chat.write(answer)
        assert chat.said == "Red one", answer


def test_a_date_with_two_readings_is_asked_about(tmp_path: Path) -> None:
    texts = "  ask: {en: When?, uk: Коли?}\n  got: {en: '{day}', uk: '{day}'}\n"
    chat = chat_with(content(tmp_path, flow("when", "  - {collect: day, ask: ask}\n  - {say: got}\n", texts)))
    chat.write("/when")
    chat.write("5/6/2026")
    assert chat.session.step is not None
    chat.tap("June 5, 2026")
    assert chat.said == "June 5, 2026"
