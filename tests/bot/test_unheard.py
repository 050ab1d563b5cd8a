"""What is not understood is kept without the person in it, sealed, for ninety days, and of nobody."""

import asyncpg
from test_bad_input import ROOMY, TableBank, verified
from turn_rig import Recorder, rows, working

from bot.keyring import Keyring
from bot.retention import UNHEARD_KEPT_DAYS, Retention
from bot.store import Link
from bot.unheard import Unheard
from flows.facts import Fact
from nlu.embedded import EmbeddedEngine

COLUMNS = "select column_name from information_schema.columns where table_schema = 'bot' and table_name = 'unheard'"


class Deaf:
    """An engine that understands nothing."""

    async def parse(self, text: str, locale: str) -> Fact:
        return {"ranking": [{"intent": "out_of_scope", "confidence": 0.9}], "degraded": False}


async def test_a_sentence_is_kept_without_the_person_and_sealed(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    link = Link(lambda: asyncpg.connect(database))
    unheard = Unheard(link, keyring)
    bank = TableBank(Deaf())
    more = {"advance": verified, "facts": bank, "capabilities": ROOMY, "unheard": unheard}
    async with working(database, keyring, recorder, **more) as worker:
        await worker.post_update(1, "позич 700 грн для Оксани Коваль, 0501112233", "anna")
        await worker.post_update(2, "send 50", "petro")
        await worker.quiet()
        await unheard.drain()
    (kept,) = [one for one in await unheard.read() if "позич" in one.text]
    assert kept.text == "позич [amount] для [name], [phone]"
    ((sealed,),) = await rows(database, f"select sealed from bot.unheard where id = '{kept.id}'")
    assert "позич".encode() not in bytes(sealed)  # type: ignore[arg-type]
    assert {name for (name,) in await rows(database, COLUMNS)} == {"id", "day", "locale", "sealed"}
    await unheard.forget([kept.id])
    assert kept.id not in [one.id for one in await unheard.read()]
    await link.close()


async def test_an_answer_to_a_question_is_never_kept(
    database: str, keyring: Keyring, recorder: Recorder, engine: EmbeddedEngine
) -> None:
    link = Link(lambda: asyncpg.connect(database))
    unheard = Unheard(link, keyring)
    more = {"advance": verified, "facts": TableBank(engine), "capabilities": ROOMY, "unheard": unheard}
    async with working(database, keyring, recorder, **more) as worker:
        for n, text in enumerate(("send 50", "the blue one of my aunt", "my cvv is 123 so what", "/cancel", "")):
            await worker.post_update(n, text)
        await worker.quiet()
        await unheard.drain()
    assert await unheard.read() == []
    await link.close()


async def test_what_was_kept_goes_after_its_time(database: str, keyring: Keyring) -> None:
    link = Link(lambda: asyncpg.connect(database))
    unheard = Unheard(link, keyring)
    for text in ("old enough to go", "young enough to stay"):
        unheard.take(text, "en")
    await unheard.drain()
    old = next(one for one in await unheard.read() if one.text.startswith("old"))
    await link.fetch("update bot.unheard set day = day - $2::int where id = $1", old.id, UNHEARD_KEPT_DAYS + 1)
    await Retention(lambda: asyncpg.connect(database)).once()
    assert [one.text for one in await unheard.read()] == ["young enough to stay"]
    await link.close()
