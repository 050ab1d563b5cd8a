"""``GET`` and ``POST /secure/{token}``: a slot of a conversation here, the bank's own pages in ``bank_routes``.

GET 200 the page, or what became of it · 404 no such page · 410 expired.
POST 303 taken, back to the page · 422 with the fault beside the field · 403 sent from elsewhere · 404, 410 as above ·
413 too long · 503 the database is away: nothing is used up.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.bodies import TooLong, body_of
from bot.door import Tokeniser
from bot.secure.answers import Answers, from_elsewhere
from bot.secure.bank import BankPages, is_banks
from bot.secure.bank_routes import BankCounter
from bot.secure.forms import Form, Forms, place
from bot.secure.html import Face, asking
from bot.secure.papers import Papers
from bot.secure.photos import Photo, chosen
from bot.secure.values import Typed, read
from bot.store import BadRow, StoreDown, uuid7
from flows.cards import CardNumber
from flows.events import FormSubmitted
from flows.messages import Attachment

BODY_BYTES_MAX = 4096
SOURCE = "form"  # whose events these are in the inbox; the dedupe key is where the page lies

log = structlog.get_logger("bot.secure")


class Taker(Protocol):
    """Takes an event into the inbox, once for each dedupe key."""

    async def take(self, event: FormSubmitted, source: str, dedupe: str) -> bool: ...


class Keeper(Protocol):
    """Keeps a file, sealed, and gives its id."""

    async def keep(self, data: bytes, mime: str) -> UUID: ...


def now_utc() -> datetime:
    """The time, for who does not bring a clock."""
    return datetime.now(UTC)


def routes(
    forms: Forms, vault: Tokeniser, inbox: Taker, face: Face, clock: Callable[[], datetime] = now_utc,
    bank: BankPages | None = None, media: Keeper | None = None, papers: Papers | None = None,
) -> list[Route]:  # fmt: skip
    """The route of all pages; without a ``bank`` there are those of slots alone, without ``media`` none takes files.

    Without ``papers`` what the bank's pages show comes without files to keep.
    """
    slots = _Counter(forms, vault, inbox, face, clock, media)
    banks = BankCounter(bank, Answers(face), papers) if bank is not None else None

    async def answer(request: Request) -> Response:
        if banks is not None and is_banks(str(request.path_params["token"])):
            return await banks.answer(request)
        return await slots.answer(request)

    return [Route("/secure/{token}", answer, methods=["GET", "POST"])]


class _Counter:
    """Where pages are shown and taken back."""

    def __init__(
        self, forms: Forms, vault: Tokeniser, inbox: Taker, face: Face, clock: Callable[[], datetime],
        media: Keeper | None,
    ) -> None:  # fmt: skip
        self._forms, self._vault, self._inbox, self._face, self._clock = forms, vault, inbox, face, clock
        self._media, self._answers = media, Answers(face)

    async def answer(self, request: Request) -> Response:
        """One request, whatever it is."""
        token = str(request.path_params["token"])
        locale = request.headers.get("accept-language", "en")[:2]
        try:
            found = await self._forms.find(token, self._clock())
            if found is None:
                return self._tell("unknown", locale, 404)
            form, state = found
            locale = form.locale
            if state == "expired":
                return self._tell("expired", locale, 410)
            if state == "used":
                return self._tell("done" if request.method != "POST" else "used", locale, 200)
            if request.method != "POST":
                return self._answers.show(asking(self._face, form))
            if from_elsewhere(request):
                return self._tell("elsewhere", locale, 403)
            if form.slot_type == "attachment" and self._media is not None:
                return await self._chosen(token, form, await chosen(request), self._media)
            return await self._submitted(token, form, await _field(request))
        except TooLong:
            return self._tell("down", locale, 413)
        except (StoreDown, BadRow):
            return self._tell("down", locale, 503)
        except Exception as error:  # the vault's database, or a fault of ours: nothing is used up
            log.error("secure_page_failed", error=type(error).__name__)
            return self._tell("down", locale, 503)

    async def _submitted(self, token: str, form: Form, raw: str) -> Response:
        typed = read(form.slot, form.slot_type, raw)
        if typed.fault:
            again = "" if form.slot_type == "card_number" or typed.fault == "secret" else raw[:200]
            return self._answers.show(asking(self._face, form, typed.fault, again), 422)
        return await self._taken(token, form, await self._event(token, form, typed))

    async def _chosen(self, token: str, form: Form, photo: Photo, media: Keeper) -> Response:
        if photo.fault:
            return self._answers.show(asking(self._face, form, photo.fault), 422)
        kept = await media.keep(photo.data, photo.mime)
        file = Attachment("image", f"media:{kept}", photo.mime, len(photo.data))
        event = FormSubmitted(uuid7(), form.conversation, self._clock(), token, files={form.slot: file})
        return await self._taken(token, form, event)

    async def _taken(self, token: str, form: Form, event: FormSubmitted) -> Response:
        fresh = await self._inbox.take(event, SOURCE, place(token).hex())
        await self._forms.use(token)
        if not fresh:
            return self._tell("used", form.locale, 200)
        return self._answers.back(f"/secure/{token}")

    async def _event(self, token: str, form: Form, typed: Typed) -> FormSubmitted:
        cards: dict[str, CardNumber] = {}
        if typed.card:
            (cards[form.slot],) = await self._vault.tokenise([typed.card])
        values: dict[str, str | int | bool | None] = {form.slot: typed.text} if typed.text else {}
        return FormSubmitted(uuid7(), form.conversation, self._clock(), token, values, cards)

    def _tell(self, what: str, locale: str, status: int) -> Response:
        return self._answers.tell(what, locale, status)


async def _field(request: Request) -> str:
    """What stands in the field. Raises TooLong."""
    body = await body_of(request, BODY_BYTES_MAX)
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=4)
    return fields.get("value", [""])[0]
