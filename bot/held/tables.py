"""Where people's data lie. Every table of every schema stands in one of the two lists, or a test fails.

$1 is the customer's id as text, $2 the conversations of their chats, $3 the fingerprints of their phones, $4 those of
their chats.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

Row = Mapping[str, Any]
Place = Callable[[Row], bytes]

BY_CUSTOMER = "customer_id::text = $1"
BY_CHAT = "conversation = any($2)"
BY_OPERATION = "op_id in (select op_id from money.operation where customer_id = $1)"


@dataclass(frozen=True, slots=True)
class Held:
    """Which rows of a table are a person's, and how its sealed columns are opened: column to its place."""

    where: str = BY_CUSTOMER
    opens: Mapping[str, Place] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()  # tells nobody anything: fingerprints, hashes, bytes of pictures


def _id(prefix: str, column: str = "id") -> Place:
    return lambda row: f"{prefix}{row[column]}".encode()


def _raw(prefix: bytes, column: str = "id") -> Place:
    def place(row: Row) -> bytes:
        key = row[column]
        return prefix + (key.bytes if isinstance(key, UUID) else bytes(key))

    return place


HELD: Mapping[str, Held] = {
    "customers.customer": Held("id::text = $1", {"name": _id("customers.customer.name:")}),
    "customers.identifier": Held(opens={"sealed": _id("customers.identifier.sealed:")}),
    "customers.binding": Held(opens={"address": _id("customers.binding.address:")}),
    "customers.code": Held("phone = any($3)", {"sealed": _id("customers.code.sealed:")}, frozenset({"code_hash"})),
    "customers.document": Held(opens={"sealed": _id("customers.document.sealed:")}),
    "customers.notice_choice": Held(),
    "customers.consent": Held(),
    "customers.erasure": Held(),
    "customers.partner_delivery": Held(opens={"sealed": _id("customers.partner_delivery.sealed:")}),
    "customers.offer_claim": Held(),
    "customers.invitation": Held(),
    "customers.journey": Held(),
    "customers.touch": Held("chat = any($4)"),
    "customers.referral": Held("$1 in (recommender::text, newcomer::text)"),
    "customers.reward": Held(),
    "money.operation": Held(
        opens={
            "request": _id("money.operation|request|", "op_id"),
            "sealed_outputs": _id("money.operation|outputs|", "op_id"),
        }
    ),
    "money.sca": Held(unread=frozenset({"code_hash"})),
    "money.attempt": Held(BY_OPERATION),
    "money.awaited": Held(BY_OPERATION),
    "money.limit_hold": Held(),
    "money.ledger_entry": Held(BY_OPERATION),
    "money.resolution": Held(BY_OPERATION),
    "money.page": Held(BY_OPERATION, unread=frozenset({"place", "body"})),
    "money.payee": Held(
        opens={"sealed": lambda row: f"money.payee|sealed|{row['customer_id']}|{row['fingerprint']}".encode()}
    ),
    "money.phone_look_up": Held(),
    "money.schedule": Held(opens={"body": _id("money.schedule|body|")}),
    "money.schedule_date": Held("schedule_id in (select id from money.schedule where customer_id = $1)"),
    "money.notice": Held(opens={"body": _id("money.notice|body|")}),
    "bot.conversation": Held("id = any($2)", {"state": _raw(b"bot.conversation.state:")}),
    "bot.inbox": Held(BY_CHAT, {"body": _raw(b"bot.inbox.body:")}),
    "bot.outbox": Held(BY_CHAT, {"body": _raw(b"bot.outbox.body:")}),
    "bot.timer": Held(BY_CHAT),
    "bot.form": Held(BY_CHAT, {"body": _raw(b"bot.form.body:")}, frozenset({"id"})),
    "bot.handoff": Held(BY_CHAT, {"body": _raw(b"bot.handoff.body:")}),
    "bot.message": Held(BY_CHAT),
    "bot.change": Held("message in (select id from bot.message where conversation = any($2))"),
    "bot.media": Held(BY_CHAT, unread=frozenset({"body", "link"})),
}
# What is nobody's, and why.
NOBODYS: Mapping[str, str] = {
    "bot.alembic_version": "which schema this is",
    "bot.asked": "who of our callers asked for what, by keyed hashes",
    "bot.broadcast": "the words to everybody",
    "bot.recipient": "sealed addresses of one broadcast, forgotten with it after thirty days",
    "bot.flow_version": "the bank's own words",
    "bot.flow_event": "what colleagues did with them",
    "bot.switch": "which messengers are stopped",
    "bot.unheard": "sentences nobody understood: without numbers and names, of a day, of no chat",
    "customers.answer": "keyed hashes of requests",
    "customers.offer": "what partners offer",
    "customers.partner": "who the partners are",
    "customers.partner_key": "hashes of partners' keys",
    "customers.partner_secret": "partners' secrets",
    "customers.partner_event": "what partners told, by their own references",
    "money.card_number": "the vault: numbers by token, whose they are stands in the operations",
    "money.card_event": "the core's names of operations",
    "money.core_event": "ids of a core's news",
    "money.audit": "the sealed chain: actions and ids",
    "money.audit_head": "the sealed chain: its newest link",
    "money.recon": "references and amounts of a day",
    "money.recon_day": "which days were compared",
    "money.switch": "what is stopped",
}
