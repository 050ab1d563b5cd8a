"""Calls to the Bot API through aiogram, and what its errors mean for us.

Files come over a plain client: their address holds the bot's token, so no error and no log line may name it.
"""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import structlog

from channels.clock import Clock
from channels.errors import (
    ChannelDown,
    PermanentContent,
    PermanentUser,
    SendFailure,
    Throttled,
    Transient,
    Unclear,
)
from channels.fetching import fetch, same_origin
from flows.ports import DrawnPicture

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.exceptions import ClientDecodeError

REQUEST_TIMEOUT_S = 20
# What Telegram says when there is nothing left to do: not failures, and never worth another try.
HARMLESS = (
    "message is not modified",
    "message to edit not found",
    "message to delete not found",
    "query is too old",
)
# What stays as it is: too old, or not ours. The customer must hear it in another way.
UNCHANGEABLE = ("message can't be edited", "message can't be deleted")
# The message to edit has a caption where a text was expected, or the other way round.
OTHER_KIND = ("there is no text in the message to edit", "there is no caption in the message to edit")
# A picture whose sides are too long or too unlike, or which Telegram cannot decode: as a file it goes.
BAD_PHOTO = ("photo_invalid_dimensions", "image_process_failed", "photo_save_file_invalid", "photo_ext_invalid")
FETCH_TIMES = httpx.Timeout(20.0, connect=3.0)
NO_SUCH_CHAT = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")
log = structlog.get_logger()


class Unchangeable(PermanentContent):
    """Telegram does not let us change or delete the message any more."""


class BadPhoto(PermanentContent):
    """Telegram does not show the picture as one."""


class OtherKind(PermanentContent):
    """The message to edit is of another kind than the edit."""


class BotCalls:
    """One bot's connection to the Bot API at ``api_url`` (``{api_url}/bot{token}/{method}``)."""

    def __init__(self, token: str, api_url: str, clock: Clock) -> None:
        self._token = token
        self._api_url = api_url
        self._clock = clock
        self._bot: Bot | None = None

    def load(self) -> None:
        """Import aiogram; slow the first time, safe in a thread."""
        import aiogram.client.session.aiohttp
        import aiogram.methods  # noqa: F401 - the import is the work

    async def make(
        self, method: str, params: dict[str, Any], file_field: str | None = None, drawn: DrawnPicture | None = None
    ) -> str | None:
        """Make one call and give the message's id where the answer is a message.

        Raises:
            SendFailure: its class says what to do.
        """
        from aiogram import exceptions, methods
        from aiogram.types import BufferedInputFile, Message

        if file_field is not None and drawn is not None:
            params = params | {file_field: BufferedInputFile(drawn.data, drawn.file_name)}
        request = getattr(methods, method[0].upper() + method[1:])(**params)
        try:
            answer = await self._client()(request, request_timeout=REQUEST_TIMEOUT_S)
        except exceptions.ClientDecodeError as error:
            return self._taken_all_the_same(error)
        except (exceptions.AiogramError, TimeoutError) as error:
            failure = self._meaning(error)
            if failure is None:
                log.info("nothing_left_to_do", channel="telegram", method=method, reason=getattr(error, "message", ""))
                return None
            raise failure from None
        return str(answer.message_id) if isinstance(answer, Message) else None

    async def fetch(self, file_id: str, most: int) -> bytes:
        """The file of that id, at most ``most`` bytes.

        Raises:
            SendFailure: PermanentContent when it is gone or too large.
        """
        path = await self._path_of(file_id, most)
        url = f"{self._api_url.rstrip('/')}/file/bot{self._token}/{quote(path.lstrip('/'))}"
        own = httpx.URL(self._api_url)
        async with httpx.AsyncClient(timeout=FETCH_TIMES, trust_env=False, follow_redirects=False) as http:
            return await fetch(http, url, most, lambda asked: same_origin(asked, own))

    async def close(self) -> None:
        """Close the connections."""
        if self._bot is not None:
            await self._bot.session.close()

    async def _path_of(self, file_id: str, most: int) -> str:
        """Where the file lies, which Telegram keeps true for an hour. Nothing is sent, so what is unclear can be
        asked again."""
        from aiogram import exceptions, methods

        try:
            file = await self._client()(methods.GetFile(file_id=file_id), request_timeout=REQUEST_TIMEOUT_S)
        except exceptions.ClientDecodeError:
            raise Transient("Telegram is in trouble", "5xx") from None
        except (exceptions.AiogramError, TimeoutError) as error:
            failure = self._meaning(error) or PermanentContent("the file is gone", "400")
            raise (Transient(failure.reason, failure.code) if isinstance(failure, Unclear) else failure) from None
        if (file.file_size or 0) > most:
            raise PermanentContent(f"the file is larger than {most} bytes", "size")
        if not file.file_path:
            raise PermanentContent("the file is gone", "file_path")
        return file.file_path

    def _client(self) -> "Bot":
        if self._bot is None:
            from aiogram import Bot
            from aiogram.client.session.aiohttp import AiohttpSession
            from aiogram.client.telegram import TelegramAPIServer

            session = AiohttpSession(api=TelegramAPIServer.from_base(self._api_url), timeout=REQUEST_TIMEOUT_S)
            self._bot = Bot(self._token, session=session)
        return self._bot

    @staticmethod
    def _taken_all_the_same(error: "ClientDecodeError") -> str | None:
        """An answer that aiogram cannot read may still say ``ok``: then Telegram has it, and again would be twice.

        Raises:
            Transient: when it says no such thing, as the page of a broken gateway does.
        """
        answer = error.data
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            raise Transient("Telegram is in trouble", "5xx") from None
        result = answer.get("result")
        message_id = result.get("message_id") if isinstance(result, dict) else None
        return str(message_id) if isinstance(message_id, int) else None

    def _meaning(self, error: Exception) -> SendFailure | None:
        """What aiogram's error means; None where there is nothing left to do. Our texts hold no URL or token."""
        from aiogram import exceptions as tg

        words = getattr(error, "message", "") or type(error).__name__
        if isinstance(error, tg.TelegramRetryAfter):
            return Throttled(self._clock() + timedelta(seconds=error.retry_after), "Telegram asks for a pause", "429")
        if isinstance(error, tg.TelegramForbiddenError):
            return PermanentUser("the customer has blocked the bot", "403")
        if isinstance(error, tg.TelegramUnauthorizedError | tg.TelegramNotFound):
            return ChannelDown("Telegram refuses the bot's token", "401")
        if isinstance(error, tg.TelegramConflictError):
            return ChannelDown("another process polls with this bot's token", "409")
        if isinstance(error, tg.TelegramEntityTooLarge):
            return PermanentContent("Telegram says the file is too large", "413")
        if isinstance(error, tg.TelegramBadRequest | tg.TelegramMigrateToChat):
            return _bad_request(words)
        if isinstance(error, tg.TelegramServerError):
            return Transient("Telegram is in trouble", "5xx")
        if isinstance(error, tg.TelegramNetworkError):
            return _network(error)
        if isinstance(error, TimeoutError | asyncio.TimeoutError):
            return Unclear("no answer came from Telegram in time", "timeout")
        return PermanentContent(words[:200], "400")


def _bad_request(words: str) -> SendFailure | None:
    lower = words.lower()
    if any(phrase in lower for phrase in HARMLESS):
        return None
    if any(phrase in lower for phrase in UNCHANGEABLE):
        return Unchangeable(words[:200], "400")
    if any(phrase in lower for phrase in BAD_PHOTO):
        return BadPhoto(words[:200], "400")
    if any(phrase in lower for phrase in OTHER_KIND):
        return OtherKind(words[:200], "400")
    if any(phrase in lower for phrase in NO_SUCH_CHAT):
        return PermanentUser("Telegram knows no such chat", "400")
    return PermanentContent(words[:200], "400")


def _network(error: Exception) -> SendFailure:
    """A refused connection took nothing; anything later may have."""
    words = str(error)
    if "Cannot connect" in words or "ClientConnectorError" in words:
        return Transient("Telegram cannot be reached", "connect")
    return Unclear("the connection to Telegram broke", "network")
