"""Two people publish: the rules, the rows that stay, the audit, going back and withdrawing."""

from pathlib import Path

import asyncpg
import pytest
from version_rig import BRAND, LONGER, MEMO, TESTS, content, desk_at, longer, published, store_at, write

from bot.versions.desk import Desk
from bot.versions.files import raw_of, text_of
from bot.versions.proof import Played, hashes_of, prove
from bot.versions.records import BadDraft, NotThere, Refused


@pytest.fixture
def desk(database: str) -> Desk:
    return desk_at(database)


async def drafted(desk: Desk, files: dict[str, str], author: str = "anna") -> tuple[int, str]:
    """A new version's number and hash."""
    number, _ = await desk.draft(files, author, "a change")
    return number, (await desk.book()).head(number).hash


async def test_a_version_needs_a_second_person(desk: Desk) -> None:
    number, digest = await drafted(desk, content())
    with pytest.raises(Refused, match="Nobody but the author has approved version 1"):
        await desk.publish(number, "anna", "now")
    with pytest.raises(Refused, match="anna wrote version 1; somebody else has to approve it"):
        await desk.approve(number, digest, "Anna ", "mine is good", ticked=True)
    await desk.approve(number, digest, "bob", "I have read it", ticked=True)
    await desk.publish(number, "anna", "now")
    assert (await desk.book()).standing.live == 1


async def test_an_approval_is_of_exactly_what_was_read(desk: Desk) -> None:
    _, first = await drafted(desk, content())
    number, _ = await drafted(desk, content(MEMO.replace("note?", "keep?")))
    with pytest.raises(Refused, match="What you have read is not version 2"):
        await desk.approve(number, first, "bob", "I have read it", ticked=True)


async def test_warnings_need_a_tick_by_the_approver(desk: Desk) -> None:
    number, digest = await drafted(desk, content())
    with pytest.raises(Refused, match=r"Warnings that are not ticked: slots.yml:5:3: W403"):
        await desk.approve(number, digest, "bob", "I have read it")
    await desk.approve(number, digest, "bob", "the slot is for next week", ticked=True)
    await desk.publish(number, "bob", "now")


async def test_what_the_checks_refuse_is_never_published_not_even_in_a_hurry(desk: Desk) -> None:
    number, digest = await drafted(desk, content(MEMO.replace("say: done", "say: dnoe")))
    for who in ("bob", "carol"):
        with pytest.raises(Refused, match="The checks find errors"):
            await desk.approve(number, digest, who, "it burns", urgent=True)
    with pytest.raises(Refused, match=r"The checks find 1 error, the first at flows/memo.flow.yml:13:10: E220"):
        await desk.publish(number, "anna", "now")


async def test_red_tests_are_not_published_unless_two_others_take_it_on_themselves(desk: Desk) -> None:
    number, digest = await drafted(desk, content(LONGER))  # its test expects the old way
    await desk.approve(number, digest, "bob", "I have read it", ticked=True)
    with pytest.raises(Refused, match=r"1 test failed, the first: tests/memo\.test\.yml"):
        await desk.publish(number, "anna", "now")
    await desk.approve(number, digest, "bob", "the bank asks for it today", urgent=True)
    with pytest.raises(Refused, match="1 test failed"):
        await desk.publish(number, "anna", "now")
    await desk.approve(number, digest, "carol", "I have seen the request", urgent=True)
    await desk.publish(number, "anna", "now")
    assert (await desk.book()).events[-1].deed.rule == "urgent"


async def test_the_versions_that_its_tests_publish_travel_with_a_version(desk: Desk, tmp_path: Path) -> None:
    tests = TESTS.replace("      - user: milk\n", "      - publish: longer\n      - user: milk\n")
    files = content(tests=tests, **{"tests/versions/longer/memo.flow.yml": LONGER})
    saved = text_of(raw_of(write(tmp_path / "content", files)))
    assert saved == files
    number, _ = await drafted(desk, saved)
    assert await desk.test(number) == Played(1, ())
    without = {name: text for name, text in files.items() if "versions" not in name}
    number, _ = await drafted(desk, without)
    assert "there is no version 'longer'" in (await desk.test(number)).failures[0]


async def test_a_reason_and_a_name_are_asked_for(desk: Desk) -> None:
    with pytest.raises(Refused, match="Say who does it and why"):
        await desk.draft(content(), " ", "")


async def test_a_version_brings_no_catalogue_and_leaves_no_folder(desk: Desk) -> None:
    files = content() | {"catalogue/operations.yml": "x", "flows/../../etc/passwd": "x"}
    with pytest.raises(BadDraft, match=r"'catalogue/operations\.yml' has no place in a content folder.*passwd"):
        await desk.draft(files, "anna", "a change")
    with pytest.raises(BadDraft, match=r"slots\.yml is missing"):
        await desk.draft({"flows/memo.flow.yml": MEMO}, "anna", "a change")


@pytest.mark.parametrize("statement", [
    "update bot.flow_version set author = 'mallory'", "delete from bot.flow_version",
    "truncate bot.flow_version cascade",
    "update bot.flow_event set who = 'mallory'", "delete from bot.flow_event", "truncate bot.flow_event",
])  # fmt: skip
async def test_the_database_changes_nothing_that_was_written(desk: Desk, database: str, statement: str) -> None:
    await drafted(desk, content())
    connection = await asyncpg.connect(database)
    try:
        with pytest.raises(asyncpg.CheckViolationError, match="only grows"):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_an_event_that_was_changed_behind_the_database_s_back_is_named(desk: Desk, database: str) -> None:
    await published(desk, content())
    assert await desk.damage() == []
    connection = await asyncpg.connect(database)
    await connection.execute("alter table bot.flow_event disable trigger all")
    await connection.execute("update bot.flow_event set who = 'mallory' where what = 'approved'")
    await connection.close()
    assert await desk.damage() == ["event 2 was changed, or the one before it"]


async def test_going_back_is_one_person_s_and_at_once(desk: Desk) -> None:
    await published(desk, content())
    await published(desk, longer())
    assert await desk.rollback("carol", "customers complain") == 1
    assert (await desk.book()).standing.live == 1
    with pytest.raises(Refused, match="no earlier version"):
        await desk.rollback("carol", "further")
    assert await desk.rollback("carol", "it was something else", to=2) == 2


async def test_a_withdrawn_version_gives_way_to_the_one_before_and_never_comes_back(desk: Desk) -> None:
    await published(desk, content())
    number = await published(desk, longer())
    await desk.withdraw("carol", "it is wrong", version=number)
    assert (await desk.book()).standing.live == 1
    with pytest.raises(Refused, match="was never live or was withdrawn"):
        await desk.rollback("carol", "back to it", to=number)
    with pytest.raises(Refused, match="Version 2 was withdrawn"):
        await desk.publish(number, "anna", "again")
    with pytest.raises(Refused, match="the only one there is"):
        await desk.withdraw("carol", "this, too", version=1)


async def test_a_withdrawn_flow_is_let_in_again_by_somebody_else(desk: Desk) -> None:
    await published(desk, content())
    with pytest.raises(NotThere, match="has no flow 'memmo'"):
        await desk.withdraw("carol", "wrong", flow="memmo")
    await desk.withdraw("carol", "wrong", flow="memo")
    assert (await desk.book()).standing.withdrawn_flows == {"memo"}
    with pytest.raises(Refused, match="carol withdrew 'memo'"):
        await desk.restore("memo", "carol", "right again")
    await desk.restore("memo", "bob", "right again")
    assert (await desk.book()).standing.withdrawn_flows == frozenset()


async def test_two_who_publish_at_once_do_not_overwrite_each_other(desk: Desk, database: str) -> None:
    await published(desk, content())
    book = await desk.book()
    await desk.withdraw("carol", "wrong", flow="memo")
    deed = book.events[-1].deed
    assert not await store_at(database).append(deed, book.standing.seq)


async def test_what_the_sandbox_published_is_nothing_in_production(database: str) -> None:
    files = content()
    await store_at(database).publish_saved(
        files, hashes_of(files, prove(files, BRAND, None).library), "sandbox", "saved"
    )
    assert (await desk_at(database, sandbox=True).book()).standing.live == 1
    assert (await desk_at(database).book()).standing.live is None
