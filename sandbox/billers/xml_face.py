"""The XML face, `POST /sandbox/billers/{partner}/xml`: HTTP 200 whatever happens, the truth is in `<status>`.

A request is `<request>` with `<command>` (providers, check, pay or status) and the command's fields, an answer is
`<answer>` with `<status>`, `<text>` and what was asked for. Sums are whole minor units. The login is HTTP Basic.

======  ==================================================
status
======  ==================================================
0       done
1       there is no such account, or no such provider
3       the reference was used for another payment
4       no payment has this reference
5       wrong login
6       refused; `<code>` says why
7       the request cannot be read
======  ==================================================
"""

import base64
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar
from xml.etree import ElementTree

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.billers import books, register
from sandbox.billers.json_face import PaymentBody, account_shown
from sandbox.failures import BadInput, Conflict, Failure, NotFound, Refused, Unauthorized
from sandbox.faults import Faults, faulty
from sandbox.store import Store
from sandbox.web import BODY_MAX_BYTES

USER = "teller"
STATUSES: Mapping[type[Failure], int] = {Conflict: 3, Unauthorized: 5, Refused: 6, BadInput: 7}
STATUS_OF_CODE = {"account_unknown": 1, "provider_unknown": 1, "payment_unknown": 4}
BROKEN_OFF = b"<answer><status>0</status><payment_id>pay_"

Said = Mapping[str, str | int]
Fields = Mapping[str, str]


class XmlFace:
    """The endpoint of all partners that speak XML."""

    OPERATIONS: ClassVar[Mapping[str, str]] = {
        "providers": "providers", "check": "check", "pay": "payment", "status": "enquiry",
    }  # fmt: skip

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime], password: str) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock
        self._login = f"Basic {base64.b64encode(f'{USER}:{password}'.encode()).decode()}".encode()

    def routes(self) -> list[Route]:
        return [Route("/{partner}/xml", self.take, methods=["POST"])]

    async def take(self, request: Request) -> Response:
        try:
            fields = await self._read(request)
        except Failure as failure:
            return failed(failure)
        operation = self.OPERATIONS[fields["command"]]

        async def answered(_: Request) -> Response:
            try:
                return answer(0, "OK", *self._do(request.path_params["partner"], fields))
            except Failure as failure:
                return failed(failure)

        misbehaving = faulty(self._faults, "billers", operation, answered, refused=failed, garbage=BROKEN_OFF)
        return await misbehaving(request)

    async def _read(self, request: Request) -> Fields:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._login):
            raise Unauthorized("Wrong login.")
        fields = parsed(await request.body())
        if request.path_params["partner"] not in register.XML_PARTNERS:
            raise NotFound("There is no such partner here.", "provider_unknown")
        if fields.get("command") not in self.OPERATIONS:
            raise BadInput(f"command: one of {', '.join(self.OPERATIONS)}")
        return fields

    def _do(self, partner: str, fields: Fields) -> list[tuple[str, Said]]:
        """The parts of a good answer: a name for each, empty for what stands at the top."""
        match fields["command"]:
            case "providers":
                found = register.of(partner, fields.get("query", ""))
                return [("provider", {"id": one.id, "name": one.name}) for one in found]
            case "check":
                with self._store.reading() as db:
                    account = books.account(db, _provider(partner, fields), fields.get("account", ""))
                return [("", {"provider": account.provider.name} | account_shown(account))]
            case "pay":
                with self._store.transaction() as db:
                    row, _ = books.pay(db, _payment(partner, fields), self._clock())
            case _:
                with self._store.reading() as db:
                    row = books.by_reference(db, partner, fields.get("reference", ""))
        if row["status"] == "refused" and fields["command"] == "pay":
            raise Refused("This payment is not taken.", row["code"])
        return [("", {"payment": row["status"]} | {k: v for k, v in books.shown(row).items() if k != "status"})]


def _provider(partner: str, fields: Fields) -> register.Provider:
    """The one that is named; an operator alone needs no naming."""
    named = fields.get("provider", "")
    return register.provider(partner, named) if named else register.of(partner)[0]


def _payment(partner: str, fields: Fields) -> books.Payment:
    provider = _provider(partner, fields)
    raw = {name: fields.get(name, "") for name in ("reference", "account", "currency")}
    sum_ = fields.get("amount_minor", "")
    try:
        amount = int(sum_) if sum_.isascii() and sum_.isdigit() else 0
        body = PaymentBody.model_validate({**raw, "provider": provider.id, "amount_minor": amount})
    except ValidationError as error:
        wrong = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        raise BadInput(f"These fields cannot be read: {wrong}") from None
    return books.Payment(body.reference, provider, body.account, body.amount_minor, body.currency)


def parsed(raw: bytes) -> Fields:
    """The flat fields of a `<request>`. No document type and nothing else behind `<!` is read.

    :raises BadInput: for anything else.
    """
    if len(raw) > BODY_MAX_BYTES or b"<!" in raw:
        raise BadInput("The request is too long or has a '<!' in it.")
    try:
        root = ElementTree.fromstring(raw.decode("utf-8"))  # noqa: S314 # nosec B314 # no '<!' in UTF-8, so no entities
    except (ElementTree.ParseError, ValueError):
        raise BadInput("The request is no XML.") from None
    if root.tag != "request" or any(len(field) for field in root):
        raise BadInput("A <request> with flat fields was expected.")
    return {field.tag: (field.text or "").strip() for field in root}


def answer(status: int, text: str, *parts: tuple[str, Said]) -> Response:
    """An answer; always HTTP 200."""
    root = ElementTree.Element("answer")
    for name, value in {"status": status, "text": text}.items():
        ElementTree.SubElement(root, name).text = str(value)
    for part, fields in parts:
        under = ElementTree.SubElement(root, part) if part else root
        for name, value in fields.items():
            ElementTree.SubElement(under, name).text = str(value)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="application/xml")


def failed(failure: Failure) -> Response:
    """A failure in this face's words."""
    status = STATUS_OF_CODE.get(failure.code, STATUSES.get(type(failure), 7))
    return answer(6 if isinstance(failure, Refused) else status, failure.message, ("", {"code": failure.code}))
