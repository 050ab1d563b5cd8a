"""Menus, commands, buttons, languages, silence and everything else around the flows."""

from dataclasses import replace
from datetime import timedelta

from chatting import CARD_1111, CARD_BAD, INTENTS, KEY, Bank, Chat, library

from flows.effects import OpenForm
from flows.engine import Outcome, advance
from flows.events import AccessChanged, FormSubmitted
from flows.messages import Attachment, EventType, Location, Text
from flows.ports import ButtonLimits, Capabilities

WHATSAPP = Capabilities("whatsapp", 4096, "char", 1024, ButtonLimits(3, 1, 20, 256), may_take=frozenset({"last4"}))


def proven_again(chat: Chat) -> None:
    """The customer's access as if they had just proved who they are: a stay of minutes ends it."""
    session = chat.session
    session.verified_until, session.heard = int(chat.now.timestamp() * 1000) + 3_600_000, session.heard + 1_199_000
    chat.stored = session.to_json()


def titles(chat: Chat) -> list[str]:
    return [choice.title for message in chat.sent for choice in message.choices]


def test_start_shows_the_welcome_and_the_menu() -> None:
    chat = Chat(level="guest")
    chat.start()
    assert "Teller Bank" in chat.said
    assert "Send money" in titles(chat)


def test_a_menu_button_starts_its_flow_even_when_it_is_old() -> None:
    chat = Chat()
    chat.start()
    send = chat.button("Send money")
    chat.write("/help")
    chat.press(send)
    assert chat.session.flow == "transfer_money"


def test_a_deep_link_starts_its_flow() -> None:
    chat = Chat(level="guest")
    chat.start("ref_club")
    assert chat.session.stack[0].flow == "card_issue"


def test_the_menu_over_an_open_flow_offers_to_continue() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.start()
    chat.tap("Continue")
    assert chat.session.expects == "card_number"


def test_a_greeting_brings_the_menu() -> None:
    chat = Chat()
    chat.write("hello")
    assert "Send money" in titles(chat)


def test_an_unknown_command_says_so() -> None:
    chat = Chat()
    chat.write("/frobnicate")
    assert "do not know that command" in chat.said


def test_the_first_words_that_mean_nothing_get_the_welcome_and_later_ones_the_truth() -> None:
    chat = Chat()
    chat.write("qwerty")
    assert "Teller Bank" in chat.said
    chat.write("qwerty")
    assert "did not understand" in chat.said
    chat.write("qwerty")
    assert "still do not understand" in chat.said


def test_two_near_meanings_are_asked_about_and_a_title_chooses() -> None:
    chat = Chat()
    chat.write("money")
    assert titles(chat) == ["Send money", "Top up", "Something else"]
    chat.write("top up")
    assert chat.session.flow == "top_up"


def test_cancel_stops_the_flow_and_says_which() -> None:
    for words in ("cancel", "/cancel", "скасувати", "Stop!"):
        chat = Chat()
        chat.write("send 50")
        chat.write(words)
        assert chat.session.flow is None, words
        assert "Send money" in chat.said


def test_cancel_of_a_digression_goes_back_to_the_first_flow() -> None:
    chat = Chat(bank=Bank(cards=[{"id": "a", "name": "A", "last4": "1"}, {"id": "b", "name": "B", "last4": "2"}],
                          intents=dict(INTENTS)))  # fmt: skip
    chat.write("send 50")
    chat.write("what's my balance?")
    assert chat.session.flow == "show_balance"
    chat.write("cancel")
    assert chat.session.flow == "transfer_money"
    chat.write("yes")
    assert chat.session.step == "ask_from"


def test_cancel_everything_empties_the_stack() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("cancel everything")
    assert chat.session.stack == []


def test_the_same_flow_again_asks_to_continue_or_start_over() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("/send")
    assert titles(chat) == ["Continue", "Start over"]
    chat.tap("Start over")
    assert chat.session.flow == "transfer_money"
    assert chat.session.top is not None
    assert "amount" not in chat.session.top.slots
    assert len(chat.session.stack) == 1


def test_a_change_of_language_repeats_the_question_in_it() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("/language")
    assert titles(chat) == ["English", "Українська"]
    chat.tap("Українська")
    assert chat.session.locale == "uk"
    assert "Надішліть 16 цифр картки отримувача." in chat.said
    chat.write("4111111111111111")
    assert "Переказати 50,00 ₴ з картки Everyday •4242 на картку •1111?" in chat.said


def test_a_label_in_another_language_is_the_same_answer() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    chat.write("Так")
    assert len(chat.operations) == 1


def test_an_unknown_locale_falls_back_to_the_banks_first() -> None:
    chat = Chat(locale="fr")
    chat.start()
    assert "Hello!" in chat.said


def test_a_group_chat_hears_nothing() -> None:
    chat = Chat()
    assert chat.run(replace(chat.inbound(EventType.MESSAGE, content=Text("/start")), private_chat=False)) == []
    assert chat.effects == []


def test_no_kind_of_word_or_tap_in_a_group_moves_or_tells_anything() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    yes, before = chat.button("Yes"), chat.session.to_json()
    for said in ("what's my balance?", "yes", "send 50 to 4111111111111111", "/menu", "log out"):
        assert chat.run(replace(chat.inbound(EventType.MESSAGE, content=Text(said)), private_chat=False)) == []
    assert chat.run(replace(chat.inbound(EventType.POSTBACK, payload=yes), private_chat=False)) == []
    assert chat.effects == []
    assert chat.all_operations == []
    assert chat.session.to_json() == before


def test_edits_reactions_and_receipts_do_nothing() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    for kind in (EventType.MESSAGE_EDITED, EventType.REACTION, EventType.DELIVERY_STATUS, EventType.ECHO):
        chat.run(chat.inbound(kind, content=Text("yes")))
        assert chat.effects == []


def test_a_forged_button_changes_nothing() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    before = chat.session.stack
    yes = chat.button("Yes")
    for payload in (yes[:-1] + ("A" if yes[-1] != "A" else "B"), "q.x.0", "rubbish", "", "йцукен"):
        chat.press(payload)
        assert chat.operations == []
        assert chat.session.stack == before


def test_every_button_fits_the_tightest_channel() -> None:
    chat = Chat()
    chat.start()
    chat.write("send 50 to 4111111111111111")
    payloads = [choice.id for message in chat.sent for choice in message.choices]
    assert payloads
    assert all(len(payload) <= 64 and payload.isascii() for payload in payloads)


def test_silence_pauses_the_flow_and_the_next_word_offers_to_continue() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.wait(timedelta(minutes=20))
    proven_again(chat)
    chat.write("4111111111111111")
    assert titles(chat) == ["Continue", "No"]
    chat.tap("Continue")
    assert chat.session.expects == "card_number"
    chat.write("4111111111111111")
    assert "Send 50.00 ₴" in chat.said


def test_a_day_of_silence_forgets_everything() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.wait(timedelta(hours=30))
    assert chat.session.stack == []
    assert chat.session.timers == {}


def test_a_word_in_time_keeps_the_flow_awake() -> None:
    chat = Chat()
    chat.write("send please")
    chat.wait(timedelta(minutes=10))
    chat.write("50")
    chat.wait(timedelta(minutes=10))
    assert not chat.session.paused


def test_understanding_that_is_down_is_told_once_and_buttons_still_work() -> None:
    chat = Chat(bank=Bank(degraded=True))
    chat.start()
    send = chat.button("Send money")
    chat.write("i would like to transfer something")
    assert "only buttons, numbers and commands" in chat.said
    chat.press(send)
    assert chat.session.flow == "transfer_money"


def test_a_cvv_is_refused_and_the_message_deleted() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("my cvv is 123")
    assert type(chat.effects[0]).__name__ == "DeleteInbound"
    assert "123" not in chat.said
    assert chat.session.expects == "card_number"


def test_a_voice_message_and_a_place_are_not_counted_as_answers() -> None:
    chat = Chat()
    chat.write("send 50")
    for content in (Attachment("audio", "f1"), Location(1.0, 2.0), Attachment("sticker", "f2")):
        for _ in range(3):
            chat.send(content)
    assert chat.session.expects == "card_number"
    assert chat.session.top is not None
    assert chat.session.top.attempts == 0


def test_a_picture_nobody_asked_for_is_refused_politely() -> None:
    chat = Chat()
    chat.send_picture()
    assert chat.said


def test_a_revoked_binding_closes_what_was_open() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.run(AccessChanged(chat.fresh_id(), chat.session.conversation, chat.now, None, "guest"))
    assert chat.session.stack == []
    assert chat.session.level == "guest"


def test_access_that_expired_is_proved_again_before_anything_is_shown() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    chat.now += timedelta(hours=9)
    chat.write("/menu")
    chat.tap("Continue")
    assert "•4242" not in chat.said
    assert chat.session.flow == "identify"
    prove(chat, "cust-1")
    assert "Send 50.00 ₴ from Everyday •4242 to •1111?" in chat.said
    chat.tap("Yes")
    assert [operation.action for operation in chat.operations] == ["transfers.execute"]


def prove(chat: Chat, customer: str) -> None:
    chat.share_contact()
    chat.settle(outputs={"sent_to": "x"})
    chat.write("123456")
    until = (chat.now + timedelta(hours=8)).isoformat()
    chat.settle(outputs={"customer_id": customer, "level": "verified", "expires_at": until})


def test_another_person_finds_nothing_of_the_first_one() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    chat.now += timedelta(hours=9)
    chat.write("/menu")
    chat.tap("Continue")
    prove(chat, "cust-2")
    assert chat.session.customer_id == "cust-2"
    assert chat.session.stack == []
    assert not any(operation.action == "transfers.execute" for operation in chat.all_operations)


def fill(chat: Chat, token: str) -> None:
    conversation = chat.session.conversation
    chat.run(FormSubmitted(chat.fresh_id(), conversation, chat.now, token, {}, {"to_card": CARD_1111}))


def test_a_channel_that_may_not_take_card_numbers_gets_a_page() -> None:
    chat = Chat(channel="whatsapp", capabilities=WHATSAPP)
    chat.write("send 50")
    (form,) = [effect for effect in chat.effects if isinstance(effect, OpenForm)]
    assert chat.sent[-1].choices[0].kind == "form"
    assert chat.sent[-1].choices[0].id == form.token
    chat.write("4111111111111111")
    assert chat.session.expects == "card_number"
    (form,) = [effect for effect in chat.effects if isinstance(effect, OpenForm)]
    fill(chat, form.token)
    assert "Send 50.00 ₴" in chat.said


def test_a_channel_that_cannot_delete_is_not_said_to_have_deleted() -> None:
    chat = Chat(channel="whatsapp", capabilities=WHATSAPP)
    chat.write("send 50 to 4111111111111111")
    assert not any(type(effect).__name__ == "DeleteInbound" for effect in chat.effects)
    assert "removed" not in chat.said


def test_a_refused_value_of_a_page_gets_its_reason_and_a_new_page() -> None:
    chat = Chat(channel="whatsapp", capabilities=WHATSAPP)
    chat.write("send 50")
    first = next(effect.token for effect in chat.effects if isinstance(effect, OpenForm))
    conversation = chat.session.conversation
    chat.run(FormSubmitted(chat.fresh_id(), conversation, chat.now, first, {}, {"to_card": CARD_BAD}))
    assert "mistake" in chat.said
    second = next(effect.token for effect in chat.effects if isinstance(effect, OpenForm))
    assert second != first
    fill(chat, first)
    assert chat.session.expects == "card_number"
    fill(chat, second)
    assert "Send 50.00 ₴" in chat.said


def test_a_page_that_is_not_the_pending_one_changes_nothing() -> None:
    chat = Chat(channel="whatsapp", capabilities=WHATSAPP)
    chat.write("send 50")
    fill(chat, "foreign")
    assert chat.session.expects == "card_number"


def test_the_given_session_is_never_changed() -> None:
    chat = Chat()
    session = chat.session
    before = session.to_json()
    outcome = advance(library(), session, chat.inbound(EventType.MESSAGE, content=Text("/menu")), {}, KEY)
    assert isinstance(outcome, Outcome)
    assert session.to_json() == before


def test_a_person_takes_the_chat_and_the_bot_is_silent_until_the_menu() -> None:
    chat = Chat()
    chat.write("operator")
    assert any(type(effect).__name__ == "HandOff" for effect in chat.effects)
    chat.write("hello, are you there?")
    assert chat.effects == []
    chat.write("/menu")
    assert "Send money" in titles(chat)


def test_a_card_is_issued_in_four_answers() -> None:
    chat = Chat(level="guest", bank=Bank(intents=dict(INTENTS), customer={"has_active_card": False}))
    chat.start("card")
    chat.share_contact()
    chat.settle(outputs={"sent_to": "x"})
    chat.write("123456")
    until = (chat.now + timedelta(hours=8)).isoformat()
    chat.settle(outputs={"customer_id": "cust-9", "level": "verified", "expires_at": until})
    chat.tap("Gold")
    assert "Gold" in chat.said
    chat.tap("Yes")
    (apply,) = chat.operations
    assert apply.inputs == {"tariff": "gold"}
    chat.settle(apply, outputs={"application_id": "app-1"})
    assert "Issuing your card" in chat.said
    chat.bank_says("cards.issued", {"application_id": "app-1"}, {"card_id": "card-7"})
    assert "Your card is ready" in chat.said
    picture = next(message.picture for message in chat.sent if message.picture is not None)
    assert picture.values == {"card": "card-7"}


def waiting_for_a_card() -> Chat:
    chat = Chat(bank=Bank(intents=dict(INTENTS), customer={"has_active_card": False, "identified": True}))
    chat.write("card please")
    chat.tap("Gold")
    chat.tap("Yes")
    return chat


def test_a_bank_event_that_comes_before_the_result_is_kept_for_the_wait() -> None:
    chat = waiting_for_a_card()
    chat.bank_says("cards.issued", {"application_id": "app-1"}, {"card_id": "card-7"})
    assert chat.sent == []
    chat.settle(outputs={"application_id": "app-1"})
    assert "Your card is ready" in chat.said
    assert "Issuing" not in chat.said


def test_a_card_that_takes_long_is_announced_later() -> None:
    chat = waiting_for_a_card()
    chat.settle(outputs={"application_id": "app-1"})
    heard = chat.wait(timedelta(seconds=31))
    assert any("taking longer" in message.text for message in heard)
    assert chat.session.flow is None
    chat.bank_says("cards.issued", {"application_id": "app-1"}, {"card_id": "card-7"})
    assert "ready" in chat.said


def test_a_declined_top_up_goes_back_and_asks_the_source_again() -> None:
    chat = Chat()
    chat.write("/topup")
    chat.write("300")
    chat.tap("Another bank card")
    (pay,) = chat.operations
    chat.settle(pay, outputs={"pay_link": "https://pay.example/1", "transfer_id": "t1"})
    assert chat.sent[-1].choices[0].url == "https://pay.example/1"
    chat.bank_says("topups.settled", {"payment_id": "t1"}, outcome="declined")
    assert "declined" in chat.said
    assert chat.session.step == "how"
    chat.tap("Ask someone")
    assert chat.operations[0].action == "topups.create_request"
    chat.settle(outputs={"pay_link": "https://pay.example/2"})
    assert "https://pay.example/2" in chat.said


def test_documents_are_confirmed_masked() -> None:
    chat = Chat()
    chat.write("/documents")
    chat.write("Koval Anna")
    chat.write("3184710691")
    assert chat.session.step == "photo", chat.said
    chat.send(Attachment("document", "f", size=10))
    assert chat.session.step == "photo"
    chat.send_picture(11_000_000)
    assert "10" in chat.said
    chat.send_picture()
    assert "Koval Anna" in chat.said
    assert "3184710691" not in chat.said
    chat.tap("Yes")
    assert chat.operations[0].inputs["passport_photo"] == "file-1"


def test_a_result_that_comes_during_another_flow_is_told_and_that_flow_keeps_its_question() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    chat.tap("Yes")
    operation = chat.operations[0]
    chat.write("/documents")
    assert chat.session.flow == "verify_me"
    chat.settle(operation, outputs={"transfer_id": "t"})
    assert "Done. 50.00 ₴" in chat.said
    assert [run.flow for run in chat.session.stack] == ["verify_me"]
    chat.write("Koval Anna")
    assert chat.session.step == "number"


def test_no_to_the_offer_to_resume_ends_the_interrupted_flow() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("what's my balance?")
    chat.write("no")
    assert chat.session.stack == []


def test_an_answer_in_place_of_a_yes_resumes_the_interrupted_flow() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("what's my balance?")
    chat.write("4111111111111111")
    assert "Send 50.00 ₴" in chat.said


def test_asking_for_a_flow_that_lies_below_brings_it_up() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("/documents")
    chat.write("/send")
    chat.tap("Continue")
    assert chat.session.flow == "transfer_money"
    assert chat.session.expects == "card_number"


def test_the_contact_keyboard_goes_with_the_next_plain_message() -> None:
    chat = Chat(level="guest")
    chat.write("send 50")
    chat.share_contact()
    chat.settle(outputs={"sent_to": "x"})
    assert chat.sent[-1].remove_choices


def test_an_album_is_one_answer() -> None:
    chat = Chat()
    chat.write("/documents")
    chat.write("Koval Anna")
    chat.write("3184710691")
    chat.send(Attachment("image", "f1", album="a1"))
    assert chat.session.step == "check"
    chat.send(Attachment("image", "f2", album="a1"))
    assert chat.effects == []


def test_a_bank_that_cannot_say_leaves_everything_as_it_was() -> None:
    chat = Chat()
    chat.write("send 4111111111111111")
    stack = chat.session.stack
    chat.bank.left_today = None
    chat.write("50")
    assert "not answering" in chat.said
    assert chat.session.stack == stack
    chat.bank.left_today = "50000.00 UAH"
    chat.write("50")
    assert "Send 50.00 ₴" in chat.said


def test_messages_that_answer_nobody_are_updates() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    assert {message.purpose for message in chat.sent} == {"response"}
    chat.tap("Yes")
    chat.settle(outputs={"transfer_id": "t"})
    assert {message.purpose for message in chat.sent} == {"update"}


def test_a_slow_operation_gets_one_word_of_patience() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    chat.tap("Yes")
    assert len(chat.wait(timedelta(seconds=10))) == 1
    assert chat.wait(timedelta(seconds=60)) == []
    chat.settle(outputs={"transfer_id": "t"})
    assert "Done." in chat.said


def test_a_regional_locale_is_its_language() -> None:
    chat = Chat(locale="uk-UA")
    chat.start()
    assert "Вітаю!" in chat.said
