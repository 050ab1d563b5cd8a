"""What a conversation under way sees when the content changes under it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from version_rig import LONGER, LONGER_TESTS, MEMO, TESTS, Talk, content, desk_at, longer, opened, published

from bot.versions.desk import Desk
from bot.versions.live import Live, NothingPublished
from flows.loader import ContentError

PATIENCE_S = 10


@pytest.fixture
def desk(database: str) -> Desk:
    return desk_at(database)


@asynccontextmanager
async def working(live: Live) -> AsyncIterator[None]:
    """A process that listens."""
    task = asyncio.create_task(live.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_production_says_how_to_publish_when_nothing_is(database: str) -> None:
    with pytest.raises(NothingPublished, match="teller flows publish 1"):
        await opened(database)


async def test_a_wording_fix_reaches_a_running_conversation_at_its_next_message(desk: Desk, database: str) -> None:
    await published(desk, content())
    live = await opened(database)
    talk = Talk(live)
    assert await talk.write("/memo") == "What shall I note?"
    await published(desk, content(MEMO.replace("Noted: {note}", "I have written down: {note}")))
    await live.refresh()
    assert await talk.write("milk") == "I have written down: milk"


async def test_a_change_of_logic_leaves_the_running_conversation_alone(desk: Desk, database: str) -> None:
    await published(desk, content())
    live = await opened(database)
    old, new = Talk(live), Talk(live)
    await old.write("/memo")
    await published(desk, longer())
    await live.refresh()
    await new.write("/memo")
    assert await new.write("bread") == "For which day?"
    assert await old.write("milk") == "Noted: milk"
    await old.write("/memo")
    assert await old.write("milk") == "For which day?"


async def test_after_going_back_who_began_under_the_new_version_finishes_it(desk: Desk, database: str) -> None:
    await published(desk, content())
    await published(desk, longer())
    live = await opened(database)
    talk, other = Talk(live), Talk(live)
    await talk.write("/memo")
    await desk.rollback("carol", "customers complain")
    await live.refresh()
    await other.write("/memo")
    assert await other.write("bread") == "Noted: bread"
    assert await talk.write("milk") == "For which day?"


async def test_a_process_that_starts_later_knows_the_version_a_conversation_began_under(
    desk: Desk, database: str
) -> None:
    await published(desk, content())
    before = Talk(await opened(database))
    await before.write("/memo")
    await published(desk, longer())
    after = Talk(await opened(database), before.stored)
    assert after.live.place(after.session) is None  # it has to be fetched first
    assert await after.write("milk") == "Noted: milk"


async def test_two_processes_serve_the_same_version_without_being_asked(desk: Desk, database: str) -> None:
    await published(desk, content())
    one, two = await opened(database), await opened(database)
    async with working(one), working(two), asyncio.timeout(PATIENCE_S):
        number = await published(desk, longer())
        while (one.number, two.number) != (number, number):  # noqa: ASYNC110 - others write it
            await asyncio.sleep(0.01)
    assert one.library.version == two.library.version
    assert "ask_day" in one.library.flows["memo"].steps


async def test_a_conversation_whose_version_is_gone_is_told_and_can_begin_anew(desk: Desk, database: str) -> None:
    await published(desk, content())
    talk = Talk(await opened(database))
    await talk.write("/memo")
    session = talk.session
    session.version = "0" * 64
    talk.stored = session.to_json()
    assert "I have lost my way." in await talk.write("milk")
    assert talk.session.stack == []
    assert await talk.write("/memo") == "What shall I note?"


async def test_a_withdrawn_flow_starts_nowhere_and_its_runs_wait(desk: Desk, database: str) -> None:
    await published(desk, content())
    live = await opened(database)
    talk = Talk(live)
    await talk.write("/memo")
    await desk.withdraw("carol", "wrong", flow="memo")
    await live.refresh()
    assert "“Write a note” is not available." in await talk.write("milk")
    assert await talk.write("/hello") == "Good day."
    assert "is not available" in await talk.write("/memo")
    assert "is not available" in await Talk(live).write("/memo")
    await desk.restore("memo", "bob", "right again")
    await live.refresh()
    assert "Go on with" in await talk.write("hm")
    assert "What shall I note?" in await talk.write("Continue")
    assert await talk.write("milk") == "Noted: milk"


async def test_runs_of_a_withdrawn_version_pause_and_go_on_under_the_one_before(desk: Desk, database: str) -> None:
    await published(desk, content())
    number = await published(desk, longer())
    live = await opened(database)
    at_the_note, at_the_day = Talk(live), Talk(live)
    await at_the_note.write("/memo")
    await at_the_day.write("/memo")
    await at_the_day.write("bread")
    await desk.withdraw("carol", "it is wrong", version=number)
    await live.refresh()
    assert "Go on with" in await at_the_note.write("milk")
    await at_the_note.write("Continue")
    assert await at_the_note.write("milk") == "Noted: milk"
    assert "I have lost my way." in await at_the_day.write("Monday")  # that question is not there any more
    assert await at_the_day.write("/hello") == "Good day."


MOVES = LONGER.replace("{when_published: finish_on_old}", "{when_published: migrate, migrate: {ask_note: ask_text}}")
MOVES = MOVES.replace("- id: ask_note", "- id: ask_text")
MOVES_TESTS = TESTS.replace(
    "      - user: milk\n", "      - user: milk\n        expect: [{asks: day}]\n      - user: Monday\n"
)


async def test_a_flow_that_migrates_takes_its_conversations_along(desk: Desk, database: str) -> None:
    await published(desk, content())
    live = await opened(database)
    talk = Talk(live)
    await talk.write("/memo")
    await published(desk, content(MOVES, MOVES_TESTS))
    await live.refresh()
    assert await talk.write("milk") == "For which day?"
    assert talk.session.step == "ask_day"


async def test_a_migration_that_forgets_a_step_is_refused_at_the_desk(desk: Desk) -> None:
    await published(desk, content())
    forgets = MOVES.replace(", migrate: {ask_note: ask_text}", "")
    _, proof = await desk.draft(content(forgets, MOVES_TESTS), "anna", "a change")
    assert [problem.code for problem in proof.problems if problem.severity == "error"] == ["E501"]
    assert not proof.clean


ASKS = MEMO.replace("  - id: done\n", "  - id: sure\n    confirm: sure\n    show: [note]\n  - id: done\n").replace(
    "responses:\n", "responses:\n  sure:\n    en: Keep {note}?\n    uk: Зберегти {note}?\n    buttons: confirm\n"
)
ASKS_TESTS = TESTS.replace(
    "      - user: milk\n", '      - user: milk\n        expect: [{bot: sure}]\n      - tap: "yes"\n'
)


async def test_a_confirm_is_asked_anew_after_migrating(desk: Desk, database: str) -> None:
    await published(desk, content(ASKS, ASKS_TESTS))
    live = await opened(database)
    talk = Talk(live)
    await talk.write("/memo")
    assert await talk.write("milk") == "Keep milk?"
    other = ASKS.replace("finish_on_old", "migrate").replace("Keep {note}?", "Keep {note} for a year?")
    await published(desk, content(other, ASKS_TESTS))
    await live.refresh()
    assert await talk.write("yes") == "Once more.\nKeep milk for a year?"
    assert await talk.write("yes") == "Noted: milk"


async def test_other_words_of_a_confirm_do_not_slip_under_a_question_that_was_asked(desk: Desk, database: str) -> None:
    await published(desk, content(ASKS, ASKS_TESTS))
    live = await opened(database)
    talk = Talk(live)
    await talk.write("/memo")
    await published(desk, content(ASKS.replace("Keep {note}?", "Keep {note} for a year?"), ASKS_TESTS))
    await live.refresh()
    assert await talk.write("milk") == "Keep milk?"  # it finishes under the terms it began with


async def test_a_migration_into_another_question_asks_it(desk: Desk, database: str) -> None:
    await published(desk, content(LONGER, LONGER_TESTS))
    live = await opened(database)
    talk = Talk(live)
    await talk.write("/memo")
    await talk.write("bread")
    migrates = ASKS.replace("{when_published: finish_on_old}", "{when_published: migrate, migrate: {ask_day: sure}}")
    await published(desk, content(migrates, ASKS_TESTS))
    await live.refresh()
    assert await talk.write("Monday") == "Keep bread?"  # what was said answered the old question
    assert await talk.write("yes") == "Noted: bread"


async def test_two_changes_that_undo_each_other_are_not_noticed(desk: Desk, database: str) -> None:
    await published(desk, content())
    live = await opened(database)
    talk = Talk(live)
    await talk.write("/memo")
    await published(desk, content(MOVES, MOVES_TESTS))
    await published(desk, content())  # and back again before the customer wrote
    await live.refresh()
    assert await talk.write("milk") == "Noted: milk"


async def test_files_that_were_changed_in_the_database_are_not_served(desk: Desk, database: str) -> None:
    await published(desk, content())
    live = await opened(database)
    number = await published(desk, longer())
    connection = await asyncpg.connect(database)
    await connection.execute("alter table bot.flow_version disable trigger all")
    await connection.execute(
        "update bot.flow_version set files = jsonb_set(files, '{system.yml}', '\"\"') where number = $1", number
    )
    await connection.close()
    await live.refresh()
    talk = Talk(live)
    await talk.write("/memo")
    assert await talk.write("milk") == "Noted: milk"  # the version before goes on serving
    with pytest.raises(ContentError, match="cannot be read by this release"):
        await opened(database)
