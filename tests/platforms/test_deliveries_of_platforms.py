"""What comes twice, in batches, out of order, or at a bad moment."""

import platform_posts as posts
import pytest
from bank_in_front import Bank
from four_platforms import until

ORDER = ["one", "two", "three", "four"]


def words(bank: Bank, channel: str, user: str) -> list[str]:
    return [event["content"]["text"] for event in bank.events(channel, user)]


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_the_same_payload_twice_is_one_event_and_both_have_their_200(bank: Bank, channel: str) -> None:
    user = posts.customer(channel)
    first = posts.text(channel, user, "one")
    assert [bank.hook(channel, first).status_code for _ in range(2)] == [200, 200]
    bank.hear(channel, posts.text(channel, user, "two"))
    assert words(bank, channel, user) == ["one", "two"]


@pytest.mark.parametrize("channel", ["whatsapp", "messenger"])
def test_the_same_id_twice_in_one_body_is_one_event(bank: Bank, channel: str) -> None:
    user = posts.customer(channel)
    if channel == "whatsapp":
        one = posts.wa_text(user, "one")
        bank.hear(channel, posts.whatsapp(one, one))
    else:
        item = posts.fb_message(user, text="one")
        bank.hear(channel, posts.messenger(item, item))
    assert words(bank, channel, user) == ["one"]


def test_three_messages_in_two_entries_of_whatsapp_are_three_events_in_order(bank: Bank) -> None:
    user = posts.customer("whatsapp")
    said = [posts.wa_text(user, text) for text in ORDER[:3]]
    first, second = posts.whatsapp(*said[:2]), posts.whatsapp(said[2])
    bank.hear("whatsapp", first | {"entry": first["entry"] + second["entry"]})
    assert words(bank, "whatsapp", user) == ORDER[:3]


def test_four_items_in_two_entries_of_messenger_are_four_events_in_order(bank: Bank) -> None:
    user = posts.customer("messenger")
    said = [posts.fb_message(user, text=text) for text in ORDER]
    first, second = posts.messenger(*said[:2]), posts.messenger(*said[2:])
    bank.hear("messenger", first | {"entry": first["entry"] + second["entry"]})
    assert words(bank, "messenger", user) == ORDER


def test_news_of_delivery_in_the_wrong_order_ends_at_read_and_stays_there(bank: Bank) -> None:
    user = bank.greeted("whatsapp")
    message = bank.write("whatsapp", user, "Your card is on its way.")
    (call,) = bank.sent("whatsapp", message)
    seen = []
    for state in ("read", "delivered", "sent"):
        bank.hear("whatsapp", posts.whatsapp(statuses=(posts.wa_status(user, call.id, state),)))
        until(lambda: bank.sql("select 1 from bot.inbox where dedupe = $1 and status = 'done'", f"{call.id}:{state}"))  # noqa: B023 - asked in this round
        seen.append(bank.standing(message)["delivery"])
    assert seen == ["read", "read", "read"]


def test_an_update_with_a_lower_number_than_the_last_is_taken_all_the_same_and_once(bank: Bank) -> None:
    user, late = posts.customer("telegram"), posts.number()
    bank.hear("telegram", posts.telegram(user, text="one", update_id=late + 1_000_000_000))
    for _ in range(2):
        bank.hear("telegram", posts.telegram(user, text="two", update_id=late))
    assert words(bank, "telegram", user) == ["one", "two"]


def test_with_the_database_away_every_platform_is_asked_to_come_back(bank: Bank) -> None:
    said = {channel: posts.customer(channel) for channel in posts.CHANNELS}
    bodies = {channel: posts.text(channel, user, "one") for channel, user in said.items()}
    bank.loopback.do(bank.shutter.shut())
    try:
        refused = {channel: bank.hook(channel, body).status_code for channel, body in bodies.items()}
    finally:
        bank.loopback.do(bank.shutter.open())
    assert set(refused.values()) == {503}
    for channel, body in bodies.items():
        until(lambda: bank.hook(channel, body).status_code == 200)  # noqa: B023 - asked in this round
        assert words(bank, channel, said[channel]) == ["one"]


def test_an_engine_that_stands_still_costs_no_platform_its_200_and_nothing_is_lost(bank: Bank) -> None:
    said = {channel: posts.customer(channel) for channel in posts.CHANNELS}
    with bank.standing_still():
        for channel, user in said.items():
            bank.hear(channel, posts.text(channel, user, "hello"))
        waiting = bank.sql("select count(*) from bot.inbox where status = 'new'")[0][0]
        assert waiting >= len(said)
        assert [bank.platforms.to(channel, user) for channel, user in said.items()] == [[], [], [], []]
    for channel, user in said.items():
        until(lambda: bank.platforms.to(channel, user))  # noqa: B023 - asked in this round
