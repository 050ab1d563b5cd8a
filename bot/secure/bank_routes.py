"""The bank's own pages at ``/secure/{token}``.

GET 200 the page, or what became of it · 404 no such page · 410 its time is over.
POST 200 what it shows · 303 taken, back to the page · 422 with the fault beside the field · 403 sent from elsewhere ·
404, 410 as above · 413 too long · 503 the bank does not answer.
"""

from collections.abc import Mapping
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.responses import Response

from bot.bodies import TooLong, body_of
from bot.secure.answers import Answers, from_elsewhere
from bot.secure.bank import BankDown, BankPages
from bot.secure.bank_html import FIELDS, Fault, asking, offering, revealing, showing
from bot.secure.credentials import READERS
from bot.secure.papers import File, Papers
from bot.secure.words import words_in
from core_adapters.api.pages import Seen

BODY_BYTES_MAX = 4096
FIELDS_MAX = 8
LOOK_AGAIN_S = 5  # while the bank has not answered
SHOWN_S = 60  # then a card's number leaves the screen

log = structlog.get_logger("bot.secure")


class BankCounter:
    """Where the bank's pages are shown and taken back."""

    def __init__(self, bank: BankPages, answers: Answers, papers: Papers | None = None) -> None:
        self._bank, self._answers, self._face = bank, answers, answers.face
        self._papers = papers

    async def answer(self, request: Request) -> Response:
        """One request, whatever it is."""
        locale = request.headers.get("accept-language", "en")[:2]
        token = str(request.path_params["token"])
        try:
            seen = await self._bank.look(token)
            if seen is None:
                return self._answers.tell("unknown", locale, 404)
            locale = seen.locale
            return await self._of(request, token, seen)
        except TooLong:
            return self._answers.tell("too_much", locale, 413)
        except BankDown as down:
            log.warning("secure_page_unanswered", reason=str(down))
            return self._answers.tell("silent", locale, 503)
        except Exception as error:  # a fault of ours; its text may hold what was typed
            log.error("secure_page_failed", error=type(error).__name__)
            return self._answers.tell("silent", locale, 503)

    async def _of(self, request: Request, token: str, seen: Seen) -> Response:
        if seen.state == "expired":
            return self._answers.tell("closed", seen.locale, 410)
        if seen.state == "used":
            return self._became(seen)
        if request.method != "POST":
            return self._answers.show((asking if seen.kind in FIELDS else offering)(self._face, seen))
        if from_elsewhere(request):
            return self._answers.tell("elsewhere", seen.locale, 403)
        fields = await _fields(request)
        if seen.kind in FIELDS:
            return await self._typed(token, seen, fields)
        return await (self._number if seen.kind == "card_number" else self._document)(token, seen)

    def _became(self, seen: Seen) -> Response:
        """What is known of a page that is spent; as long as it is not much, the page looks again by itself."""
        what = f"{seen.kind}_{seen.outcome}" if seen.outcome else "seen"
        again = {"Refresh": str(LOOK_AGAIN_S)} if seen.outcome == "unknown" else {}
        return self._answers.tell(what, seen.locale, 200, **again)

    async def _typed(self, token: str, seen: Seen, fields: Mapping[str, str]) -> Response:
        typed = READERS[seen.kind](fields)
        _, words = words_in(seen.locale)
        if typed.fault:
            return self._again(seen, Fault(words[typed.fault], typed.where))
        try:
            handed_in = await self._bank.hand_in(token, typed.secret)
        except BankDown as down:
            log.warning("secure_page_unanswered", reason=str(down))
            return self._again(seen, Fault(words["silent_field"], FIELDS[seen.kind][0].name), 503)
        if handed_in.outcome == "wrong":
            left = handed_in.tries_left
            text = words["wrong_one"] if left == 1 else words["wrong_more"].format(left=left)
            return self._again(seen, Fault(text, FIELDS[seen.kind][0].name))
        return self._answers.back(f"/secure/{token}")

    def _again(self, seen: Seen, fault: Fault, status: int = 422) -> Response:
        return self._answers.show(asking(self._face, seen, fault), status)

    async def _document(self, token: str, seen: Seen) -> Response:
        document = await self._bank.document(token)
        if document is None:  # another was faster
            return self._answers.tell("seen", seen.locale, 200)
        files: tuple[File, ...] = ()
        if self._papers is not None and document.paper is not None:
            files = await self._papers.drawn(document.paper, words_in(seen.locale)[0])
        return self._answers.show(showing(self._face, document, seen.locale, files))

    async def _number(self, token: str, seen: Seen) -> Response:
        card = await self._bank.card_number(token)
        if card is None:
            return self._answers.tell("seen", seen.locale, 200)
        gone = {"Refresh": f"{SHOWN_S}; url=/secure/{token}"}
        return self._answers.show(revealing(self._face, seen, *card), 200, **gone)


async def _fields(request: Request) -> Mapping[str, str]:
    """What stands in the fields. Raises TooLong."""
    body = await body_of(request, BODY_BYTES_MAX)
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        raise TooLong from None
    return {name: values[0] for name, values in fields.items()}
