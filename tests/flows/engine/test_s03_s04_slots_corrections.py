"""S3 and S4: several slots from one message, and corrections with everything that hangs on them."""

from datetime import timedelta
from pathlib import Path

from chatting import CARD_1111, EVERYDAY, INTENTS, SAVINGS, Bank, Chat
from small_content import ASK_NOTE, chat_with, content, flow

from flows.money import Money


def two_cards() -> Chat:
    return Chat(bank=Bank(cards=[EVERYDAY, SAVINGS], intents=dict(INTENTS)))


def slots(chat: Chat) -> dict[str, object]:
    assert chat.session.top is not None
    return dict(chat.session.top.slots)


def test_everything_a_flow_asks_for_may_be_said_in_its_first_sentence() -> None:
    chat = two_cards()
    chat.write("send 50 from my savings card to 4111111111111111")
    assert "Send 50.00 ₴ from Savings •5353 to •1111?" in chat.said


def test_a_card_is_named_inside_a_sentence_when_it_is_asked_for() -> None:
    for answer in ("from the savings one please", "take •5353", "Savings"):
        chat = two_cards()
        chat.write("send 50")
        chat.write(answer)
        assert chat.session.step == "ask_to", answer


def test_a_name_that_fits_two_cards_is_asked_about() -> None:
    twins = [{"id": "a", "name": "Travel", "last4": "1000"}, {"id": "b", "name": "Travel", "last4": "2000"}]
    chat = Chat(bank=Bank(cards=list(twins), intents=dict(INTENTS)))
    chat.write("send 50 from my travel card")
    assert chat.session.step == "ask_from"


def test_an_inflected_name_is_still_the_name() -> None:
    payroll = {"id": "c3", "name": "Зарплатна", "last4": "7777", "currency": "UAH"}
    chat = Chat(bank=Bank(cards=[EVERYDAY, payroll], intents=dict(INTENTS)), locale="uk")
    chat.write("переказати 50 грн із зарплатної картки")
    assert chat.session.step == "ask_to"


def test_a_number_that_chooses_a_card_is_no_amount_besides() -> None:
    chat = two_cards()
    chat.write("send please")
    chat.write("2")
    assert slots(chat)["from_card"].id == "c2"  # type: ignore[attr-defined]
    assert "amount" not in slots(chat)


def test_one_slot_that_is_refused_does_not_cost_the_others() -> None:
    chat = Chat()
    chat.write("send 30000 to 4111111111111111")
    assert chat.session.step == "ask_amount"
    assert slots(chat)["to_card"] == CARD_1111


def test_only_declared_slots_are_filled(tmp_path: Path) -> None:
    chat = chat_with(content(tmp_path, flow("memo", "  - {collect: note, ask: ask}\n  - {say: done}\n", ASK_NOTE)))
    chat.write("/memo")
    chat.write("50 to 4111111111111111")
    assert chat.said.startswith("For your safety") or "Noted" in chat.said
    assert all("sum" not in run.slots for run in chat.session.stack)


def test_a_message_to_another_flow_fills_nothing_of_the_interrupted_one() -> None:
    chat = Chat(bank=Bank(intents=INTENTS | {"top up": [("top_up", 0.95)]}))
    chat.write("send 50")
    chat.write("top up with 300")
    below, above = chat.session.stack
    assert below.slots["amount"] == Money(5000, "UAH")
    assert above.slots["amount"] == Money(30000, "UAH")


def test_an_amount_beside_a_refused_one_is_asked_about() -> None:
    chat = Chat()
    chat.write("send 4111111111111111")
    chat.write("50 or 1e3")
    assert chat.session.step == "ask_amount"
    assert [choice.title for choice in chat.sent[-1].choices] == ["50.00\u00a0₴"]


def test_a_correction_is_held_against_the_same_rules() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    chat.write("make it 30000")
    assert chat.session.step == "ask_amount"
    assert "29,999.00 ₴" in chat.said


def test_a_correction_leaves_alone_what_does_not_hang_on_it() -> None:
    chat = two_cards()
    chat.write("send 50 from savings to 4111111111111111")
    chat.bank.asked.clear()
    chat.write("make it 60")
    assert "Send 60.00 ₴ from Savings •5353 to •1111?" in chat.said
    assert [need.name for need in chat.bank.asked if need.kind == "read"] == ["transfers.quote"]


def test_a_correction_at_the_code_makes_the_code_die() -> None:
    chat = Chat()
    chat.write("send 600 to 4111111111111111")
    first = chat.session.top.snapshot if chat.session.top is not None else None
    chat.tap("Yes")
    assert chat.session.flow == "strong_auth"
    chat.settle(outputs={"sent_to": "•••2233"})
    chat.write("no, make it 700")
    assert "Send 700.00 ₴" in chat.said
    assert [run.flow for run in chat.session.stack] == ["transfer_money"]
    top = chat.session.top
    assert top is not None
    assert top.snapshot is not None
    assert first is not None
    assert (top.snapshot.op_id, top.snapshot.hash) != (first.op_id, first.hash)
    chat.tap("Yes")
    assert chat.operations[0].action.startswith("sca.")
    assert chat.operations[0].inputs["for_op"] == top.snapshot.op_id


def test_a_mistyped_code_is_no_correction() -> None:
    chat = Chat()
    chat.write("send 600 to 4111111111111111")
    chat.tap("Yes")
    chat.settle(outputs={"sent_to": "•••2233"})
    for code in ("12345", "code 12345"):
        chat.write(code)
        assert chat.session.flow == "strong_auth", code


def test_what_was_sent_is_not_corrected_and_not_sent_again(tmp_path: Path) -> None:
    steps = """
      - {collect: colour, ask: ask}
      - {confirm: sure, show: [colour], expires_after: 5m}
      - action: cards.apply
        with: {tariff: colour}
        save: {app: application_id}
        on_error: {refused: END, duplicate: END, unavailable: END, unknown_result: END}
      - {collect: note, ask: ask}
      - {collect: colour, ask: ask}
      - {say: done}
    """
    texts = ASK_NOTE + "  sure: {en: 'Sure, {colour}?', uk: 'Точно, {colour}?', buttons: confirm}\n"
    chat = chat_with(content(tmp_path, flow("order", steps, texts)))
    chat.write("/order")
    chat.write("red")
    chat.tap("Yes")
    chat.settle(outputs={"application_id": "a1"})
    chat.write("fine")
    assert len(chat.all_operations) == 1
    assert chat.said == "Noted: fine"


def test_words_during_the_operation_change_nothing() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    chat.tap("Yes")
    chat.write("no wait, make it 70")
    chat.wait(timedelta(seconds=1))
    chat.settle(outputs={"transfer_id": "t"})
    assert "Done. 50.00 ₴" in chat.said
    assert [operation.inputs["amount"] for operation in chat.all_operations] == ["50.00 UAH"]
