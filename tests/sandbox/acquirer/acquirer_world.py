"""A shop at the acquirer: the sandbox over a real socket, the shop's key, and payers with a browser of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import httpx

CORE_TOKEN, KEY = "the core's token", "the merchant's key"
RETURN_URL = "https://shop.example/back/1"
NO_ERROR = 400


def numbers_of(page: str) -> dict[str, str]:
    """The test cards as their page lists them: what happens, and the number."""
    return {does: number for number, does in re.findall(r"<dt>([0-9 ]+)</dt><dd>([^<]+)</dd>", page)}


@dataclass
class Shop:
    """A merchant, and whoever pays. ``http`` follows no redirects, so that each step is seen."""

    http: httpx.AsyncClient
    card_id: str = ""
    cards: dict[str, str] = field(default_factory=dict, repr=False)

    async def call(self, method: str, path: str, key: str = KEY, **more: object) -> httpx.Response:
        return await self.http.request(
            method, f"/acquirer/v1{path}", headers={"authorization": f"Merchant {key}"}, **more
        )

    async def begin(self, reference: str = "R1", **changes: object) -> httpx.Response:
        body = {"reference": reference, "amount_minor": 300_00, "currency": "UAH", "description": "Tea for two"}
        return await self.call("POST", "/payments", json=body | {"return_url": RETURN_URL} | changes)

    async def opened(self, reference: str = "R1", **changes: object) -> str:
        """The page of a new payment."""
        answer = await self.begin(reference, **changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["url"])

    async def find(self, reference: str = "R1") -> dict[str, object]:
        return dict((await self.call("GET", f"/payments/{reference}")).json())

    async def move(self, kind: str, reference: str, of: str = "R1") -> httpx.Response:
        return await self.call("POST", f"/payments/{of}/{kind}", json={"reference": reference})

    async def type_card(self, page: str, does: str, **changes: str) -> httpx.Response:
        """Type the test card that does this on the page."""
        if not self.cards:
            self.cards = numbers_of((await self.http.get(page)).text)
        form = {"number": self.cards[does], "expires": "12/39", "cvv": "321", "do": "pay"} | changes
        return await self.http.post(page, data=form)

    async def pay(self, page: str, does: str = "your bank asks for a code", code: str = "123456") -> httpx.Response:
        """The whole way of a payer; where it ends."""
        answer = await self.type_card(page, does)
        if "/3ds/" in answer.headers.get("location", ""):
            answer = await self.http.post(answer.headers["location"], data={"code": code, "do": "confirm"})
        return answer

    async def authorised(self, reference: str = "R1") -> None:
        answer = await self.pay(await self.opened(reference))
        assert answer.headers["location"] == RETURN_URL

    async def books(self) -> list[dict[str, object]]:
        return list((await self.http.get("/acquirer/books")).json())

    async def balances(self) -> dict[str, int]:
        return {row["account"]: row["balance_minor"] for row in (await self.http.get("/api/accounts")).json()}

    async def bank(self, method: str, path: str, **more: object) -> httpx.Response:
        login = {"authorization": f"Bearer {CORE_TOKEN}"}
        return await self.http.request(method, f"/bank/v1{path}", headers=login, **more)

    async def fault(self, core: str, operation: str, outcome: str, count: int = 1) -> None:
        body = {"core": core, "operation": operation, "outcome": outcome, "count": count}
        assert (await self.http.put("/api/faults", json=body)).status_code < NO_ERROR
