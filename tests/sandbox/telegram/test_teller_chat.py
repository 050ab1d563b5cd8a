"""`teller chat` as a script uses it: lines in, the conversation out, against a bot that polls with aiogram."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from phones_world import TOKEN, World
from test_sandbox_telegram_clients import picture

from bot.cli.chat.screen import buttons_of


@asynccontextmanager
async def a_bot(world: World) -> AsyncIterator[None]:
    """A tiny bank: asks for the number, shows a picture with two buttons, echoes the rest."""
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def answer(message: Message) -> None:
        if message.text == "/start":
            ask = [[KeyboardButton(text="Share my number", request_contact=True)]]
            await message.answer("Hello!", reply_markup=ReplyKeyboardMarkup(keyboard=ask, one_time_keyboard=True))
        elif message.contact:
            await message.answer(f"Thank you, {message.contact.phone_number}", reply_markup=ReplyKeyboardRemove())
            buttons = [
                [
                    InlineKeyboardButton(text="Pay", callback_data="pay"),
                    InlineKeyboardButton(text="No", callback_data="n"),
                ]
            ]
            keyboard = InlineKeyboardMarkup(inline_keyboard=buttons)
            await message.answer_photo(
                BufferedInputFile(picture(), "c.png"), caption="Your card", reply_markup=keyboard
            )
        else:
            await message.answer(f"You said {message.text or message.document.file_name}")  # type: ignore[union-attr]

    @dispatcher.callback_query()
    async def tapped(query: CallbackQuery) -> None:
        await query.answer(f"Tapped {query.data}")

    session = AiohttpSession(api=TelegramAPIServer.from_base(f"{world.root}/sandbox/telegram"))
    async with Bot(TOKEN, session=session) as bot:
        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=2))
        await world.call("getMe")
        yield
        await dispatcher.stop_polling()
        with suppress(asyncio.CancelledError):
            await polling


async def teller_chat(typed: str, *options: str) -> tuple[int, str, str]:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from bot.cli import main; main()", "chat", *options,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(program.communicate(typed.encode()), 60)
    return program.returncode or 0, out.decode(), err.decode()


async def test_a_script_talks_line_by_line_and_presses_buttons_by_number(world: World, tmp_path: Path) -> None:
    (tmp_path / "receipt.pdf").write_bytes(b"%PDF")
    typed = f"/start\n1\n1\n=1\n/file {tmp_path / 'receipt.pdf'}\n/file /not/there\n/quit\n"
    async with a_bot(world):
        code, out, err = await teller_chat(typed, "--url", world.root, "--pictures", str(tmp_path / "got"))
    assert (code, err) == (0, "")
    wanted = [
        "The bot is Teller Bank", "type /start to begin", "Teller Bank: Hello!",
        "[1] Share my number (shares your number)",
        "contact: Anna Koval, 380501112233", "Thank you, 380501112233", "Your card", "picture saved to",
        "[1] Pay", "[2] No", "-- Tapped pay", "You said 1", "You said receipt.pdf", "/not/there cannot be read",
    ]  # fmt: skip
    places = [out.find(words) for words in wanted]
    assert -1 not in places, out
    assert places == sorted(places), out
    assert [each.read_bytes() for each in (tmp_path / "got").iterdir()] == [picture()]


async def test_it_says_what_to_do_when_teller_is_not_running() -> None:
    code, _, err = await teller_chat("/start\n", "--url", "http://127.0.0.1:9")
    assert code == 1
    assert "Start it with `make run`" in err


async def test_it_says_when_no_bot_has_called(world: World) -> None:
    code, _, err = await teller_chat("/start\n", "--url", world.root)
    assert code == 1
    assert "no bot has called" in err


def test_a_list_that_opens_on_a_phone_stands_open_in_the_terminal() -> None:
    rows = [{"title": "Digital", "description": "free", "section": ""}, {"title": "Gold", "description": ""}]
    bubble = {"id": 7, "buttons": [[{"title": "Choose", "kind": "list", "rows": rows}]]}
    assert [(one.title, one.message, one.row, one.column) for one in buttons_of(bubble)] == [
        ("Digital · free", 7, 0, 0),
        ("Gold", 7, 1, 0),
    ]
