"""Sends a text to a phone. The gateway drops a second message with the same key."""

from dataclasses import dataclass
from typing import ClassVar

import httpx

from core_adapters.breaker import Breaker
from core_adapters.external.sms import schemas
from core_adapters.failures import Unclear
from core_adapters.http import Service
from core_adapters.logins import BearerLogin
from core_adapters.ports import Capability
from core_adapters.validation import incoming, outgoing


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """Satisfies flows.ports.Sms."""

    service: Service
    # A message is sent once under its key, and nobody can be asked whether it has been.
    capability: ClassVar[Capability] = Capability("key", "none", settle_bound_s=5)

    @classmethod
    def at(cls, client: httpx.AsyncClient, url: str, token: str) -> "SmsGateway":
        """The gateway at ``url`` (TELLER_SMS__URL), behind a token that does not change."""
        return cls(Service(client, url.rstrip("/"), BearerLogin(token), Breaker("sms")))

    def rest_s(self) -> float:
        """Seconds until a message may be sent; 0: now. Satisfies core_adapters.breaker.CanRest."""
        return self.service.rest_s()

    async def send(self, to: str, text: str, key: str) -> None:
        """Send one message. Raises core_adapters.failures.BankFailure; what it is says whether it may have gone."""
        body = outgoing({"to": to, "text": text, "key": key}, schemas.MESSAGE)
        reply = await self.service.order("POST", "/messages", body)
        taken = incoming(dict(reply.document), schemas.TAKEN)
        if taken["key"] != key:
            raise Unclear("the answer is about another message")
