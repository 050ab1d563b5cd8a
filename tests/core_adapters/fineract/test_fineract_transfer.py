"""One transfer through the state machine over Fineract: lost replies, keys, 425 and 409, refusals, garbage.

The protocol is that of Fineract's documentation, chapter "Idempotency" (idempotency.adoc), and of
IdempotentCommandExceptionMapper, which disagree on the status of a request that is still at work.
"""

import pytest

from core_adapters.operations.ids import core_ref


async def sent(teller, start):
    """The keys under which the transfer was posted."""
    keys = [headers.get("idempotency-key") for _, _, headers in teller.core.fineract.postings()]
    assert set(keys) <= {core_ref(start.op_id)}
    return len(keys)


def moved_once(teller, amount=50):
    return teller.core.moved == (1000 - amount, amount) and teller.core.fineract.transfers == 1


async def test_a_transfer_is_posted_once_under_its_reference_as_the_key(teller):
    start = teller.transfer()
    assert await teller.start(start) == "POSTED"
    assert await teller.told() == ["done"]
    assert await sent(teller, start) == 1
    assert moved_once(teller)


async def test_a_lost_reply_is_found_by_our_reference_and_not_sent_again(teller):
    teller.core.fineract.faults = ["lost"]
    start = teller.transfer()
    assert await teller.start(start) == "UNKNOWN"
    await teller.later()
    assert await teller.state(start.op_id) == "POSTED"
    assert await teller.told() == ["unknown:unknown_result", "done"]
    assert await sent(teller, start) == 1
    assert moved_once(teller)


async def test_a_request_that_was_lost_is_sent_again_under_the_same_key(teller):
    teller.core.fineract.faults = ["dropped"]
    start = teller.transfer()
    assert await teller.start(start) == "UNKNOWN"
    await teller.later()
    assert await teller.state(start.op_id) == "POSTED"
    assert await sent(teller, start) == 2
    assert moved_once(teller)


async def test_a_lost_reply_that_the_search_does_not_show_is_answered_from_the_cache(teller):
    """What the same key is answered is the first answer, with `x-served-from-cache`."""
    teller.core.fineract.faults = ["lost"]
    start = teller.transfer()
    await teller.start(start)
    hidden, teller.core.fineract.bookings = teller.core.fineract.bookings, []
    await teller.later()
    assert hidden
    assert await teller.state(start.op_id) == "POSTED"
    assert await sent(teller, start) == 2
    assert moved_once(teller)


@pytest.mark.parametrize("status", [425, 409])
async def test_a_request_still_at_work_is_in_doubt_until_it_is_done(teller, status):
    fineract = teller.core.fineract
    fineract.under_processing, fineract.faults = status, ["slow"]
    start = teller.transfer()
    assert await teller.start(start) == "UNKNOWN"
    await teller.later()
    assert await teller.state(start.op_id) == "UNKNOWN"
    fineract.finish()
    await teller.later()
    assert await teller.state(start.op_id) == "POSTED"
    assert await teller.told() == ["unknown:unknown_result", "done"]
    assert moved_once(teller)


@pytest.mark.parametrize("status", [425, 409])
async def test_a_request_that_stays_at_work_goes_to_staff_and_is_not_posted_again(teller, status):
    fineract = teller.core.fineract
    fineract.under_processing, fineract.faults = status, ["slow"]
    start = teller.transfer()
    await teller.start(start)
    for _ in range(12):
        await teller.later()
        teller.clock.ahead *= 2
    assert await teller.state(start.op_id) == "HOLD"
    assert await sent(teller, start) == 3
    fineract.finish()
    assert moved_once(teller)


async def test_a_refusal_is_final_and_in_the_catalogues_words(teller):
    start = teller.transfer("60.00 UAH")
    teller.core.anna.held = teller.core.anna.balance
    assert await teller.start(start) == "REJECTED"
    assert await teller.told() == ["failed:insufficient_funds"]
    assert teller.core.moved == (1000, 0)
    held = await teller.pool.fetchval("select count(*) from money.limit_hold where released_at is null")
    assert held == 0


async def test_a_refusal_whose_reply_was_lost_is_heard_again_under_its_key(teller):
    teller.core.anna.held = teller.core.anna.balance
    teller.core.fineract.faults = ["lost"]
    start = teller.transfer("60.00 UAH")
    assert await teller.start(start) == "UNKNOWN"
    teller.core.anna.held *= 0
    await teller.later()
    assert await teller.state(start.op_id) == "REJECTED"
    assert await teller.told() == ["unknown:unknown_result", "failed:insufficient_funds"]
    assert teller.core.moved == (1000, 0)


@pytest.mark.parametrize("fault", ["garbage", "empty", "huge", "deep", "unlike"])
async def test_a_200_that_cannot_be_read_is_no_yes_and_no_no(teller, fault):
    """`unlike` is what an installation answers whose commands wait for a second person: no resource was made known."""
    teller.core.fineract.faults = [fault]
    start = teller.transfer()
    assert await teller.start(start) == "UNKNOWN"
    await teller.later()
    assert await teller.state(start.op_id) == "POSTED"
    assert await sent(teller, start) == 1
    assert moved_once(teller)


async def test_a_payee_that_vanished_after_a_lost_reply_makes_no_refusal_of_it(teller):
    teller.core.fineract.faults = ["lost"]
    start = teller.transfer()
    await teller.start(start)
    teller.core.friend.external_id, teller.core.fineract.bookings = "gone", []
    await teller.later(3)
    assert await teller.state(start.op_id) == "UNKNOWN"
    assert moved_once(teller)


async def test_a_payee_that_the_bank_does_not_know_is_refused_before_anything_is_sent(teller):
    start = teller.transfer()
    teller.core.friend.external_id = "gone"
    assert await teller.start(start) == "REJECTED"
    assert await teller.told() == ["failed:recipient_blocked"]
    assert teller.core.fineract.postings() == []


async def test_what_staff_have_taken_back_is_not_told_as_done(teller):
    teller.core.fineract.faults = ["lost"]
    start = teller.transfer()
    await teller.start(start)
    for booking in teller.core.fineract.bookings:
        booking["reversed"] = True
    await teller.later()
    assert await teller.told() == ["unknown:unknown_result", "failed:unavailable"]


async def test_the_wrong_tenant_is_served_by_nobody(teller):
    teller.core.fineract.tenant = "another"
    start = teller.transfer()
    assert await teller.start(start) == "VOID"
    assert await teller.told() == ["failed:unavailable"]
    assert teller.core.fineract.postings() == []
