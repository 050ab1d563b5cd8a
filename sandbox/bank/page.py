"""The bank's payment page for a top-up, `/sandbox/pay/{payment_id}`: the amount and two buttons. No JavaScript.

Looking never pays: only the POST does, and only once. English, or Ukrainian for a browser that asks for it.
"""

import re
from collections.abc import Callable
from datetime import datetime
from html import escape
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.bank import customers, rules, topups
from sandbox.failures import BadInput, NotFound
from sandbox.store import Database, Row, Store

PAGE = Template(files("sandbox.bank").joinpath("page.html").read_text("utf-8"))
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
    " frame-ancestors 'none'",
}
DECISIONS = {"pay": True, "decline": False}

TEXTS = {
    "en": {
        "title": "Top up a card",
        "to": "to card",
        "open": "The money comes from your card of another bank. This is a sandbox: no real money moves,"
        " and no card number is asked for.",
        "pay": "Pay",
        "decline": "Decline",
        "settled": "✓ Paid. The money is on the card. You may close this page and go back to the chat.",
        "declined": "✕ Declined. No money was moved. To try again, ask for a new top-up in the chat.",
        "gone_title": "No such payment",
        "gone": "This address belongs to no payment. Ask for a new top-up in the chat. No money was moved.",
    },
    "uk": {
        "title": "Поповнення картки",
        "to": "на картку",
        "open": "Гроші надійдуть з вашої картки іншого банку. Це пісочниця: справжні гроші не рухаються,"
        " номер картки ніхто не питає.",
        "pay": "Сплатити",
        "decline": "Відмовитися",
        "settled": "✓ Сплачено. Гроші вже на картці. Можна закрити цю сторінку й повернутися до чату.",
        "declined": "✕ Відмовлено. Гроші не рухалися. Щоб спробувати ще раз, попросіть нове поповнення в чаті.",
        "gone_title": "Такого платежу немає",
        "gone": "За цією адресою платежу немає. Попросіть нове поповнення в чаті. Гроші не рухалися.",
    },
}


def routes(store: Store, clock: Callable[[], datetime]) -> list[Route]:
    """The page (GET) and the decision (POST with `decision=pay|decline`)."""

    async def show(request: Request) -> Response:
        with store.reading() as db:
            return _page(db, request)

    async def decide(request: Request) -> Response:
        form = await request.form()
        decision = form.get("decision")
        if decision not in DECISIONS:
            raise BadInput("decision: 'pay' or 'decline'")
        with store.transaction() as db:
            topups.settle(db, request.path_params["payment_id"], DECISIONS[str(decision)], clock())
        return RedirectResponse(request.path_params["payment_id"], status_code=303, headers=HEADERS)

    return [
        Route("/{payment_id}", show, methods=["GET"]),
        Route("/{payment_id}", decide, methods=["POST"]),
    ]


def _page(db: Database, request: Request) -> Response:
    language = _language(request.headers.get("accept-language", ""))
    words = TEXTS[language]
    try:
        topup = topups.by_id(db, request.path_params["payment_id"])
    except NotFound:
        html = PAGE.substitute(language=language, title=words["gone_title"], body=f"<p>{escape(words['gone'])}</p>")
        return HTMLResponse(html, status_code=404, headers=HEADERS)
    card = customers.card(db, topup["card_id"])
    html = PAGE.substitute(language=language, title=words["title"], body=_body(topup, card, words, language))
    return HTMLResponse(html, headers=HEADERS)


def _body(topup: Row, card: Row, words: dict[str, str], language: str) -> str:
    parts = [
        f'<p class="amount">{_amount(topup, language)}</p>',
        f'<p class="to">{escape(words["to"])} <strong>•••• {card["number"][-4:]}</strong></p>',
    ]
    status = topup["status"]
    if status == "open":
        parts.append(
            '<form method="post">'
            f'<button name="decision" value="pay">{escape(words["pay"])}</button>'
            f'<button name="decision" value="decline" class="second">{escape(words["decline"])}</button>'
            "</form>"
        )
        parts.append(f'<p class="quiet">{escape(words["open"])}</p>')
    else:
        parts.append(f'<p class="{status}" role="status">{escape(words[status])}</p>')
    return "\n".join(parts)


def _language(accepted: str) -> str:
    """The first of our languages that the browser asks for."""
    asked = re.findall(r"(?:^|,)\s*([a-z]{2})", accepted.lower())
    return next((language for language in asked if language in TEXTS), "en")


def _amount(topup: Row, language: str) -> str:
    """`1,500.00 UAH`, or in Ukrainian `1 500,00 UAH`; it may break before the currency and nowhere else."""
    digits = rules.CURRENCIES[topup["currency"]].digits
    whole, fraction = divmod(topup["amount_minor"], 10**digits)
    text = f"{whole:,}" + (f".{fraction:0{digits}d}" if digits else "")
    if language == "uk":
        text = text.replace(",", "\u00a0").replace(".", ",")
    return f"<span>{text}</span> <small>{topup['currency']}</small>"
