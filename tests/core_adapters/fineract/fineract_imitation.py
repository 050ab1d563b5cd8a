"""An imitation of Fineract's documented protocol on a loopback port, with a ledger of its own and faults to order.

Written from its idempotency page, its API's resource classes and its integration tests. It reads HTTP itself, so that
it can close a connection without an answer.
"""

import asyncio
import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
BASIC = "Basic " + base64.b64encode(b"mifos:password").decode()
TOKEN = "token-of-an-issuer"
TRANSFER_FIELDS = {
    "fromOfficeId", "fromClientId", "fromAccountType", "fromAccountId", "toOfficeId", "toClientId", "toAccountType",
    "toAccountId", "transferDate", "transferAmount", "transferDescription", "dateFormat", "locale",
}  # fmt: skip


class No(Exception):
    """A refusal, as Fineract words it."""

    def __init__(self, status: int, top: str, code: str) -> None:
        super().__init__(code)
        self.status = status
        row = {
            "developerMessage": "Anna Koval cannot",
            "defaultUserMessage": "Anna Koval cannot",
            "parameterName": "id",
        }
        self.body = {
            "httpStatusCode": str(status),
            "userMessageGlobalisationCode": top,
            "defaultUserMessage": "Errors about Anna Koval.",
            "errors": [{**row, "userMessageGlobalisationCode": code, "args": [{"value": "380501112233"}]}],
        }


def broken(code: str) -> No:
    return No(403, "validation.msg.domain.rule.violation", code)


def invalid(code: str) -> No:
    return No(400, "validation.msg.validation.errors.exist", code)


def missing(code: str) -> No:
    return No(404, "error.msg.resource.not.found", code)


@dataclass
class Savings:
    """One savings account."""

    id: int
    client_id: int
    external_id: str
    balance: Decimal
    held: Decimal = Decimal(0)
    currency: str = "UAH"
    decimals: int = 2
    active: bool = True
    sub_status: str = "none"
    reason: str | None = None
    fee: bool = False


@dataclass
class Fineract:
    """The core: what it knows, what it has booked, and how it will misbehave next."""

    url: str = ""
    tenant: str = "default"
    under_processing: int = 425
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    clients: dict[int, dict[str, object]] = field(default_factory=dict)
    accounts: dict[int, Savings] = field(default_factory=dict)
    bookings: list[dict[str, object]] = field(default_factory=list)
    transfers: int = 0
    keys: dict[tuple[str, str], tuple[int, object] | None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    held_back: list[tuple[tuple[str, str], Callable[[], dict[str, object]]]] = field(default_factory=list)
    raw: bytes = b""

    def client(self, external_id: str, mobile: str = "") -> int:
        number = len(self.clients) + 1
        self.clients[number] = {
            "id": number, "officeId": 1 + number % 2, "externalId": external_id, "mobileNo": mobile,
            "displayName": "Anna Koval",
        }  # fmt: skip
        return number

    def account(self, client_id: int, balance: str, external_id: str = "", **more: object) -> Savings:
        number = 100 + len(self.accounts)
        made = Savings(number, client_id, external_id, Decimal(balance), **more)
        self.accounts[number] = made
        return made

    def postings(self) -> list[tuple[str, str, dict[str, str]]]:
        return [seen for seen in self.seen if seen[0] == "POST" and "/v2/" not in seen[1]]

    def finish(self) -> None:
        """Let what is under processing come to its end."""
        for place, work in self.held_back:
            self.keys[place] = self._done(work)
        self.held_back.clear()

    # the wire

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.split("\r\n")
            method, target, _ = lines[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.seen.append((method, target, headers))
            answer = self._answer(method, target, headers, body)
            if answer is not None:
                writer.write(answer)
                await writer.drain()
        finally:
            writer.close()

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> bytes | None:
        posting = method == "POST" and "/v2/" not in target
        fault = self.faults.pop(0) if posting and self.faults else ""
        if fault == "dropped":
            return None
        if fault == "raw":
            return self.raw
        status, document, cached = self._reply(method, target, headers, body, fault)
        if fault == "lost":
            return None
        if fault == "then_shut":
            self.tenant = "shut"
        if fault in ("garbage", "empty", "huge", "deep", "unlike"):
            data = {
                "garbage": b"<html>a proxy's page</html>", "empty": b"", "huge": b'{"a": "' + b"a" * 2_000_000 + b'"}',
                "deep": b'{"a":' * 50 + b"1" + b"}" * 50, "unlike": b'{"commandId": 7}',
            }[fault]  # fmt: skip
            return http(200, data)
        return http(status, dumped(document), "x-served-from-cache: true\r\n" if cached else "")

    def _reply(
        self, method: str, target: str, headers: dict[str, str], body: bytes, fault: str
    ) -> tuple[int, object, bool]:
        if headers.get("fineract-platform-tenantid") != self.tenant:
            return 401, {"userMessageGlobalisationCode": "error.msg.invalid.tenant.identifier", "errors": []}, False
        if headers.get("authorization") not in (BASIC, f"Bearer {TOKEN}"):
            return 401, {"userMessageGlobalisationCode": "error.msg.not.authenticated", "errors": []}, False
        address = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        path = address.path.removeprefix("/fineract-provider/api")
        try:
            if method == "GET":
                return 200, self._read(path, query), False
            sent = json.loads(body)
            if path == "/v2/clients/search":
                return 200, self._search(sent), False
            return self._command(path, query.get("command", ""), sent, headers.get("idempotency-key", ""), fault)
        except No as no:
            return no.status, no.body, False

    # reads

    def _read(self, path: str, query: dict[str, str]) -> object:
        if found := re.fullmatch(r"/v1/clients/external-id/([^/]+)", path):
            rows = [row for row in self.clients.values() if row["externalId"] == found[1]]
            return rows[0] if rows else self._raise(missing("error.msg.client.external.id.invalid"))
        if found := re.fullmatch(r"/v1/clients/(\d+)", path):
            return self.clients.get(int(found[1])) or self._raise(missing("error.msg.client.id.invalid"))
        if found := re.fullmatch(r"/v1/clients/(\d+)/accounts", path):
            own = [self._in_list(a) for a in self.accounts.values() if a.client_id == int(found[1])]
            return {"savingsAccounts": own} if own else {}
        if found := re.fullmatch(r"/v1/savingsaccounts/external-id/([^/]+)", path):
            rows = [account for account in self.accounts.values() if account.external_id == found[1]]
            return self._full(rows[0]) if rows else self._raise(missing("error.msg.saving.account.id.invalid"))
        if found := re.fullmatch(r"/v1/savingsaccounts/(\d+)", path):
            return self._full(self._account(int(found[1])))
        if found := re.fullmatch(r"/v1/savingsaccounts/(\d+)/transactions/search", path):
            return self._booked(int(found[1]), query)
        raise missing("error.msg.resource.not.found")

    def _search(self, sent: dict[str, object]) -> object:
        text = sent["request"]["text"]
        return {"content": [row for row in self.clients.values() if text in str(row["mobileNo"])], "totalElements": 1}

    def _booked(self, account_id: int, query: dict[str, str]) -> object:
        rows = [row for row in self.bookings if row["accountId"] == account_id]
        rows = [row for row in rows if row["entryType"] == ("DEBIT" if query.get("debit") == "true" else "CREDIT")]
        if "fromAmount" in query:
            low, high = Decimal(query["fromAmount"]), Decimal(query["toAmount"])
            rows = [row for row in rows if low <= row["amount"] <= high]
        if "fromDate" in query:
            low, high = day(query["fromDate"]), day(query["toDate"])
            rows = [row for row in rows if low <= date(*row["date"]) <= high]
        newest = sorted(rows, key=lambda row: row["id"], reverse=True)
        return {"total": len(rows), "content": newest[: int(query["limit"])]}

    # commands

    def _command(
        self, path: str, command: str, sent: dict[str, object], key: str, fault: str
    ) -> tuple[int, object, bool]:
        name, work = self._work(path, command, sent)
        place = (name, key)
        if place in self.keys:
            kept = self.keys[place]
            return (self.under_processing, {}, True) if kept is None else (*kept, True)
        if fault == "slow":
            self.keys[place] = None
            self.held_back.append((place, work))
            return self.under_processing, {}, False
        self.keys[place] = self._done(work)
        return (*self.keys[place], False)

    @staticmethod
    def _done(work: Callable[[], dict[str, object]]) -> tuple[int, object]:
        try:
            return 200, work()
        except No as no:
            return no.status, no.body

    def _work(self, path: str, command: str, sent: dict[str, object]) -> tuple[str, Callable[[], dict[str, object]]]:
        if path == "/v1/accounttransfers":
            return "CREATE ACCOUNTTRANSFER", lambda: self._transfer(sent)
        if (found := re.fullmatch(r"/v1/savingsaccounts/(\d+)/transactions", path)) and command == "deposit":
            return "DEPOSIT SAVINGSACCOUNT", lambda: self._deposit(self._account(int(found[1])), sent)
        found = re.fullmatch(r"/v1/savingsaccounts/(\d+)", path)
        if found and command in ("block", "unblock", "blockDebit", "unblockDebit"):
            return f"{command} SAVINGSACCOUNT", lambda: self._block(self._account(int(found[1])), command, sent)
        raise missing("error.msg.resource.not.found")

    def _transfer(self, sent: dict[str, object]) -> dict[str, object]:
        if set(sent) != TRANSFER_FIELDS:
            raise invalid("error.msg.parameter.unsupported")
        amount, when = self._amount(sent, "transferAmount"), self._when(sent, "transferDate")
        payer, payee = self._account(sent["fromAccountId"]), self._account(sent["toAccountId"])
        for side, account in (("from", payer), ("to", payee)):
            client = self.clients[account.client_id]
            if (sent[f"{side}ClientId"], sent[f"{side}OfficeId"]) != (client["id"], client["officeId"]):
                raise invalid("validation.msg.accounttransfer.client.office.mismatch")
        if payer.currency != payee.currency:
            raise broken("error.msg.accounttransfer.different.currencies")
        self._may(payer, "blockDebit", "error.msg.savings.account.debit.transaction.not.allowed")
        self._may(payee, "blockCredit", "error.msg.savings.account.credit.transaction.not.allowed")
        if payer.balance - payer.held < amount:
            raise broken("error.msg.savingsaccount.transaction.insufficient.account.balance")
        self.transfers += 1
        transfer = {
            "id": self.transfers, "reversed": False, "transferAmount": amount,
            "transferDescription": sent["transferDescription"],
        }  # fmt: skip
        self._book(payer, "DEBIT", amount, when, transfer=transfer)
        self._book(payee, "CREDIT", amount, when, transfer=transfer)
        return {"savingsId": payer.id, "resourceId": self.transfers}

    def _deposit(self, account: Savings, sent: dict[str, object]) -> dict[str, object]:
        amount, when = self._amount(sent, "transactionAmount"), self._when(sent, "transactionDate")
        self._may(account, "blockCredit", "error.msg.savings.account.credit.transaction.not.allowed")
        paid = {"id": 1, "receiptNumber": sent["receiptNumber"], "paymentType": {"id": sent["paymentTypeId"]}}
        booked = self._book(account, "CREDIT", amount, when, paymentDetailData=paid)
        return {"officeId": 1, "clientId": account.client_id, "savingsId": account.id, "resourceId": booked}

    def _block(self, account: Savings, command: str, sent: dict[str, object]) -> dict[str, object]:
        if command.startswith("un"):
            if account.sub_status != command.removeprefix("un"):
                raise invalid("validation.msg.savingsaccount.unblock.not.in.blocked.state")
            account.sub_status, account.reason = "none", None
        else:
            account.sub_status, account.reason = command, str(sent["reasonForBlock"])
        return {"officeId": 1, "clientId": account.client_id, "resourceId": account.id, "changes": {}}

    def _may(self, account: Savings, side: str, code: str) -> None:
        if not account.active:
            raise invalid("error.msg.savingsaccount.transaction.account.is.not.active")
        if account.sub_status == "block":
            raise broken("error.msg.saving.account.blocked.transaction.not.allowed")
        if account.sub_status == side:
            raise broken(code)

    def _book(self, account: Savings, entry: str, amount: Decimal, when: date, **more: object) -> int:
        account.balance += amount if entry == "CREDIT" else -amount
        number = len(self.bookings) + 1
        self.bookings.append({
            "id": number, "accountId": account.id, "entryType": entry, "amount": amount.quantize(Decimal("0.000001")),
            "date": [when.year, when.month, when.day], "currency": currency(account), "reversed": False,
            "transactionType": {"id": 1, "deposit": entry == "CREDIT"}, **more,
        })  # fmt: skip
        return number

    def _amount(self, sent: dict[str, object], name: str) -> Decimal:
        if sent.get("locale") != "en" or not re.fullmatch(r"\d+(\.\d+)?", str(sent[name])):
            raise invalid("validation.msg.invalid.decimal.format")
        return Decimal(str(sent[name]))

    def _when(self, sent: dict[str, object], name: str) -> date:
        if sent.get("dateFormat") != "dd MMMM yyyy":
            raise invalid("validation.msg.missing.dateFormat.parameter")
        when = day(str(sent[name]))
        if when > self.today():
            raise broken("error.msg.savingsaccount.transaction.in.the.future")
        return when

    def _account(self, number: object) -> Savings:
        return self.accounts.get(number) or self._raise(missing("error.msg.saving.account.id.invalid"))

    def _in_list(self, account: Savings) -> dict[str, object]:
        return {"id": account.id, "accountNo": f"{account.id:09d}", "status": {"id": 300, "active": account.active}}

    def _full(self, account: Savings) -> dict[str, object]:
        blocks = {name: account.sub_status == name for name in ("none", "block", "blockCredit", "blockDebit")}
        six = Decimal("0.000001")
        return self._in_list(account) | {
            "externalId": account.external_id, "clientId": account.client_id, "clientName": "Anna Koval",
            "savingsProductName": "Passbook", "subStatus": {"id": 0, "code": "x", **blocks},
            "reasonForBlock": account.reason,
            "currency": currency(account), "withdrawalFeeForTransfers": account.fee,
            "summary": {
                "currency": currency(account), "accountBalance": account.balance.quantize(six),
                "availableBalance": (account.balance - account.held).quantize(six),
            },
        }  # fmt: skip

    @staticmethod
    def _raise(no: No) -> object:
        raise no


def currency(account: Savings) -> dict[str, object]:
    return {"code": account.currency, "name": account.currency, "decimalPlaces": account.decimals}


def day(text: str) -> date:
    """A date of the format ``dd MMMM yyyy``, strictly."""
    found = re.fullmatch(r"(\d\d) ([A-Z][a-z]+) (\d{4})", text)
    if found is None or found[2] not in MONTHS:
        raise invalid("validation.msg.invalid.date.format")
    return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))


def dumped(document: object) -> bytes:
    """JSON whose decimals are numbers, digit by digit."""
    text = json.dumps(document, default=lambda value: f"@@{value}@@")
    return re.sub(r'"@@(-?[0-9.]+)@@"', r"\1", text).encode()


def http(status: int, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n{more}"
    return head.encode() + b"connection: close\r\n\r\n" + body
