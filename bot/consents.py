"""The guard before what is said unasked: CustomerAPI is asked at each message, and its answer is not kept."""

import httpx

from bot.store import To
from flows.messages import OutboundMessage


class Away(Exception):
    """CustomerAPI does not answer, so nobody knows. Ask again; meanwhile nothing leaves."""


class Consents:
    """``customers`` is CustomerAPI."""

    def __init__(self, customers: httpx.AsyncClient) -> None:
        self._customers = customers

    async def allow(self, message: OutboundMessage, to: To) -> bool:
        """Whether the one whose chat this is allows what the message needs at this moment. Raises Away."""
        if message.consent == "service":
            return True
        chat = {"channel": to.channel, "account": to.account, "address": to.address}
        try:
            answer = await self._customers.get(f"/api/v1/customers/consents/{message.consent}", params=chat)
        except httpx.HTTPError as error:
            raise Away(type(error).__name__) from error
        if answer.status_code != httpx.codes.OK:
            raise Away(f"HTTP {answer.status_code}")
        return answer.json()["allowed"] is True
