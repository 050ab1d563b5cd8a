"""From a body to the message that the channels know; files are fetched and kept on the way."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.media import MediaStore
from bot.media.kinds import Refused, checked
from bot.messages_api.bodies import (
    ChoiceBody,
    Content,
    FileContent,
    LocationContent,
    Spoken,
    TemplateBody,
    TemplateContent,
    TextContent,
)
from bot.messages_api.failures import Misfit
from bot.messages_api.fetching import Fetcher, Unfetchable
from flows.messages import Choice, Location, OutboundMessage, StoredFile, Template

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
KEEP_IT = "send a picture (JPEG, PNG, WebP), or a PDF as a document"


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes messages. ``misfits`` of its methods are filled in with what cannot be done."""

    media: MediaStore
    fetcher: Fetcher
    clock: Callable[[], datetime]

    async def message(self, key: str, body: Spoken, misfits: list[Misfit]) -> OutboundMessage:
        """The message of a body. Raises StoreDown."""
        if body.not_after is not None and body.not_after <= self.clock():
            misfits.append(Misfit("not_after", "is in the past", "write a later time or leave it out"))
        bare = OutboundMessage(
            key=key,
            choices=choices_of(body.choices),
            not_after=body.not_after,
            fallback=_template(body.fallback_template),
        )
        return await self.saying(bare, body.content, misfits)

    async def saying(self, message: OutboundMessage, content: Content, misfits: list[Misfit]) -> OutboundMessage:
        """The message with another content; its choices, time and fallback stay. Raises StoreDown."""
        bare = replace(message, text="", picture=None, file=None, place=None, template=None)
        match content:
            case TextContent():
                return replace(bare, text=content.text)
            case LocationContent():
                place = Location(content.lat, content.lon, content.title)
                return replace(bare, place=place)
            case TemplateContent():
                return replace(bare, template=_template(content))
            case FileContent():
                return await self._showing(bare, content, misfits)

    async def _showing(self, bare: OutboundMessage, content: FileContent, misfits: list[Misfit]) -> OutboundMessage:
        try:
            media_id = await (self._fetched(content) if content.url is not None else self._found(content))
        except (Unfetchable, Refused) as error:
            what, _, fix = str(error).partition("; ")
            field = "url" if content.url is not None else "media_id"
            misfits.append(Misfit(f"content.{field}", what, fix or KEEP_IT))
            return bare
        document = content.type == "document"
        return replace(bare, text=content.caption, file=StoredFile(str(media_id), document, content.file_name))

    async def _fetched(self, content: FileContent) -> UUID:
        """Fetch and keep it. Raises Unfetchable, Refused or StoreDown."""
        assert content.url is not None
        file = await self.fetcher.fetch(content.url)
        mime = await asyncio.to_thread(checked, file.data, file.mime)
        _fits(mime, content)
        return await self.media.keep(file.data, mime, content.file_name or file.file_name)

    async def _found(self, content: FileContent) -> UUID:
        """Look whether we have it. Raises Refused or StoreDown."""
        try:
            media_id = UUID(content.media_id)
        except ValueError:
            raise Refused("is no id of a file; keep one with POST /api/v1/media") from None
        file = await self.media.find(media_id)
        if file is None:
            raise Refused("there is no such file, or its time is over; keep it again with POST /api/v1/media")
        _fits(file.mime, content)
        return media_id


def choices_of(choices: Sequence[ChoiceBody]) -> tuple[Choice, ...]:
    """The choices as the channels know them."""
    return tuple(Choice(one.id, one.title, one.description or "", one.kind, one.url) for one in choices)


def _template(body: TemplateBody | None) -> Template | None:
    return None if body is None else Template(body.name, body.language, tuple(body.values))


def _fits(mime: str, content: FileContent) -> None:
    """Raises Refused."""
    if content.type == "image" and mime not in PICTURES:
        raise Refused(f"the file is {mime}, no picture; send it with type document")
