"""Tells those whose news we want where to send them, as soon as they answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from core_adapters.failures import BankFailure
from core_adapters.webhooks import signing_secret

AGAIN_S = 2.0
log = structlog.get_logger()


class SendsNews(Protocol):
    """A core or a partner that tells us when something has happened."""

    @property
    def name(self) -> str: ...

    async def register_webhook(self, url: str, secret: str) -> None:
        """Raises BankFailure."""
        ...


@dataclass(frozen=True, slots=True)
class Registration:
    """Where the news of one go, and what they are signed with; nowhere without an address or a secret."""

    who: SendsNews
    url: str
    secrets: Sequence[str] = field(repr=False)

    async def until_done(self) -> None:
        """Tell them, again and again until it is taken."""
        if not self.url or not self.secrets:
            return None
        while True:
            try:
                return await self.who.register_webhook(self.url, signing_secret(self.secrets[0]))
            except BankFailure as failure:
                log.warning("webhook_not_registered", core=self.who.name, failure=type(failure).__name__)
                await asyncio.sleep(AGAIN_S)
