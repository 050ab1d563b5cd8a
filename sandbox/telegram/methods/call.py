"""One call of a method: by which bot, with what."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.phones.people import Person
from sandbox.telegram.arguments import Arguments
from sandbox.telegram.bots import Bot
from sandbox.telegram.chats import Chat, Kept
from sandbox.telegram.failures import bad_request
from sandbox.telegram.platform import Platform
from sandbox.telegram.polling import Pollers


@dataclass(frozen=True, slots=True)
class Call:
    """What a method gets."""

    platform: Platform
    bot: Bot
    arguments: Arguments
    pollers: Pollers = field(default_factory=Pollers)

    def recipient(self) -> tuple[Chat, Person]:
        """Raises Refused when the bot cannot write there now."""
        return self.platform.chat_for(self.bot, self.arguments.values.get("chat_id"))

    def message(self, chat: Chat, name: str, missing: str) -> Kept:
        """The message that an argument names. Raises Refused with `missing` when it is not there."""
        message_id = self.arguments.integer(name)
        kept = self.platform.chats.message(chat.bot, chat.person, message_id) if message_id is not None else None
        if kept is None:
            raise bad_request(missing)
        return kept

    def replied(self, chat: Chat) -> dict[str, Any]:
        """`reply_to_message`, when the call answers one."""
        given = self.arguments.structure("reply_parameters") or {}
        message_id = given.get("message_id") or self.arguments.integer("reply_to_message_id")
        if message_id is None:
            return {}
        kept = self.platform.chats.message(chat.bot, chat.person, int(message_id))
        lenient = given.get("allow_sending_without_reply") or self.arguments.flag("allow_sending_without_reply")
        if kept is None and not lenient:
            raise bad_request("message to be replied not found")
        if kept is None:
            return {}
        return {"reply_to_message": {k: v for k, v in kept.message.items() if k != "reply_to_message"}}


Method = Callable[[Call], Awaitable[Any]]
