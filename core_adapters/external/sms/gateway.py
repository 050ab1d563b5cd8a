"""Sends a text to a phone. The gateway drops a second message with the same key."""

from dataclasses import dataclass

import httpx

from core_adapters.failures import Refused
from core_adapters.http import Service
from core_adapters.logins import BearerLogin
from core_adapters.validation import Invalid, checked

TEXT_MAX = 480  # three parts of an SMS in Cyrillic, and some
MESSAGE = {
    "to": {"type": "e164"},
    "text": {"type": "string", "minlength": 1, "maxtext": TEXT_MAX},
    "key": {"type": "string", "regex": r"[A-Za-z0-9:_-]{1,100}"},
}


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """Satisfies flows.ports.Sms."""

    service: Service

    @classmethod
    def at(cls, client: httpx.AsyncClient, url: str, token: str) -> "SmsGateway":
        """The gateway at ``url`` (TELLER_SMS__URL)."""
        return cls(Service(client, url.rstrip("/"), BearerLogin(token)))

    async def send(self, to: str, text: str, key: str) -> None:
        """Send one message. Raises core_adapters.failures.BankFailure; what it is says whether it may have gone."""
        try:
            body = checked({"to": to, "text": text, "key": key}, MESSAGE)
        except Invalid as problem:
            raise Refused(str(problem)) from None
        await self.service.order("POST", "/messages", body)
