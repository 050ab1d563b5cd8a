"""The bank's own pages at ``/secure/{token}``.

GET 200 the page, or what became of it · 404 no such page · 410 its time is over.
POST 200 what it shows · 403 sent from elsewhere · 404, 410 as above · 413 too long · 503 nothing is used up.
"""

import structlog
from starlette.requests import Request
from starlette.responses import Response

from bot.secure.answers import Answers, TooLong, body_of, from_elsewhere
from bot.secure.bank import BankDown, BankPages
from bot.secure.bank_html import offering, showing
from core_adapters.api.pages import Seen

BODY_BYTES_MAX = 4096

log = structlog.get_logger("bot.secure")


class BankCounter:
    """Where the bank's pages are shown and taken back."""

    def __init__(self, bank: BankPages, answers: Answers) -> None:
        self._bank, self._answers = bank, answers

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
            return self._answers.tell("down", locale, 413)
        except BankDown as down:
            log.warning("secure_page_unanswered", reason=str(down))
            return self._answers.tell("down", locale, 503)
        except Exception as error:  # a fault of ours
            log.error("secure_page_failed", error=type(error).__name__)
            return self._answers.tell("down", locale, 503)

    async def _of(self, request: Request, token: str, seen: Seen) -> Response:
        if seen.state == "expired":
            return self._answers.tell("closed", seen.locale, 410)
        if seen.state == "used":
            return self._answers.tell("seen", seen.locale, 200)
        if request.method != "POST":
            return self._answers.show(offering(self._answers.face, seen))
        if from_elsewhere(request):
            return self._answers.tell("elsewhere", seen.locale, 403)
        await body_of(request, BODY_BYTES_MAX)
        return await self._shown(token, seen)

    async def _shown(self, token: str, seen: Seen) -> Response:
        document = await self._bank.show(token)
        if document is None:  # another was faster
            return self._answers.tell("seen", seen.locale, 200)
        return self._answers.show(showing(self._answers.face, document, seen.locale))
