"""Two independent client libraries take the platform for Telegram: what they send, what they read, how they fail."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import suppress

import aiogram.exceptions as refused
import pytest
import telegram
import telegram.error
import telegram.ext
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, Message
from phones_world import TOKEN, World
from PIL import Image


def picture(width: int = 64, height: int = 40) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (width, height), "#14213D").save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture
async def aiogram_bot(world: World) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(f"{world.root}/sandbox/telegram"))
    async with Bot(TOKEN, session=session) as bot:
        yield bot


@pytest.fixture
async def ptb_bot(world: World) -> AsyncIterator[telegram.Bot]:
    root = f"{world.root}/sandbox/telegram"
    async with telegram.Bot(TOKEN, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot") as bot:
        yield bot


async def test_aiogram_sends_a_keyboard_reads_the_tap_and_answers_it(world: World, anna: int, aiogram_bot: Bot) -> None:
    me = await aiogram_bot.get_me()
    assert (me.id, me.is_bot, me.first_name) == (1001, True, "Teller Bank")
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Pay", callback_data="pay:1")]])
    sent = await aiogram_bot.send_message(anna, "<b>50.00 UAH</b>", parse_mode="HTML", reply_markup=keyboard)
    assert sent.reply_markup is not None
    assert sent.reply_markup.inline_keyboard[0][0].callback_data == "pay:1"
    assert sent.html_text == "<b>50.00 UAH</b>"
    await world.do(anna, "taps", {"message": sent.message_id, "row": 0, "column": 0})
    query = (await aiogram_bot.get_updates(timeout=2))[-1].callback_query
    assert query is not None
    assert query.data == "pay:1"
    assert query.message is not None
    assert query.message.message_id == sent.message_id
    assert await aiogram_bot.answer_callback_query(query.id, text="Done")
    with pytest.raises(refused.TelegramBadRequest, match="query is too old"):
        await aiogram_bot.answer_callback_query(query.id)


async def test_aiogram_meets_the_error_classes_that_it_knows(world: World, anna: int, aiogram_bot: Bot) -> None:
    with pytest.raises(refused.TelegramBadRequest, match="chat not found"):
        await aiogram_bot.send_message(42, "x")
    await world.do(anna, "block", {"blocked": True}, "PUT")
    with pytest.raises(refused.TelegramForbiddenError, match="bot was blocked by the user"):
        await aiogram_bot.send_message(anna, "x")
    await world.do(anna, "block", {"blocked": False}, "PUT")
    for outcome, expected in (
        ("throttle", refused.TelegramRetryAfter),
        ("unauthorized", refused.TelegramUnauthorizedError),
        ("unavailable", refused.TelegramServerError),
        ("html", refused.ClientDecodeError),
    ):
        await world.http.put("/sandbox/phones/telegram/faults", json={"outcome": outcome, "retry_after_s": 7})
        with pytest.raises(expected) as met:
            await aiogram_bot.send_message(anna, "x")
        if isinstance(met.value, refused.TelegramRetryAfter):
            assert met.value.retry_after == 7


async def test_aiogram_uploads_a_picture_sends_it_again_by_id_and_downloads_it(anna: int, aiogram_bot: Bot) -> None:
    data = picture()
    sent = await aiogram_bot.send_photo(anna, BufferedInputFile(data, "card.png"), caption="Your card")
    assert sent.photo is not None
    assert (sent.photo[-1].width, sent.photo[-1].height, sent.caption) == (64, 40, "Your card")
    again = await aiogram_bot.send_photo(anna, sent.photo[-1].file_id)
    assert again.photo is not None
    kept = io.BytesIO()
    await aiogram_bot.download(again.photo[-1], kept)
    assert kept.getvalue() == data


async def test_a_long_polling_echo_bot_of_aiogram_talks_with_the_phone(
    world: World, anna: int, aiogram_bot: Bot
) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"You said {message.text}")

    polling = asyncio.create_task(dispatcher.start_polling(aiogram_bot, handle_signals=False, polling_timeout=2))
    with world.phones.hub.listen(anna) as screen:
        await world.say(anna, text="hello")
        heard = [await asyncio.wait_for(screen.get(), 5) for _ in range(3)]
    await dispatcher.stop_polling()
    with suppress(asyncio.CancelledError):
        await polling
    kinds = {event["kind"]: event for event in heard}
    assert kinds.keys() == {"message", "ticks"}
    texts = [message["text"] for message in (await world.history(anna))["messages"]]
    assert texts[-2:] == ["hello", "You said hello"]


async def test_python_telegram_bot_reads_the_same_platform(world: World, anna: int, ptb_bot: telegram.Bot) -> None:
    assert ptb_bot.username == "teller_bank_bot"
    contact = telegram.KeyboardButton("Share my number", request_contact=True)
    markup = telegram.ReplyKeyboardMarkup([[contact]], one_time_keyboard=True)
    await ptb_bot.send_message(anna, "*Your number*", parse_mode="MarkdownV2", reply_markup=markup)
    shown = await world.history(anna)
    assert shown["keyboard"]["rows"] == [[{"title": "Share my number", "kind": "contact"}]]
    await world.do(anna, "presses", {"row": 0, "column": 0})
    (update,) = await ptb_bot.get_updates(timeout=2)
    assert update.message is not None
    assert update.message.contact is not None
    assert update.message.contact.user_id == update.message.from_user.id == anna  # type: ignore[union-attr]
    assert (await world.history(anna))["keyboard"] is None


async def test_python_telegram_bot_uploads_files_and_meets_its_error_classes(
    world: World, anna: int, ptb_bot: telegram.Bot
) -> None:
    sent = await ptb_bot.send_document(anna, b"%PDF-1.7 receipt", filename="receipt.pdf", caption="Receipt")
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("receipt.pdf", 16)
    file = await ptb_bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.7 receipt"
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)IMAGE_PROCESS_FAILED"):
        await ptb_bot.send_photo(anna, b"no picture at all")
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)PHOTO_INVALID_DIMENSIONS"):
        await ptb_bot.send_photo(anna, picture(2100, 100))
    await world.do(anna, "block", {"blocked": True}, "PUT")
    with pytest.raises(telegram.error.Forbidden):
        await ptb_bot.send_message(anna, "x")
    await ptb_bot.set_webhook("http://127.0.0.1:9/nowhere")
    with pytest.raises(telegram.error.Conflict):
        await ptb_bot.get_updates()


async def test_commands_and_descriptions_are_kept(ptb_bot: telegram.Bot) -> None:
    await ptb_bot.set_my_commands([("card", "Open a card"), ("pay", "Send money")])
    assert [command.command for command in await ptb_bot.get_my_commands()] == ["card", "pay"]
    await ptb_bot.set_my_description("A bank in your messenger")
    assert (await ptb_bot.get_my_description()).description == "A bank in your messenger"
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)BOT_COMMAND_INVALID"):
        await ptb_bot.set_my_commands([("Not a command!", "x")])
