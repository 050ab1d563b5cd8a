"""A payment that goes by itself, from the yes to the shop's books, and what the customer is told of it."""

from datetime import timedelta

import pytest
from schedules import ask, at, booked, go_to, order, paid_regularly, past_payment, payments, row, today_of, told, wishes

from core_adapters.ports import Person


async def test_one_yes_pays_every_month(room):
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    await go_to(room, first)
    second = (await row(room, schedule))["next_on"]
    await go_to(room, second)
    assert await payments(room, schedule) == [(first, 1, "POSTED"), (second, 1, "POSTED")]
    assert await booked(room, schedule) == 2
    assert await told(room) == ["ok", "ok"]
    event = (await room.news())[-1]
    assert event.match == {"recurring_id": str(schedule.id)}
    assert event.outputs["amount"] == "50.00 UAH"
    assert event.outputs["name"].startswith("•")
    assert len(event.outputs["card_last4"]) == 4


async def test_nothing_goes_before_nine_in_the_morning_of_the_bank(room):
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    at(room, first, hour=5)  # half past seven or eight in Kyiv
    await room.adapters.worker.round()
    assert await payments(room, schedule) == []


async def test_the_day_before_the_customer_is_reminded(room):
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    await go_to(room, first - timedelta(days=2))
    assert await told(room, "recurring.reminder") == []
    at(room, first - timedelta(days=1), hour=9)
    await room.adapters.worker.round()
    await room.adapters.worker.round()
    assert await told(room, "recurring.reminder") == ["tomorrow"]
    await go_to(room, first)
    assert await told(room, "recurring.reminder") == ["tomorrow"]


async def test_who_wants_no_reminders_gets_none_and_hears_of_the_payment_all_the_same(room):
    room.people.wishes["reminders"] = "off"
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    at(room, first - timedelta(days=1), hour=9)
    await room.adapters.worker.round()
    await go_to(room, first)
    assert await told(room, "recurring.reminder") == []
    assert await told(room) == ["ok"]


async def test_a_large_amount_needs_the_code_once_and_names_it_in_every_payment(room):
    payment = await past_payment(room)
    made = order(room, "recurring.create", wishes(room, payment, "700.00 UAH"))
    await room.start(made)
    assert (await room.told(made.op_id))[-1] == "failed:not_proven"

    proven = order(room, "recurring.create", wishes(room, payment, "700.00 UAH"))
    await room.prove(proven)
    await room.start(proven)
    assert await room.state(proven.op_id) == "POSTED"
    sca = await room.pool.fetchval("select sca_id from money.operation where op_id = $1", proven.op_id)
    room.people.chats["anna"] = room.conversation
    await go_to(room, await room.pool.fetchval("select next_on from money.schedule where id = $1", proven.op_id))
    paid = await room.pool.fetchrow(
        "select state, exemption, sca_id from money.operation where mandate = $1", proven.op_id
    )
    assert tuple(paid) == ("POSTED", f"mandate {proven.op_id}: code {sca}", None)


async def test_a_yes_to_another_amount_sets_up_nothing(room):
    inputs = wishes(room, await past_payment(room))
    said = order(room, "recurring.create", inputs)
    forged = order(room, "recurring.create", inputs | {"amount": "90.00 UAH"}, said.op_id, mark=said.snapshot_hash)
    await room.start(forged)
    assert await room.told(forged.op_id) == ["failed:not_proven"]
    assert await room.pool.fetchval("select count(*) from money.schedule") == 0


@pytest.mark.parametrize("amount", ["0.50 UAH", "30000.00 UAH", "10.00 EUR"])
async def test_what_could_never_go_out_is_not_set_up(room, amount):
    made = order(room, "recurring.create", wishes(room, await past_payment(room), amount))
    await room.start(made)
    assert await room.told(made.op_id) == ["failed:limit_exceeded"]


async def test_setting_it_up_takes_nothing_of_the_days_limit(room):
    await paid_regularly(room)
    assert (await ask(room, "limits"))["outputs"]["transfer_left_today"] == "49950.00 UAH"


@pytest.mark.parametrize("changed", [{"payment": "nonsense"}, {"from": "crd_of_somebody"}, {"first": "30 February"}])
async def test_what_is_not_the_customers_is_refused(room, changed):
    made = order(room, "recurring.create", wishes(room, await past_payment(room)) | changed)
    await room.start(made)
    assert await room.told(made.op_id) == ["failed:refused"]


async def test_a_payment_of_somebody_else_cannot_be_repeated(room):
    room.people.known["vira"] = Person("+380931112233", "Vira", "Lys", identified=True)
    inputs = wishes(room, await past_payment(room))
    made = order(room, "recurring.create", inputs, customer_id="vira")
    await room.start(made)
    assert await room.told(made.op_id) == ["failed:refused"]


async def test_without_funds_it_is_tried_once_more_on_the_next_day(room):
    (poor,) = await room.bank.customer(balance_minor=30_00)
    schedule = await paid_regularly(room, payer=poor["card_id"])
    first = (await row(room, schedule))["next_on"]
    for _ in range(2):  # twice on the same day: nothing more
        await go_to(room, first)
    assert await payments(room, schedule) == [(first, 1, "REJECTED")]
    assert await told(room) == ["again"]
    for days in (1, 1, 2, 3):
        await go_to(room, first + timedelta(days=days))
    assert await payments(room, schedule) == [(first, 1, "REJECTED"), (first, 2, "REJECTED")]
    assert await told(room) == ["again", "declined"]
    assert (await row(room, schedule))["refusals"] == 1


async def test_money_that_comes_overnight_is_enough(room):
    (poor,) = await room.bank.customer(balance_minor=30_00)
    schedule = await paid_regularly(room, payer=poor["card_id"])
    first = (await row(room, schedule))["next_on"]
    await go_to(room, first)
    (card,) = await room.adapters.vault.tokenise([poor["card_number"]])
    await room.start(room.transfer(cards={"to": card}))
    await go_to(room, first + timedelta(days=1))
    assert await payments(room, schedule) == [(first, 1, "REJECTED"), (first, 2, "POSTED")]
    assert await booked(room, schedule) == 1
    assert await told(room) == ["again", "ok"]


async def test_a_second_try_that_was_missed_is_told_and_not_made(room):
    (poor,) = await room.bank.customer(balance_minor=30_00)
    schedule = await paid_regularly(room, payer=poor["card_id"])
    first = (await row(room, schedule))["next_on"]
    await go_to(room, first)
    await go_to(room, first + timedelta(days=3))
    assert await payments(room, schedule) == [(first, 1, "REJECTED")]
    assert await told(room) == ["again", "missed"]


async def test_a_bank_that_is_away_in_the_morning_is_asked_on_the_next_day(room):
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    room.adapters.desk.accepting.brand.features["transfers_enabled"] = False
    try:
        await go_to(room, first)
    finally:
        room.adapters.desk.accepting.brand.features["transfers_enabled"] = True
    assert await payments(room, schedule) == [(first, 1, "VOID")]
    await go_to(room, first + timedelta(days=1))
    assert await payments(room, schedule) == [(first, 1, "VOID"), (first, 2, "POSTED")]
    assert await told(room) == ["later", "ok"]


async def test_over_the_days_limit_it_is_told_and_not_tried_again(room):
    room.people.known["anna"] = Person("+380501112233", identified=False)  # 5,000.00 a day
    schedule = await paid_regularly(room, "450.00 UAH")
    first = (await row(room, schedule))["next_on"]
    at(room, first, hour=5)
    for _ in range(11):
        await room.start(room.transfer("450.00 UAH"))
    await go_to(room, first)
    await go_to(room, first + timedelta(days=1))
    assert await payments(room, schedule) == [(first, 1, "VOID")]
    assert await told(room) == ["limit"]


async def test_three_refusals_in_a_row_pause_it_and_one_success_forgets_them(room):
    schedule = await paid_regularly(room, every="week")
    day = (await row(room, schedule))["next_on"]
    for n, outcome in enumerate(("refuse", "refuse", "ok", "refuse", "refuse", "refuse", "ok")):
        if outcome == "refuse":
            await room.bank.fault("transfer", "refuse")
        await go_to(room, day + n * timedelta(weeks=1))
        await room.bank.http.delete(f"{room.bank.url}/api/faults")
    states = [state for _, _, state in await payments(room, schedule)]
    assert states == ["REJECTED", "REJECTED", "POSTED", "REJECTED", "REJECTED", "REJECTED"]
    assert await told(room) == ["declined", "declined", "ok", "declined", "declined", "paused"]
    assert (await row(room, schedule))["state"] == "paused"


async def test_stop_holds_at_once_and_what_is_on_its_way_arrives(room):
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    at(room, first)
    await room.adapters.worker.round()  # approved, and not yet sent
    stop = room.order("recurring.stop", {"recurring": str(schedule.id)})
    await room.start(stop)
    assert await room.told(stop.op_id) == ["done"]
    await go_to(room, first)
    assert await payments(room, schedule) == [(first, 1, "POSTED")]
    await go_to(room, first + timedelta(days=40))
    assert len(await payments(room, schedule)) == 1

    again = room.order("recurring.stop", {"recurring": str(schedule.id)})
    await room.start(again)
    assert await room.told(again.op_id) == ["failed:already_stopped"]


async def test_nobody_stops_what_is_another_customers(room):
    schedule = await paid_regularly(room)
    room.people.known["vira"] = Person("+380931112233", "Vira", "Lys")
    stop = room.order("recurring.stop", {"recurring": str(schedule.id)}, customer_id="vira")
    await room.start(stop)
    assert await room.told(stop.op_id) == ["failed:already_stopped"]
    assert (await row(room, schedule))["state"] == "active"


async def test_a_payment_in_doubt_is_told_as_that_and_found_out_later(room):
    schedule = await paid_regularly(room)
    await room.bank.fault("transfer", "reset_after")
    await go_to(room, (await row(room, schedule))["next_on"], rounds=6)
    assert await booked(room, schedule) == 1
    assert await told(room) == ["unknown", "ok"]


async def test_it_can_be_seen_in_both_languages(room):
    assert await ask(room, "recurring.any_past") == {"error": "none_yet"}
    assert await ask(room, "recurring.list") == {"error": "none_yet"}
    schedule = await paid_regularly(room)
    english = (await ask(room, "recurring.list"))["outputs"]["lines"]
    ukrainian = (await ask(room, "recurring.list", "uk"))["outputs"]["lines"]
    assert "50.00\u00a0₴ every month, next on " in english
    assert "50,00\u00a0₴ щомісяця, далі " in ukrainian
    (option,) = (await ask(room, "recurring.active"))["outputs"]["options"]
    assert (option["id"], option["amount"]) == (str(schedule.id), "50.00 UAH")
    (past,) = (await ask(room, "payments.repeatable"))["outputs"]["options"]
    assert past == {"id": str(schedule.payment), "name": past["name"], "amount": "50.00 UAH"}
    assert past["name"].endswith("for lunch")


async def test_the_quote_tells_the_fee_and_the_day_that_the_mandate_then_holds(room):
    payment = await past_payment(room)
    asked = {"from": room.payer, "payment": str(payment), "amount": "60.00 UAH", "every": "week"}
    quoted = (await ask(room, "recurring.quote", "uk", **asked))["outputs"]
    assert quoted["fee"] == "0.00 UAH"
    made = order(room, "recurring.create", {**asked, "first": quoted["first"]})
    await room.start(made)
    assert await room.state(made.op_id) == "POSTED"
    assert await ask(room, "recurring.quote", **asked | {"payment": "nonsense"}) == {"error": "not_repeatable"}
    assert await ask(room, "recurring.quote", **asked | {"every": "hour"}) == {"error": "not_repeatable"}


async def test_midnight_between_the_quote_and_the_yes_moves_no_date(room):
    payment = await past_payment(room)
    paid_on = today_of(room)
    at(room, paid_on + timedelta(days=6))
    inputs = wishes(room, payment, every="week", anchor=paid_on)  # "first tomorrow", says the quote
    room.clock.jump(days=1)
    made = order(room, "recurring.create", inputs)
    await room.start(made)
    next_on = await room.pool.fetchval("select next_on from money.schedule where id = $1", made.op_id)
    assert next_on == today_of(room) == paid_on + timedelta(weeks=1)
