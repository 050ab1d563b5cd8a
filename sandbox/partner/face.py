"""The bookshop's addresses: `POST /webhooks` for the bank, `GET /got` and `POST /send` for whoever tries things out,
and the page that an accepted offer leads to."""

import json
import secrets
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Annotated, Literal

import httpx
from pydantic import Field
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.failures import BadInput, Unauthorized
from sandbox.faults import Faults, faulty
from sandbox.partner import book
from sandbox.store import Store
from sandbox.web import BODY_MAX_BYTES, Body, read

ROWS_MAX = 200
SEND_S = 10
ABOUT = {"referral.sent": "code", "referral.bought": "code", "promo.used": "code", "offer.redeemed": "claim"}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Book Corner</title><body style="font:18px/1.5 sans-serif;max-width:28em;margin:3em auto;padding:0 1em">
<h1>Book Corner</h1><p>Your promo code / Ваш промокод</p><p style="font-size:1.6em"><b>{code}</b></p></body></html>"""


class SendBody(Body):
    type: Literal["referral.sent", "referral.bought", "promo.used", "offer.redeemed"]
    about: Annotated[str, Field(min_length=1, max_length=64, pattern="^[A-Za-z0-9_-]+$")]
    webhook_id: Annotated[str, Field(min_length=1, max_length=100, pattern="^[A-Za-z0-9_-]+$")] | None = None


class Partner:
    """The endpoints. ``bank_url`` is where the bank takes this partner's webhooks."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime], secret: str, bank_url: str) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock
        self._secret = secret
        self._bank_url = bank_url

    def routes(self) -> list[Route]:
        return [
            Route("/webhooks", faulty(self._faults, "partner", "webhook", self.take), methods=["POST"]),
            Route("/got", self.got, methods=["GET"]),
            Route("/send", self.send, methods=["POST"]),
            Route("/offers/{offer}", self.offer, methods=["GET"]),
        ]

    async def take(self, request: Request) -> Response:
        """A webhook of the bank's: verified over its raw bytes, or 401 and nothing is kept."""
        raw = await request.body()
        if len(raw) > BODY_MAX_BYTES:
            raise BadInput(f"The body is longer than {BODY_MAX_BYTES} bytes.")
        try:
            Webhook(self._secret).verify(raw, dict(request.headers))
        except (WebhookVerificationError, ValueError):
            raise Unauthorized("No signature of the bank's is right.") from None
        with self._store.transaction() as db:
            book.take(db, request.headers["webhook-id"], raw.decode(), self._clock().isoformat())
        return Response(status_code=204)

    async def got(self, _: Request) -> Response:
        """What the bank has told us, the newest first."""
        with self._store.reading() as db:
            rows = book.newest(db, ROWS_MAX)
        return JSONResponse([{"webhook_id": row["webhook_id"], "times": row["times"], "at": row["at"],
                              "event": json.loads(row["body"])} for row in rows])  # fmt: skip

    async def send(self, request: Request) -> Response:
        """Tell the bank something, signed as we sign; what it answers is the answer."""
        wish = await read(request, SendBody)
        now, event_id = self._clock(), wish.webhook_id or f"msg_{secrets.token_hex(12)}"
        event = {"type": wish.type, "timestamp": now.isoformat(), "data": {ABOUT[wish.type]: wish.about}}
        body = json.dumps(event)
        headers = {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self._secret).sign(event_id, now, body),
        }
        async with httpx.AsyncClient(trust_env=False, timeout=SEND_S) as client:
            answer = await client.post(self._bank_url, content=body, headers=headers)
        return JSONResponse({"webhook_id": event_id, "status": answer.status_code})

    async def offer(self, request: Request) -> Response:
        """Where the button of an accepted offer leads."""
        return HTMLResponse(PAGE.format(code=escape(request.query_params.get("code", "")[:40])))
