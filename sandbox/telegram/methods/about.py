"""What a bot says of itself, and whom it asks about."""

import re
from typing import Any

from sandbox.telegram.failures import bad_request
from sandbox.telegram.limits import COMMAND_DESCRIPTION_MAX, COMMANDS_MAX
from sandbox.telegram.methods.call import Call
from sandbox.telegram.platform import as_chat

COMMAND = re.compile(r"/?[a-z0-9_]{1,32}")
NAME_MAX, DESCRIPTION_MAX, SHORT_DESCRIPTION_MAX = 64, 512, 120
# What the phone shows of these is in whatever language was set last without one; others are kept for getMyCommands.
ANY_LANGUAGE = ""


async def get_me(call: Call) -> dict[str, Any]:
    return call.bot.as_user() | {
        "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False,
        "can_connect_to_business": False, "has_main_web_app": False,
    }  # fmt: skip


async def get_chat(call: Call) -> dict[str, Any]:
    _, person = call.recipient()
    return as_chat(person) | {"accent_color_id": person.id % 7, "max_reaction_count": 11, "accepted_gift_types": {
        "unlimited_gifts": False, "limited_gifts": False, "unique_gifts": False,
        "premium_subscription": False, "gifts_from_channels": False,
    }}  # fmt: skip


def _set(call: Call, argument: str, most: int, field: str) -> bool:
    text = call.arguments.text(argument)
    if len(text) > most:
        raise bad_request(f"{argument} is too long")
    if not call.arguments.text("language_code"):
        call.platform.bots.change(call.bot.id, **{field: text or getattr(call.bot, field)})
        call.platform.hub.tell_everyone({"kind": "bots"})
    return True


async def set_my_name(call: Call) -> bool:
    return _set(call, "name", NAME_MAX, "name")


async def get_my_name(call: Call) -> dict[str, str]:
    return {"name": call.bot.name}


async def set_my_description(call: Call) -> bool:
    return _set(call, "description", DESCRIPTION_MAX, "description")


async def get_my_description(call: Call) -> dict[str, str]:
    return {"description": call.bot.description}


async def set_my_short_description(call: Call) -> bool:
    return _set(call, "short_description", SHORT_DESCRIPTION_MAX, "short_description")


async def get_my_short_description(call: Call) -> dict[str, str]:
    return {"short_description": call.bot.short_description}


async def set_my_commands(call: Call) -> bool:
    given = call.arguments.structure("commands")
    if not isinstance(given, list) or len(given) > COMMANDS_MAX:
        raise bad_request("can't parse BotCommand: expected an Array of BotCommand")
    commands = [_command(each) for each in given]
    _keep_commands(call, call.bot.commands | {_language(call): commands})
    return True


async def get_my_commands(call: Call) -> list[dict[str, str]]:
    return call.bot.commands.get(_language(call), [])


async def delete_my_commands(call: Call) -> bool:
    _keep_commands(call, {key: value for key, value in call.bot.commands.items() if key != _language(call)})
    return True


def _language(call: Call) -> str:
    return call.arguments.text("language_code") or ANY_LANGUAGE


def _keep_commands(call: Call, commands: dict[str, list[dict[str, str]]]) -> None:
    call.platform.bots.change(call.bot.id, commands=commands)
    call.platform.hub.tell_everyone({"kind": "bots"})


def _command(given: Any) -> dict[str, str]:
    command, description = str(given.get("command", "")), str(given.get("description", ""))
    if not COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 0 < len(description) <= COMMAND_DESCRIPTION_MAX:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command.removeprefix("/"), "description": description}
