"""One-time pages, from the link in the chat to the answer in the conversation, on a real database."""

import asyncio
from datetime import timedelta

import pytest
from secure_rig import NUMBER, chatting, library
from turn_rig import Recorder, rows

from bot.keyring import Keyring
from flows.model import Library


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(tmp_path_factory.mktemp("content"))


async def test_the_link_leads_to_a_page_and_the_page_to_an_answer(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/pay")
        page = await chat.open()
        assert page.status_code == 200
        assert "Чия це картка?" in page.text
        assert 'inputmode="numeric"' in page.text
        answer = await chat.fill_in(NUMBER)
        assert answer.status_code == 303
        done = await chat.open(answer.headers["location"])
        assert "Банк отримав" in done.text
        assert "захищеній" in chat.last or "сторінці" in chat.last  # the next question: a page once more
        await chat.fill_in("3184710691")
        assert chat.last == "Є ••• і •••0691."


async def test_a_page_is_used_once_even_when_two_send_it_together(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/pay")
        path = chat.link
        answers = await asyncio.gather(*(chat.fill_in(NUMBER, path) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 303]
        assert (await chat.fill_in("4222222222222222", path)).status_code == 200
        assert await rows(database, "select count(*) from bot.inbox where channel = 'form'") == [(1,)]


async def test_looking_at_a_page_spends_nothing(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/pay")
        for _ in range(5):
            assert (await chat.open()).status_code == 200
            assert (await chat.worker.http.head(chat.link)).status_code == 200
        assert (await chat.fill_in(NUMBER)).status_code == 303


async def test_nobody_keeps_or_frames_a_page_or_learns_its_address(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/pay")
        headers = (await chat.open()).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script" not in (await chat.open()).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Заповніть"),
        ("4111", "16 цифр"),
        ("4111 1111 1111 1112", "помилка"),
        ("not a number", "16 цифр"),
        ("4" * 300, "задовгий"),
    ],
)
async def test_a_mistake_is_said_beside_the_field_and_the_page_stays_open(
    database: str, keyring: Keyring, recorder: Recorder, content: Library, typed: str, words: str
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/pay")
        answer = await chat.fill_in(typed)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "4111 1111" not in answer.text
        assert (await chat.fill_in(NUMBER)).status_code == 303


async def test_a_card_number_has_no_place_in_another_field(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/pay")
        await chat.fill_in(NUMBER)
        answer = await chat.fill_in(NUMBER)
        assert answer.status_code == 422
        assert "4111" not in answer.text


async def test_an_address_that_was_never_given_out_is_no_page(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        for path in ("/secure/x", "/secure/" + "A" * 32):
            assert (await chat.open(path)).status_code == 404
            assert (await chat.fill_in(NUMBER, path)).status_code == 404


async def test_after_three_minutes_a_page_is_closed_and_takes_nothing(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content, late=timedelta(minutes=3, seconds=1)) as chat:
        await chat.write("/pay")
        late = f"http://late{chat.link}"
        assert (await chat.open(late)).status_code == 410
        assert (await chat.fill_in(NUMBER, late)).status_code == 410
        assert (await chat.fill_in(NUMBER)).status_code == 303  # in time it would have been taken


async def test_the_database_holds_neither_the_address_nor_the_number(
    database: str, keyring: Keyring, recorder: Recorder, content: Library
) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/pay")
        token = chat.link.rpartition("/")[2].encode()
        await chat.fill_in(NUMBER)
        stored = await rows(database, "select id, body from bot.form")
        stored += await rows(database, "select dedupe::bytea, body from bot.inbox")
        for place, body in stored:
            for secret in (token, b"4111111111111111", NUMBER.encode()):
                assert secret not in bytes(place) + bytes(body)  # type: ignore[call-overload]


async def test_too_much_is_not_read(database: str, keyring: Keyring, recorder: Recorder, content: Library) -> None:
    async with chatting(database, keyring, recorder, content) as chat:
        await chat.write("/pay")
        assert (await chat.fill_in("x" * 10_000)).status_code == 413
