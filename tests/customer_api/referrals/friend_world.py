"""Friends who bring friends: chats that come by links, become customers, use their cards, and what they are owed."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import httpx
from customer_world import Chat, Clock, Phones

CHANNELS = ("telegram", "viber", "whatsapp", "messenger")
REFERRALS = "/api/v1/referrals"


@dataclass
class Friend:
    """One person with a phone and a chat."""

    world: "World"
    phone: str
    chat: Chat
    customer_id: str = ""

    async def comes_by(self, link: str) -> None:
        """Follow a link, or just come."""
        await self.chat.post(self.order("referrals.reach", {"came_by": link}))

    async def joins(self) -> "Friend":
        """Prove the phone."""
        self.customer_id = str((await self.chat.prove(self.phone))["customer_id"])
        return self

    async def link(self, programme: str = "welcome") -> str:
        """What their own link carries into a chat."""
        answer = await self.chat.post(self.order("referrals.link", {"programme": programme}))
        return f"ref_{str(answer['outputs']['invite_link']).rpartition('/')[2]}"

    async def pays(self, amount: str = "150.00 UAH", kind: str = "purchase", at: datetime | None = None) -> None:
        """Use the card, as the bank's side tells it."""
        when = (at or self.world.clock()).isoformat()
        told = {"customer_id": self.customer_id, "kind": kind, "amount": amount, "at": when}
        answer = await self.world.api.post(f"{REFERRALS}/uses", json=told)
        assert answer.status_code == 204, answer.text

    async def rewards(self) -> list[tuple[str, str, str]]:
        """Each with its side, amount and state."""
        found = await self.world.listed(customer_id=self.customer_id)
        mine = [line for one in found for line in one["rewards"] if line["customer_id"] == self.customer_id]
        return sorted((line["role"], line["amount"], line["state"]) for line in mine)

    def order(self, action: str, inputs: dict[str, object]) -> dict[str, object]:
        return self.chat.body("", inputs, customer_id=self.customer_id or None) | {"action": action}


@dataclass
class World:
    """Everybody."""

    api: httpx.AsyncClient
    phones: Phones
    clock: Clock
    people: list[Friend] = field(default_factory=list)

    def somebody(self, phone: str = "", chat: Chat | None = None) -> Friend:
        """A new person, each on another messenger than the last, unless the phone or the chat is given."""
        number = len(self.people)
        channel = CHANNELS[number % len(CHANNELS)]
        fresh = Chat(self.api, self.phones, f"90{number:04d}", channel, "teller", uuid4())
        self.people.append(Friend(self, phone or f"+38067{number:07d}", chat or fresh))
        return self.people[-1]

    async def customer(self) -> Friend:
        return await self.somebody().joins()

    async def friend_of(self, other: Friend, programme: str = "welcome") -> Friend:
        """Somebody who came by another's link and became a customer."""
        friend = self.somebody()
        await friend.comes_by(await other.link(programme))
        return await friend.joins()

    async def listed(self, **asked: str) -> list[dict]:
        return (await self.api.get(REFERRALS, params=asked)).raise_for_status().json()

    async def refusal_of(self, friend: Friend) -> str | None:
        """Why somebody is no friend in the programme's sense; empty when nobody brought them."""
        found = [
            one for one in await self.listed(customer_id=friend.customer_id) if one["newcomer"] == friend.customer_id
        ]
        return found[0]["refusal"] if found else ""

    async def take(self) -> list[dict]:
        return (await self.api.post(f"{REFERRALS}/rewards/take")).raise_for_status().json()

    async def settle(self, reward_id: UUID | str, state: str = "paid", **more: str) -> dict:
        answer = await self.api.put(f"{REFERRALS}/rewards/{reward_id}", json={"state": state, **more})
        return answer.raise_for_status().json()

    async def pay_all(self) -> int:
        taken = await self.take()
        await asyncio.gather(*(self.settle(one["reward_id"]) for one in taken))
        return len(taken)
