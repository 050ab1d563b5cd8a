"""One message to many: stored whole, sent at its pace by ``Scheduler``, watched and stopped by whoever asked for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from bot.consents import Consents
from bot.messages_api import answers
from bot.messages_api.bodies import BroadcastBody, To
from bot.messages_api.composing import Composer
from bot.messages_api.failures import Away, KeyReused, Misfit, NotThere, Unfit
from bot.messages_api.reading import STATES
from bot.messages_api.whom import Nowhere, Whom
from bot.store import OutboxRow, uuid7
from bot.store.broadcasts import BroadcastStore, Count, NewBroadcast, Waiting
from bot.store.messages import MessageStore
from flows.effects import Send
from flows.messages import OUTBOUND
from flows.ports import Capabilities, Channel, Principal, Sealer

PURPOSE = "broadcasts.asked"


@dataclass(frozen=True, slots=True)
class Broadcasts:
    """``noted`` is called when there is something new to send."""

    store: BroadcastStore
    messages: MessageStore
    sealer: Sealer
    composer: Composer
    noted: Callable[[], None]

    async def ask(self, who: Principal, body: BroadcastBody) -> UUID:
        """Store a broadcast, once a key. Raises KeyReused or Unfit."""
        digests = self.sealer.fingerprints(body.model_dump_json(), PURPOSE)
        for _ in range(2):
            known = await self.messages.asked(who.subject, "broadcast", body.idempotency_key)
            if known is not None:
                if known.digest not in digests:
                    raise KeyReused
                return known.target
            new = await self._composed(who, body, digests[0])
            if await self.store.open(new):
                self.noted()
                return new.id
        raise Away("The broadcast could not be stored. Send it again under the same key.")

    async def show(self, who: Principal, broadcast: UUID) -> answers.Broadcast:
        """How far it is. Raises NotThere."""
        found = await self.store.read(broadcast, _owner(who))
        if found is None:
            raise NotThere
        total, stopped, counts = found
        by_state: dict[str, int] = {}
        skipped: dict[str, int] = {}
        for count in counts:
            state = _state(count)
            by_state[state] = by_state.get(state, 0) + count.many
            if count.standing == "skipped":
                reason = count.reason or ""
                skipped[reason] = skipped.get(reason, 0) + count.many
        going = by_state.get("queued", 0) + by_state.get("deferred", 0)
        return answers.Broadcast(
            broadcast_id=broadcast, state="stopped" if stopped else "running" if going else "done", total=total,
            counts=dict(sorted(by_state.items())), skipped=skipped,
        )  # fmt: skip

    async def recipients(self, who: Principal, broadcast: UUID, after: int, most: int) -> list[answers.Recipient]:
        """Its places in order. Raises NotThere."""
        await self.show(who, broadcast)
        return [
            answers.Recipient(place=place, message_id=message, skipped=reason)
            for place, message, reason in await self.store.recipients(broadcast, after, most)
        ]

    async def stop(self, who: Principal, broadcast: UUID) -> answers.Broadcast:
        """Let nothing more of it leave; again changes nothing. Raises NotThere."""
        await self.show(who, broadcast)
        await self.store.stop(broadcast)
        return await self.show(who, broadcast)

    async def _composed(self, who: Principal, body: BroadcastBody, digest: str) -> NewBroadcast:
        misfits: list[Misfit] = []
        message = replace(await self.composer.message("", body, misfits), purpose="update", consent=body.consent)
        recipients = list(dict.fromkeys(body.to))
        if misfits:
            raise Unfit(misfits)
        now = self.composer.clock()
        starts_at = max(now, body.not_before or now)
        return NewBroadcast(
            uuid7(), who.subject, body.idempotency_key, digest, OUTBOUND.dump_json(message),
            [to.model_dump_json(exclude_none=True).encode() for to in recipients], body.rate_per_s, starts_at,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placing:
    """Finds a recipient's chat and puts the message there, for its time."""

    store: BroadcastStore
    whom: Whom
    channels: Mapping[str, Channel]
    consents: Consents

    async def place(self, waiting: Waiting) -> None:
        """Raises Away (it comes back after a while) or StoreDown."""
        message = OUTBOUND.validate_json(waiting.message)
        try:
            chat = await self.whom.chat(To.model_validate_json(waiting.recipient))
        except Nowhere as error:
            await self.store.skip(waiting, str(error))
            return
        own: Capabilities = self.channels[chat.place.channel].capabilities
        if message.template is not None and not own.templates:
            await self.store.skip(waiting, "the channel has no approved templates")
            return
        if not await self.consents.allow(message, chat.place):
            await self.store.skip(waiting, "the customer has not allowed marketing")
            return
        id_ = uuid7()
        said = replace(message, key=str(id_), locale=chat.place.locale)
        await self.store.place(waiting, OutboxRow(id_, chat.conversation, 0, chat.place, Send(said)))


def _owner(who: Principal) -> str | None:
    return None if "staff" in who.roles else who.subject


def _state(count: Count) -> str:
    if count.standing == "waiting":
        return "queued"
    if count.standing == "stopped" or count.status == "cancelled":
        return "cancelled"
    if count.standing == "skipped" or count.status is None:
        return "skipped"
    return "deferred" if count.status == "new" and count.deferred else STATES[count.status]
