"""`teller chat`: the sandbox's phone in a terminal, for people and, with lines piped in, for scripts.

$ teller chat
$ teller chat --channel whatsapp
$ printf '/start\n/contact\n/code\n' | teller chat --phone +380501112233
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.chat.line import NoLine, PhoneLine
from bot.cli.chat.screen import HELP, Screen
from bot.cli.chat.talk import Talk, typed_lines
from bot.settings import load_settings
from bot.settings.made_up import own_url

CHANNELS = ("telegram", "viber", "whatsapp", "messenger")


def chat(
    channel: Annotated[
        str, typer.Option(help="Which messenger's phone: telegram, viber, whatsapp or messenger.")
    ] = "telegram",
    phone: Annotated[
        str, typer.Option(help="The person's number; the same number is the same person.")
    ] = "+380501112233",
    name: Annotated[str, typer.Option(help="The person's name.")] = "Anna Koval",
    language: Annotated[str, typer.Option(help="The language of the phone: en or uk.")] = "en",
    url: Annotated[str, typer.Option(help="The address of a running Teller, if not the one of the settings.")] = "",
    pictures: Annotated[Path | None, typer.Option(help="Where pictures and documents are saved.")] = None,
) -> None:
    """Talk to the bot in this terminal. Teller must be running in sandbox mode."""
    if channel not in CHANNELS:
        raise typer.BadParameter(f"there is a phone for {', '.join(CHANNELS)}, not for {channel!r}")
    folder = pictures or Path(tempfile.mkdtemp(prefix="teller-chat-"))
    screen = Screen(sys.stdout.write, sys.stdout.isatty())
    try:
        asyncio.run(_talk(PhoneLine(url or own_url(load_settings()), channel), screen, (name, phone, language), folder))
    except NoLine as problem:
        sys.stderr.write(f"teller chat: {problem}\n")
        raise typer.Exit(1) from None


async def _talk(line: PhoneLine, screen: Screen, person: tuple[str, str, str], folder: Path) -> None:
    async with line:
        await line.pick_up(*person)
        screen.note(f"You are {person[0]}, {person[1]}. The bot is {line.bot_name}. {HELP}")
        await Talk(line, screen, folder, patient=not sys.stdin.isatty()).run(typed_lines(sys.stdin))
