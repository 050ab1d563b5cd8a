"""CustomerAPI put together: a FastAPI application over an engine, keys, an SMS gateway, tokens and a clock."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from starlette.exceptions import HTTPException

from customer_api import allowed, consent_routes, own_data, own_data_routes, profile_routes
from customer_api.identifiers import NoConsent, OfAnother
from customer_api.notices import MustStayOn, NeedsConsent, NoticeRules
from customer_api.operations import Operations, OpIdReused
from customer_api.partners import routes as partners
from customer_api.partners.addresses import Addresses, AddressRefused
from customer_api.partners.offers import Offers
from customer_api.partners.outbox import CannotReplay
from customer_api.partners.registry import TooManyAlive
from customer_api.partners.routes import Desk
from customer_api.partners.shelf import OfOther
from customer_api.partners.signatures import SecretUnusable
from customer_api.ports import Copies, Endings
from customer_api.questions import Answerer, Questions
from customer_api.referrals.friends import Friends
from customer_api.referrals.routes import Referring
from customer_api.referrals.routes import router as referral_routes
from customer_api.referrals.rules import Rules
from customer_api.routes import NotFound, Service, router
from customer_api.seals import Seals
from flows.ports import Sealer, Sms, TokenVerifier, Unauthorized
from flows.roles import Forbidden


def build(
    engine: AsyncEngine,
    sealer: Sealer,
    sms: Sms,
    verifier: TokenVerifier,
    clock: Callable[[], datetime],
    bank: str = "Teller",
    notices: NoticeRules | None = None,
    zone: str = "UTC",
    addresses: Addresses | None = None,
    referrals: Rules | None = None,
    invite_page: str = "",
    copies: Copies | None = None,
    endings: Endings | None = None,
) -> FastAPI:
    """`/api/v1/customers`, `/partners` and `/referrals`. `clock` gives times with a zone; `bank` signs the SMS.

    `notices` are the bank's rules of what is told unasked, `zone` is where its days begin, `addresses` are where
    partners may be sent to, `referrals` are the rules of bringing friends, and `invite_page` is the address that their
    links begin with. `copies` makes copies of people's data, `endings` hears of
    bindings that staff end. The engine is the caller's to dispose of. The description
    is at `/api/v1/customers/openapi.json`.
    """
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    seals = Seals(sealer)
    rules = notices or NoticeRules()
    offers, friends = Offers(seals, clock), Friends(seals, referrals or Rules(), invite_page, clock)
    answerers: dict[str, Answerer] = {
        **allowed.answerers(zone),
        "offers.any": offers.any,
        "offers.active": offers.active,
        "offers.read": offers.read,
        "offers.picture": offers.picture,
        "referrals.overview": friends.overview,
        "referrals.picture": friends.picture,
    }
    operations = Operations(
        sessions, seals, sms, clock, bank, rules, friends, own_data.OwnData(seals, zone, clock, copies)
    )
    service = Service(sessions, seals, operations, clock, rules, Questions(sessions, answerers), endings)
    app = FastAPI(
        title="CustomerAPI",
        description="Who a customer is, which chats and friends are theirs, and the partners of the bank.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/customers/openapi.json",
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(own_data_routes.router(service, verifier, copies))
    app.include_router(consent_routes.router(service, verifier))
    app.include_router(profile_routes.router(service, verifier))
    app.include_router(router(service, verifier))
    app.include_router(partners.router(Desk(sessions, seals, clock, addresses or Addresses()), verifier))
    app.include_router(referral_routes(Referring(sessions, seals, friends.rules, clock), verifier))
    app.add_exception_handler(RequestValidationError, _bad_input)
    app.add_exception_handler(HTTPException, _http)
    for failure, (status, code) in FAILURES.items():
        app.add_exception_handler(failure, _refusing(status, code))
    app.add_exception_handler(DBAPIError, _database)
    return app


FAILURES: dict[type[Exception], tuple[int, str]] = {
    Unauthorized: (401, "unauthorized"),
    Forbidden: (403, "forbidden"),
    NotFound: (404, "not_found"),
    OpIdReused: (409, "op_id_reused"),
    TooManyAlive: (409, "too_many_alive"),
    CannotReplay: (409, "cannot_replay"),
    OfAnother: (409, "of_another_customer"),
    NoConsent: (409, "no_consent"),
    NeedsConsent: (409, "no_consent"),
    MustStayOn: (409, "must_stay_on"),
    OfOther: (409, "of_another_partner"),
    AddressRefused: (422, "address_refused"),
    SecretUnusable: (422, "secret_unusable"),
    # Postgres is away: nothing was done that the same op_id would not do again.
    OSError: (503, "unavailable"),
    OperationalError: (503, "unavailable"),
    InterfaceError: (503, "unavailable"),
}
AWAY = ("08", "53", "57P")  # SQLSTATE: no connection, no room for one more, a server that begins or ends
TEXTS = {
    "not_found": "There is no such thing.",
    "op_id_reused": "This op_id stands for another operation; nothing was done now.",
    "too_many_alive": "Two are alive already. Take the older one away first.",
    "of_another_customer": "It names another customer, and stays theirs.",
    "no_consent": "The customer has not allowed this. Only they can, in the chat.",
    "must_stay_on": "These messages protect the customer's money and are not turned off.",
    "of_another_partner": "The offer is another partner's, and stays so.",
    "unavailable": "The database does not answer. Ask again with the same op_id.",
}

Handler = Callable[[Request, Exception], JSONResponse]


def _refusing(status: int, code: str) -> Handler:
    def answer(_: Request, error: Exception) -> JSONResponse:
        headers = {"www-authenticate": "Bearer"} if status == 401 else None
        body = {"code": code, "message": TEXTS.get(code) or str(error)}
        return JSONResponse(body, status_code=status, headers=headers)

    return answer


def _database(request: Request, error: Exception) -> JSONResponse:
    """A server that begins or ends says so by a state for which SQLAlchemy has no class of its own."""
    assert isinstance(error, DBAPIError)
    if not str(getattr(error.orig, "sqlstate", "")).startswith(AWAY):
        raise error
    return _refusing(503, "unavailable")(request, error)


def _bad_input(_: Request, error: Exception) -> JSONResponse:
    """What is wrong and where, all at once, without what was sent."""
    assert isinstance(error, RequestValidationError)
    problems = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
    return JSONResponse({"code": "bad_input", "message": "; ".join(problems)}, status_code=422)


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name.lower()
    return JSONResponse({"code": code, "message": error.detail}, status_code=error.status_code, headers=error.headers)
