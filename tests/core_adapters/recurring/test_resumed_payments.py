"""A payment that rests is taken up again by its customer: from its next date, once, and by nobody else."""

from datetime import timedelta

from schedules import ask, at, booked, go_to, order, paid_regularly, payments, row, told

from core_adapters.ports import Person
from flows import formats


async def resumed(room, schedule, customer_id="anna"):
    """The news of an order to take a schedule up again."""
    made = order(room, "recurring.resume", {"recurring": str(schedule.id)}, customer_id=customer_id)
    await room.start(made)
    (news,) = await room.news(made.op_id)
    return news


async def paused(room):
    """A weekly payment that rests after three refusals, and the date of the last of them."""
    schedule = await paid_regularly(room, every="week")
    day = (await row(room, schedule))["next_on"]
    for n in range(3):
        await room.bank.fault("transfer", "refuse")
        await go_to(room, day + n * timedelta(weeks=1))
    assert (await row(room, schedule))["state"] == "paused"
    return schedule, day + timedelta(weeks=2)


async def test_what_rests_goes_on_from_its_next_date_and_makes_up_for_nothing(room):
    schedule, last = await paused(room)
    await go_to(room, last + timedelta(weeks=3))
    assert len(await payments(room, schedule)) == 3
    at(room, last + timedelta(weeks=3, days=1))
    news = await resumed(room, schedule)
    following = last + timedelta(weeks=4)
    assert news.outputs == {"next": formats.day(following, "en")}
    found = await row(room, schedule)
    assert (found["state"], found["refusals"], found["next_on"]) == ("active", 0, following)
    await room.rounds(2)
    assert len(await payments(room, schedule)) == 3
    await go_to(room, following)
    assert (await payments(room, schedule))[3:] == [(following, 1, "POSTED")]
    assert await booked(room, schedule) == 1


async def test_what_rests_is_chosen_by_name_and_resuming_it_twice_is_once(room):
    assert await ask(room, "recurring.any_paused") == {"error": "none_paused"}
    schedule, last = await paused(room)
    (option,) = (await ask(room, "recurring.paused"))["outputs"]["options"]
    assert option["id"] == str(schedule.id)
    first, again = [await resumed(room, schedule) for _ in range(2)]
    assert first.outputs == again.outputs
    assert await ask(room, "recurring.any_paused") == {"error": "none_paused"}
    await go_to(room, last + timedelta(weeks=1))
    assert len(await payments(room, schedule)) == 4


async def test_nobody_resumes_what_was_stopped_or_is_another_customers(room):
    schedule, _ = await paused(room)
    room.people.known["vira"] = Person("+380931112233", "Vira", "Lys")
    assert (await resumed(room, schedule, customer_id="vira")).error == "not_paused"
    await room.start(room.order("recurring.stop", {"recurring": str(schedule.id)}))
    assert (await resumed(room, schedule)).error == "not_paused"
    assert (await row(room, schedule))["state"] == "stopped"


async def test_a_card_that_is_locked_is_told_and_tried_once_more(room):
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    await room.start(room.order("cards.lock", {"card": room.payer}))
    await go_to(room, first)
    assert await told(room) == ["locked"]
    await go_to(room, first + timedelta(days=1))
    assert await told(room) == ["locked", "declined"]
