"""Who may call what: one line a route of `/api/v1`. Every room asks here, and nowhere else.

A route that is not in the table lets nobody in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flows.ports import Principal, TokenVerifier, Unauthorized

Role = Literal["staff", "service", "partner"]
ROLES: tuple[Role, ...] = ("staff", "service", "partner")
Scope = Literal["deliveries:read", "deliveries:replay"]


class Forbidden(Exception):
    """The token is good and its role may not do this. The text may be shown to the caller."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who is let in. `scope` is what a partner's key must have; its login has every scope."""

    roles: frozenset[Role]
    scope: Scope | None = None


STAFF = Entry(frozenset({"staff"}))
SERVICE = Entry(frozenset({"service"}))
BOTH = Entry(frozenset({"staff", "service"}))
READS = Entry(frozenset(ROLES), "deliveries:read")
REPLAYS = Entry(frozenset(ROLES), "deliveries:replay")
NOBODY = Entry(frozenset())

ROUTES: Mapping[str, Entry] = {
    # core_adapters
    "POST /api/v1/operations": SERVICE,
    "GET /api/v1/operations": BOTH,
    "GET /api/v1/operations/{op_id}": BOTH,
    "POST /api/v1/operations/{op_id}/resolution": STAFF,
    "POST /api/v1/operations/{op_id}/resolution/confirm": STAFF,
    "POST /api/v1/operations/{op_id}/resolution/decline": STAFF,
    "POST /api/v1/operations/reconciliations": STAFF,
    "GET /api/v1/operations/switches": STAFF,
    "PUT /api/v1/operations/switches/{name}": STAFF,
    "POST /api/v1/core/{verb}": SERVICE,
    "POST /api/v1/external/{partner}/{verb}": SERVICE,
    "GET /api/v1/pages/{place}": SERVICE,
    "GET /api/v1/pages/{place}/envelope": SERVICE,
    "POST /api/v1/pages/{place}/shown": SERVICE,
    "POST /api/v1/pages/{place}/typed": SERVICE,
    # customer_api
    "POST /api/v1/customers/operations": SERVICE,
    "POST /api/v1/customers/questions/{verb}": SERVICE,
    "GET /api/v1/customers": BOTH,
    "GET /api/v1/customers/{customer_id}": BOTH,
    "GET /api/v1/customers/{customer_id}/context": BOTH,
    "GET /api/v1/customers/{customer_id}/bindings": BOTH,
    "GET /api/v1/customers/{customer_id}/notices": BOTH,
    "POST /api/v1/customers/found": BOTH,
    "GET /api/v1/customers/{customer_id}/identifiers": BOTH,
    "POST /api/v1/customers/{customer_id}/identifiers": SERVICE,
    "DELETE /api/v1/customers/{customer_id}/identifiers/{identifier_id}": BOTH,
    "GET /api/v1/customers/{customer_id}/preferences": BOTH,
    "PATCH /api/v1/customers/{customer_id}/preferences": BOTH,
    "GET /api/v1/customers/{customer_id}/consents": BOTH,
    "GET /api/v1/customers/{customer_id}/consents/{purpose}": BOTH,
    "GET /api/v1/customers/consents/{purpose}": BOTH,
    "GET /api/v1/customers/{customer_id}/copy": BOTH,
    "POST /api/v1/customers/{customer_id}/erasure": BOTH,
    "DELETE /api/v1/customers/{customer_id}/erasure": BOTH,
    "GET /api/v1/customers/bindings": BOTH,
    "DELETE /api/v1/customers/bindings/{binding_id}": BOTH,
    "GET /api/v1/partners": BOTH,
    "GET /api/v1/partners/{partner}": READS,
    "PUT /api/v1/partners/{partner}": BOTH,
    "GET /api/v1/partners/offers": BOTH,
    "PUT /api/v1/partners/offers/{offer}": BOTH,
    "POST /api/v1/partners/{partner}/keys": BOTH,
    "DELETE /api/v1/partners/{partner}/keys/{key_id}": BOTH,
    "POST /api/v1/partners/{partner}/secrets": BOTH,
    "DELETE /api/v1/partners/{partner}/secrets/{secret_id}": BOTH,
    "GET /api/v1/partners/{partner}/deliveries": READS,
    "POST /api/v1/partners/{partner}/deliveries/{delivery_id}/replay": REPLAYS,
    "GET /api/v1/partners/{partner}/events": READS,
    "POST /api/v1/referrals/uses": SERVICE,
    "POST /api/v1/referrals/rewards/take": SERVICE,
    "PUT /api/v1/referrals/rewards/{reward_id}": SERVICE,
    "GET /api/v1/referrals/codes/{code}": BOTH,
    "GET /api/v1/referrals": BOTH,
    "GET /api/v1/referrals/{referral_id}": BOTH,
    # image_api
    "GET /api/v1/images": BOTH,
    "POST /api/v1/images/{template}": BOTH,
    "GET /api/v1/images/{template}/sample": BOTH,
    "POST /api/v1/documents/{template}": BOTH,
    "GET /api/v1/documents/{template}/sample": BOTH,
    # bot
    "GET /api/v1/flows/versions": STAFF,
    "POST /api/v1/flows/versions": STAFF,
    "GET /api/v1/flows/versions/{number}": STAFF,
    "POST /api/v1/flows/versions/{number}/check": STAFF,
    "POST /api/v1/flows/versions/{number}/test": STAFF,
    "POST /api/v1/flows/versions/{number}/approve": STAFF,
    "POST /api/v1/flows/versions/{number}/publish": STAFF,
    "POST /api/v1/flows/versions/{number}/withdraw": STAFF,
    "GET /api/v1/flows/events": STAFF,
    "GET /api/v1/flows/problems": STAFF,
    "POST /api/v1/flows/rollback": STAFF,
    "POST /api/v1/flows/withdraw": STAFF,
    "POST /api/v1/flows/restore": STAFF,
    "GET /api/v1/handoffs": STAFF,
    "POST /api/v1/handoffs/{handoff}/close": STAFF,
    "GET /api/v1/channels": STAFF,
    "PUT /api/v1/channels/{channel}": STAFF,
    "POST /api/v1/media": BOTH,
    "GET /api/v1/media/{media_id}": BOTH,
    "POST /api/v1/messages": BOTH,
    "GET /api/v1/messages/{message_id}": BOTH,
    "PATCH /api/v1/messages/{message_id}": BOTH,
    "DELETE /api/v1/messages/{message_id}": BOTH,
    "POST /api/v1/broadcasts": BOTH,
    "GET /api/v1/broadcasts/{broadcast_id}": BOTH,
    "GET /api/v1/broadcasts/{broadcast_id}/recipients": BOTH,
    "POST /api/v1/broadcasts/{broadcast_id}/stop": BOTH,
    "GET /api/v1/events": BOTH,
}


def let_in(verifier: TokenVerifier, token: str | None, route: str) -> Principal:
    """Who calls a route such as ``GET /api/v1/customers``. Raises Unauthorized or Forbidden."""
    principal = verifier.verify(token) if token else None
    if principal is None:
        raise Unauthorized("Send the header 'Authorization: Bearer <token>'.")
    wanted = ROUTES.get(route, NOBODY).roles
    if not principal.roles & wanted:
        raise Forbidden(f"This needs one of the roles {', '.join(sorted(wanted))}.")
    return principal
