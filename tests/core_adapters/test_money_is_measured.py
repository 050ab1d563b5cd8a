"""What is open in the money is seen: how many operations are where, since when, whether books differ."""

from prometheus_client import REGISTRY

from core_adapters.operations.measuring import MEASURE_EVERY, UNDER_WAY, Measuring


def figure(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def test_an_operation_that_waits_is_counted_with_its_age_until_it_has_gone(room):
    room.adapters.desk.started = False
    await room.start(room.transfer())
    await room.start(room.transfer())
    room.clock.jump(seconds=40)
    measuring = Measuring(room.adapters.desk.store)
    await measuring.measure()
    assert figure("teller_operations", state="APPROVED") == 2
    assert figure("teller_operations_oldest_seconds", state="APPROVED") >= 40
    assert {figure("teller_operations", state=state.value) for state in UNDER_WAY[1:]} == {0}

    await room.pool.execute("update money.operation set due_at = $1", room.clock())
    await room.adapters.worker.round()
    assert figure("teller_operations", state="APPROVED") == 0


async def test_it_is_not_counted_more_often_than_anybody_looks(room):
    room.adapters.desk.started = False
    measuring = Measuring(room.adapters.desk.store)
    await measuring.measure()
    await room.start(room.transfer())
    await measuring.measure()
    assert figure("teller_operations", state="APPROVED") == 0
    room.clock.jump(seconds=MEASURE_EVERY.total_seconds())
    await measuring.measure()
    assert figure("teller_operations", state="APPROVED") == 1


async def test_books_that_differ_are_counted_for_a_week(room):
    day = room.clock().date()
    await room.pool.execute(
        "insert into money.recon (day, core, reference, verdict, ours, theirs, at) values "
        "($1, 'sandbox', 'A', 'ours-only', '{}', null, now()), ($1, 'sandbox', 'B', 'match', '{}', '{}', now()), "
        "($1 - 30, 'sandbox', 'C', 'differ', '{}', '{}', now())",
        day,
    )
    await Measuring(room.adapters.desk.store).measure()
    assert figure("teller_books_differ") == 1


async def test_the_worker_measures_by_itself(room):
    await room.adapters.worker.round()
    assert figure("teller_operations", state="HOLD") == 0
