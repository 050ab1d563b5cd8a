"""The door of the SOAP face: `POST` takes a message behind HTTP Basic, `GET ?wsdl` gives the contract.

The login is looked at before a byte of XML is read. Whatever the bank says, a refusal too, is HTTP 200 with MSGSTAT;
a message that was not taken is a fault, HTTP 500 (401 without the login), as SOAP 1.1 over HTTP has it.
"""

import asyncio
import base64
import hmac
from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.bank import numbers
from sandbox.bank.soap import codes, contract, desk, envelope, reversals
from sandbox.bank.soap.envelope import Message, Tree
from sandbox.failures import BadInput, Failure
from sandbox.faults import Cut, Fault, Faults, Silence
from sandbox.store import Store

USER = "TELLER"
XML = "text/xml; charset=utf-8"
# What a switch says when it is told to refuse; other operations: "refused".
REFUSALS = {"transfer": "recipient_blocked", "quote": "recipient_blocked", "reversal": "not_reversible"}


class Soap:
    """The door. `user` and `password` are the one login there is."""

    def __init__(
        self, store: Store, faults: Faults, clock: Callable[[], datetime], address: str, user: str, password: str
    ) -> None:
        store.install(reversals.SCHEMA)
        self._store = store
        self._faults = faults
        self._clock = clock
        self._address = address
        self._user = user
        self._login = b"Basic " + base64.b64encode(f"{user}:{password}".encode())

    def routes(self, path: str) -> list[Route]:
        return [Route(path, self.contract, methods=["GET"]), Route(path, self.take, methods=["POST"])]

    async def contract(self, request: Request) -> Response:
        """`GET ?wsdl`; open to all, as it holds nothing of anybody."""
        if "wsdl" not in request.query_params:
            raise BadInput("Add '?wsdl' for the contract; messages are POSTed.")
        return Response(contract.wsdl(self._address), media_type="text/xml")

    async def take(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._login):
            return _fault(codes.NO_LOGIN, "Send HTTP Basic with this core's name and password.", 401)
        try:
            message = envelope.read(await request.body())
        except BadInput as problem:
            return _fault(codes.UNREADABLE, problem.message)
        if message.header["USERID"] != self._user:
            return _fault(codes.OTHER_USER, "USERID is not the name that has logged in.")
        return await self._answer(message)

    async def _answer(self, message: Message) -> Response:
        """The true answer, or what the switches of faults make of it."""
        fault = self._faults.take("soap", message.operation.fault)
        if fault is None:
            return _sent(self._done(message))
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        return self._misbehave(fault, message)

    def _misbehave(self, fault: Fault, message: Message) -> Response:
        match fault.outcome:
            case "refuse":
                code = codes.OF_REFUSAL[REFUSALS.get(message.operation.fault, "refused")]
                return _sent(self._refusal(message, code, "The sandbox was told to refuse this message."))
            case "down":
                return Response(b"<html>down</html>", media_type="text/html", status_code=503)
            case "timeout_before":
                return Silence()
        answer = self._done(message)
        match fault.outcome:
            case "timeout_after":
                return Silence()
            case "reset_after":
                return Cut()
            case "garbage":
                return _sent(b"<<< \x00 this is no XML >>>")
            case "truncated":
                return _sent(answer[: len(answer) // 2])
        return _sent(answer)

    def _done(self, message: Message) -> bytes:
        """Do it and put the answer in an envelope."""
        does = desk.DOES[message.operation.name]
        try:
            with self._store.transaction() as db:
                body = does(db, message.body, self._clock())
        except Failure as failure:
            return self._refusal(message, codes.of(failure), failure.message)
        if message.operation.name == "CreateTransfer" and body["TXNSTAT"] == "REFUSED":
            return self._refusal(message, str(body["REASON"]), "The bank does not make this transfer.")
        warned = isinstance(fee := body.get("FEE"), int) and fee > 0 and message.operation.action == "NEW"
        head = _head(message, "WARNING" if warned else "SUCCESS")
        warning = {"WARNING": {"WCODE": codes.FEE_TAKEN, "WDESC": "A fee was taken besides the amount."}}
        return envelope.reply(
            message.operation, {"Header": head, "Body": body} | ({"Warnings": warning} if warned else {})
        )

    def _refusal(self, message: Message, code: str, text: str) -> bytes:
        errors: Tree = {"ERROR": {"ECODE": code, "EDESC": text}}
        return envelope.reply(message.operation, {"Header": _head(message, "FAILURE"), "Errors": errors})


def _head(message: Message, status: str) -> Tree:
    """The answer's header: the request's MSGID comes back as CORRELID."""
    asked, operation = message.header, message.operation
    return {
        "SOURCE": "TELLERBANK",
        "MSGID": numbers.new_id("msg"),
        "CORRELID": asked["MSGID"],
        "USERID": asked["USERID"],
        "BRANCH": asked["BRANCH"],
        "SERVICE": operation.service,
        "OPERATION": operation.name,
        "FUNCTIONID": operation.function,
        "ACTION": operation.action,
        "MSGSTAT": status,
    }


def _sent(data: bytes) -> Response:
    return Response(data, headers={"content-type": XML})


def _fault(code: str, text: str, status: int = 500) -> Response:
    more = {"www-authenticate": 'Basic realm="core"'} if status == 401 else {}
    return Response(envelope.fault("Client", code, text), status, {"content-type": XML} | more)
