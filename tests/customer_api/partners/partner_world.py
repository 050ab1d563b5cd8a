"""A partner's side, by the independent library: it signs what it sends and verifies what it gets."""

import base64
import json
from dataclasses import dataclass, field

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from customer_world import Clock
from standardwebhooks import Webhook

PARTNERS = "/api/v1/partners"
SENT = {"type": "referral.sent", "timestamp": "2026-11-21T12:00:00Z", "data": {"code": "ref_ANNA"}}


async def registered(api: httpx.AsyncClient, partner: str, **more: object) -> str:
    """A partner and the secret of what it sends."""
    made = await api.put(f"{PARTNERS}/{partner}", json={"name": partner.title()} | more)
    assert made.status_code == 200, made.text
    return await new_secret(api, partner, "in")


async def new_secret(api: httpx.AsyncClient, partner: str, direction: str, **more: object) -> str:
    answer = await api.post(f"{PARTNERS}/{partner}/secrets", json={"direction": direction} | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["secret"])


async def secret_ids(api: httpx.AsyncClient, partner: str, direction: str) -> list[str]:
    """The living secrets, the oldest first."""
    answer = (await api.get(f"{PARTNERS}/{partner}")).json()
    return [one["secret_id"] for one in answer["secrets"] if one["direction"] == direction]


@dataclass
class Books:
    """Sends events to us."""

    webhooks: httpx.AsyncClient
    clock: Clock
    partner: str
    secret: str = field(repr=False)

    def signed(self, event_id: str, body: bytes, secret: str = "", late_s: float = 0) -> dict[str, str]:
        at = self.clock.now.fromtimestamp(self.clock.now.timestamp() - late_s, self.clock.now.tzinfo)
        mark = Webhook(secret or self.secret).sign(event_id, at, body.decode("latin-1"))
        return {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": mark,
        }

    async def post(self, body: bytes, headers: dict[str, str], partner: str = "") -> httpx.Response:
        return await self.webhooks.post(f"/webhooks/partners/{partner or self.partner}", content=body, headers=headers)

    async def send(self, event: object = SENT, event_id: str = "msg_1", **signing: object) -> httpx.Response:
        body = json.dumps(event).encode()
        return await self.post(body, self.signed(event_id, body, **signing))  # type: ignore[arg-type]


@dataclass
class OwnKey:
    """A partner that signs by ``v1a``, with a key whose private half never leaves it."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> str:
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"whpk_{base64.b64encode(raw).decode()}"

    def signed(self, event_id: str, stamp: int, body: bytes) -> dict[str, str]:
        mark = base64.b64encode(self.key.sign(f"{event_id}.{stamp}.".encode() + body)).decode()
        return {"webhook-id": event_id, "webhook-timestamp": str(stamp), "webhook-signature": f"v1a,{mark}"}
