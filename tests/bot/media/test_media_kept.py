"""What customers send is fetched, checked, encrypted and gone after a while; what is lent has an end."""

import asyncio
import io

import asyncpg
import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from turn_rig import Recorder, Worker, working

from bot.keyring import Keyring
from bot.media import Lending, MediaStore, routes
from bot.media.kinds import Refused, checked
from bot.store import Link
from channels.errors import Transient
from flows.ports import DrawnPicture


def jpeg(width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#E4572E").save(out, "JPEG")
    return out.getvalue()


PDF = b"%PDF-1.7\n%%EOF"


async def until(database: str, status: str) -> asyncpg.Record:
    """The only file's row, once it has this status."""
    connection = await asyncpg.connect(database)
    try:
        async with asyncio.timeout(15):
            while True:
                row = await connection.fetchrow("select * from bot.media")
                if row is not None and row["status"] == status:
                    return row
                await asyncio.sleep(0.02)
    finally:
        await connection.close()


async def sent(worker: Worker, ref: str, mime: str = "image/jpeg") -> None:
    assert await worker.post_update(7, "", file=ref, mime=mime) == 200
    await worker.quiet()


async def test_a_photo_is_fetched_and_lies_encrypted(database: str, keyring: Keyring, recorder: Recorder) -> None:
    recorder.files["photo-1"] = [jpeg()]
    async with working(database, keyring, recorder) as worker:
        await sent(worker, "photo-1")
        row = await until(database, "kept")
        stored = await worker.media.find(row["id"])
    assert stored is not None
    assert (stored.data, stored.mime) == (jpeg(), "image/jpeg")
    assert jpeg()[:20] not in row["body"]
    assert b"photo-1" not in row["body"]


async def test_a_file_that_is_not_what_it_says_is_not_kept(database: str, keyring: Keyring, recorder: Recorder) -> None:
    recorder.files["photo-1"] = [PDF]
    async with working(database, keyring, recorder) as worker:
        await sent(worker, "photo-1")
        row = await until(database, "refused")
        assert await worker.media.find(row["id"]) is None
    assert row["reason"] == "the file says image/jpeg and is application/pdf"
    assert row["body"] == b""


async def test_a_platform_in_trouble_is_asked_again(database: str, keyring: Keyring, recorder: Recorder) -> None:
    recorder.files["photo-1"] = [503, jpeg()]
    async with working(database, keyring, recorder) as worker:
        await sent(worker, "photo-1")
        connection = await asyncpg.connect(database)
        async with asyncio.timeout(15):
            while not await connection.fetchval("select tries from bot.media"):  # noqa: ASYNC110 - another's row
                await asyncio.sleep(0.02)
        await connection.execute("update bot.media set due = now()")
        await connection.close()
        await until(database, "kept")


async def test_another_process_fetches_what_a_dead_one_has_left(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.files["photo-1"] = [jpeg()]
    first = Worker(database, keyring, recorder)
    await sent(first, "photo-1")  # its background was never started
    await first.kill()
    async with working(database, keyring, recorder):
        await until(database, "kept")


async def test_a_lent_file_is_had_by_its_link_until_its_time_is_over(database: str, keyring: Keyring) -> None:
    link = Link(lambda: asyncpg.connect(database))
    store = MediaStore(link, keyring)
    url = await Lending(store, "https://bank.example/").publish(DrawnPicture(jpeg(), "image/jpeg", "card.jpg"))
    assert url.startswith("https://bank.example/media/")
    assert url.endswith(".jpg")
    http = httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=[*routes(store)])), base_url="https://bank.example"
    )
    answer = await http.get(url)
    assert (answer.content, answer.headers["content-type"]) == (jpeg(), "image/jpeg")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await http.get(url.replace("/media/", "/media/A"))).status_code == 404
    connection = await asyncpg.connect(database)
    await connection.execute("update bot.media set expires_at = now()")
    assert (await http.get(url)).status_code == 404
    await store.sweep()
    assert await connection.fetchval("select count(*) from bot.media") == 0
    await connection.close()
    await link.close()


async def test_without_the_database_nothing_is_lent_now(keyring: Keyring, unused_tcp_port: int) -> None:
    link = Link(lambda: asyncpg.connect(host="127.0.0.1", port=unused_tcp_port, user="nobody", timeout=1))
    with pytest.raises(Transient):
        await Lending(MediaStore(link, keyring), "https://bank.example").publish(
            DrawnPicture(PDF, "application/pdf", "r")
        )


@pytest.mark.parametrize(
    ("data", "said", "why"),
    [
        (b"<html>", "image/png", "this kind of file is not taken; send a picture (JPEG, PNG, WebP) or a PDF"),
        (b"", "image/png", "this kind of file is not taken; send a picture (JPEG, PNG, WebP) or a PDF"),
        (b"MZ" + bytes(100), None, "this kind of file is not taken; send a picture (JPEG, PNG, WebP) or a PDF"),
        (PDF, "image/jpeg", "the file says image/jpeg and is application/pdf"),
        (b"\xff\xd8\xff" + bytes(50), "image/jpeg", "the picture is damaged"),
    ],
    ids=["a page", "nothing", "a program", "a document as a picture", "half a picture"],
)
def test_what_is_not_taken_is_told_why(data: bytes, said: str | None, why: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(data, said)
    assert str(refused.value) == why


def test_what_is_taken_goes_by_its_true_type() -> None:
    assert checked(jpeg(), "application/octet-stream") == "image/jpeg"
    assert checked(PDF, None) == "application/pdf"
    assert checked(b"OggS" + bytes(30), "audio/ogg; codecs=opus") == "audio/ogg"
