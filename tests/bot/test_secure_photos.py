"""A passport's photo on a page of the bank, where the messenger may not take documents."""

import io

import httpx
import pytest
from PIL import Image
from secure_rig import Chat, chatting, library
from turn_rig import Recorder, rows

from bot.keyring import Keyring
from flows.model import Library


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(tmp_path_factory.mktemp("content"))


def picture(format_: str = "JPEG", size: tuple[int, int] = (640, 480)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#8899aa").save(file, format_)
    return file.getvalue()


async def choose(chat: Chat, data: bytes, mime: str = "image/jpeg", name: str = "passport.jpg") -> httpx.Response:
    answer = await chat.worker.http.post(chat.link, files={"value": (name, data, mime)})
    await chat.worker.quiet()
    return answer


async def test_a_photo_given_on_the_page_is_kept_sealed_and_the_conversation_goes_on(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/show")
        page = await chat.open()
        for part in ("Фото паспорта, будь ласка.", 'enctype="multipart/form-data"', 'type="file"', 'accept="image/*"'):
            assert part in page.text
        photo = picture()
        assert (await choose(chat, photo)).status_code == 303
        assert chat.last == "Фото є."
        ((id_, mime, body),) = await rows(database, "select id, mime, body from bot.media")
        assert (mime, photo[:64] in bytes(body)) == ("image/jpeg", False)  # type: ignore[arg-type]
        kept = await chat.worker.media.find(id_)  # type: ignore[arg-type]
        assert kept is not None
        assert kept.data == photo


@pytest.mark.parametrize(
    ("data", "mime", "said"),
    [
        (b"", "image/jpeg", "не обрано"),
        (b"%PDF-1.7 not a picture", "application/pdf", "не знімок"),
        (b"%PDF-1.7 not a picture", "image/jpeg", "не знімок"),
        (b"\xff\xd8\xff broken off", "image/jpeg", "не знімок"),
        (b"<svg onload=alert(1)>", "image/svg+xml", "не знімок"),
        (picture() + bytes(10_000_001), "image/jpeg", "завеликий"),
        (picture() + bytes(30_000_000), "image/jpeg", "завеликий"),
    ],
)
async def test_what_is_no_photo_is_said_beside_the_field_and_kept_nowhere(
    database: str, keyring: Keyring, recorder: Recorder, content: Library, data: bytes, mime: str, said: str
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/show")
        answer = await choose(chat, data, mime)
        assert (answer.status_code, said in answer.text) == (422, True)
        assert 'aria-describedby="fault"' in answer.text
        assert await rows(database, "select id from bot.media") == []
        assert (await choose(chat, picture("PNG"), "image/png")).status_code == 303


async def test_a_form_without_a_file_and_a_broken_one_are_no_photo(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/show")
        for body, kind in (
            (b"value=x", "application/x-www-form-urlencoded"),
            (b"--b\r\nContent-Disposition: form-data\r\n\r\n\0\r\n--b--", "multipart/form-data; boundary=b"),
            (b"nonsense", "multipart/form-data"),
        ):
            answer = await chat.worker.http.post(chat.link, content=body, headers={"content-type": kind})
            assert answer.status_code == 422
        assert (await choose(chat, picture("WEBP"), "image/webp", "../../x\0.webp")).status_code == 303


async def test_a_photo_is_taken_once(database: str, keyring: Keyring, recorder: Recorder, content: Library) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/show")
        path = chat.link
        assert (await choose(chat, picture())).status_code == 303
        again = await chat.worker.http.post(path, files={"value": ("p.jpg", picture(), "image/jpeg")})
        assert (again.status_code, await rows(database, "select count(*) from bot.media")) == (200, [(1,)])


async def test_a_form_of_another_site_gives_nothing(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/show")
        headers = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        answer = await chat.worker.http.post(chat.link, files={"value": ("p.jpg", picture())}, headers=headers)
        assert (answer.status_code, await rows(database, "select id from bot.media")) == (403, [])
