"""From the one a message is for to the chat it goes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import httpx

from bot.messages_api.bodies import To
from bot.messages_api.failures import Away
from bot.store import To as Place
from bot.store.messages import ChatStanding, MessageStore
from channels.ids import conversation_id
from flows.ports import Channel
from flows.session import Session

NEVER = datetime.min.replace(tzinfo=UTC)


class Nowhere(Exception):
    """There is no chat to write to. ``path`` is within ``to``."""

    def __init__(self, path: str, what: str, fix: str) -> None:
        super().__init__(what)
        self.path, self.what, self.fix = path, what, fix


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that can be written to."""

    conversation: UUID
    place: Place


class Whom(Protocol):
    """Finds the chat."""

    async def chat(self, to: To) -> Chat:
        """Raises Nowhere, Away or StoreDown."""
        ...


class AddressBook:
    """Satisfies ``Whom``. ``customers`` is CustomerAPI; ``locale`` the language of who never wrote."""

    def __init__(
        self, store: MessageStore, channels: Mapping[str, Channel], customers: httpx.AsyncClient, locale: str
    ) -> None:
        self._store, self._channels, self._customers, self._locale = store, channels, customers, locale

    async def chat(self, to: To) -> Chat:
        if to.customer_id is not None:
            return await self._of_customer(to.customer_id)
        assert to.channel is not None
        assert to.address is not None
        channel = self._channels.get(to.channel)
        if channel is None:
            known = ", ".join(sorted(self._channels)) or "none"
            raise Nowhere("channel", "no such channel is set up here", f"use one of: {known}")
        conversation = conversation_id(channel.name, channel.account, to.address)
        standing = (await self._store.standing([conversation])).get(conversation)
        return self._chat(conversation, Place(channel.name, channel.account, to.address), standing)

    async def _of_customer(self, customer_id: UUID) -> Chat:
        """Where the customer was last heard; chats that cannot be reached come last."""
        places = await self._places(customer_id)
        chats = {conversation_id(place.channel, place.account, place.address): place for place in places}
        if not chats:
            raise Nowhere("customer_id", "the customer has no chat on a channel that is set up here",
                          "reach them another way")  # fmt: skip
        standings = await self._store.standing([*chats])

        def rank(conversation: UUID) -> tuple[bool, datetime]:
            standing = standings.get(conversation)
            return (False, NEVER) if standing is None else (not standing.unreachable, standing.heard_at or NEVER)

        best = max(chats, key=rank)
        return self._chat(best, chats[best], standings.get(best))

    async def _places(self, customer_id: UUID) -> list[Place]:
        try:
            answer = await self._customers.get(f"/api/v1/customers/{customer_id}/bindings")
        except httpx.HTTPError:
            raise Away("CustomerAPI does not answer. Send it again under the same key.") from None
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise Nowhere("customer_id", "there is no such customer", "look whether the id is right")
        if answer.status_code != httpx.codes.OK:
            raise Away("CustomerAPI does not answer. Send it again under the same key.")
        return [
            Place(chat["channel"], chat["account"], chat["address"], str(customer_id))
            for chat in answer.json()
            if chat["revoked_at"] is None and self._serves(chat["channel"], chat["account"])
        ]

    def _serves(self, channel: str, account: str) -> bool:
        own = self._channels.get(channel)
        return own is not None and own.account == account

    def _chat(self, conversation: UUID, place: Place, standing: ChatStanding | None) -> Chat:
        customer_id, locale = place.customer_id, self._locale
        if standing is not None:
            session = Session.from_json(standing.state)
            customer_id, locale = customer_id or session.customer_id, session.locale
        return Chat(conversation, Place(place.channel, place.account, place.address, customer_id, locale))
