"""The world of CustomerAPI's tests: a phone that takes SMS, a clock that is moved by hand, chats that ask."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PHONE = "+380501112233"
OTHER_PHONE = "+380672223344"
TAX_ID = "3456789014"
OPERATIONS = "/api/v1/customers/operations"


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class Phones:
    """An SMS gateway: the same key again sends nothing."""

    sent: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_down: bool = False

    async def send(self, to: str, text: str, key: str) -> None:
        if self.is_down:
            raise ConnectionError("the gateway is down")
        assert self.sent.setdefault(key, (to, text)) == (to, text)

    def last_code(self) -> str:
        _, text = [*self.sent.values()][-1]
        match = re.search(r"\b\d{6}\b", text)
        assert match is not None
        return match[0]


@dataclass
class Chat:
    """One chat as the turn hands its operations over."""

    api: httpx.AsyncClient
    phones: Phones
    address: str = "1001"
    channel: str = "telegram"
    account: str = "teller_bot"
    conversation: UUID = field(default_factory=uuid4)

    def body(self, action: str, inputs: dict[str, object], **more: object) -> dict[str, object]:
        operation = {
            "op_id": str(uuid4()),
            "action": f"identity.{action}",
            "provider": "customer_api",
            "inputs": inputs,
            "cards": {},
            "customer_id": None,
            "channel": self.channel,
            "run": "run-1",
            "step": action,
            "snapshot_hash": None,
            "kind": "operation",
        }
        where = {"conversation": str(self.conversation), "address": self.address, "account": self.account}
        return operation | where | more

    async def post(self, body: dict[str, object]) -> dict[str, object]:
        answer = await self.api.post(OPERATIONS, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ask_for_code(self, phone: str = PHONE, **inputs: object) -> dict[str, object]:
        contact = {"phone": phone, "own_contact": True, "first_name": "Олена", "last_name": "Коваль"}
        return await self.post(self.body("send_code", contact | inputs))

    async def say(self, code: str) -> dict[str, object]:
        return await self.post(self.body("check_code", {"code": code}))

    async def prove(self, phone: str = PHONE) -> dict[str, object]:
        """Ask for a code and say it: the outputs of the answer."""
        assert (await self.ask_for_code(phone))["state"] == "done"
        answer = await self.say(self.phones.last_code())
        assert answer["state"] == "done", answer
        return answer["outputs"]

    async def hand_in(self, customer_id: str, **inputs: object) -> dict[str, object]:
        papers = {"full_name": "Коваль Олена Іванівна", "tax_id": TAX_ID, "passport_photo": "photo-ref-1"}
        return await self.post(self.body("submit_documents", papers | inputs, customer_id=customer_id))

    def wrong_code(self) -> str:
        return f"{(int(self.phones.last_code()) + 1) % 1_000_000:06d}"


def failure(error: str) -> dict[str, object]:
    return {"state": "failed", "outputs": {}, "error": error}
