"""What this room is told of the world: where its bank and its partners are, and with which secrets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx


@dataclass(frozen=True, slots=True)
class CoreSettings:
    """Where the bank is. ``webhook_url`` is where its events reach us; empty: it is not told.

    ``billers_url`` is where the partners for bills are; empty: no bills are paid. ``acquirer_url`` is where money comes
    from cards of other banks; empty: none comes. ``public_url`` is our own address as people reach it.
    """

    bank: str
    url: str
    token: str = field(repr=False)
    webhook_secrets: Sequence[str] = field(repr=False, default=())
    webhook_url: str = ""
    audit_key: bytes = field(repr=False, default=b"")
    billers_url: str = ""
    billers_secret: str = field(repr=False, default="")
    acquirer_url: str = ""
    acquirer_key: str = field(repr=False, default="")
    acquirer_webhook_secrets: Sequence[str] = field(repr=False, default=())
    acquirer_webhook_url: str = ""
    login: httpx.Auth | None = field(repr=False, default=None)  # None: the token, a bearer's
    public_url: str = ""
