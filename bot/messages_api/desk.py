"""What may be done with a message: ask for it once, look at it, change it, take it back.

A message that waits is changed in its place. One that is on its way or has left is followed by a change, a row of its
own in the same chat; ``changing`` says what goes out then. Whoever holds the row decides which of the two it is.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from bot.messages_api import answers, reading
from bot.messages_api.bodies import MessageBody, PatchBody, Spoken, TemplateContent
from bot.messages_api.changing import mark
from bot.messages_api.composing import Composer, choices_of
from bot.messages_api.failures import Away, KeyReused, Misfit, NotThere, TooLate, Unfit
from bot.messages_api.whom import Chat, Nowhere, Whom
from bot.store import OutboxRow, uuid7
from bot.store.messages import Ask, ChangeKind, Line, MessageStore, Thread
from flows.effects import Send
from flows.messages import OutboundMessage
from flows.ports import Channel, Principal, Sealer

TRIES_MAX = 5  # each lost try means that somebody else got through
PURPOSE = "messages.asked"
ENDED = {
    "failed": "it could not be sent",
    "unreachable": "the customer cannot be reached",
    "window_closed": "the platform's time for answering had passed",
    "expired": "its time had passed",
    "cancelled": "it was taken back before it left",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """``wake`` is called when something may leave at once. All methods raise StoreDown or Away."""

    store: MessageStore
    sealer: Sealer
    channels: Mapping[str, Channel]
    whom: Whom
    composer: Composer
    wake: Callable[[], None]

    async def ask(self, who: Principal, body: MessageBody) -> UUID:
        """Store a message, once a key. Raises KeyReused or Unfit."""
        digests = self.sealer.fingerprints(body.model_dump_json(), PURPOSE)
        for _ in range(TRIES_MAX):
            known = await self.store.asked(who.subject, "message", body.idempotency_key)
            if known is not None:
                if known.digest not in digests:
                    raise KeyReused
                return known.target
            ask = await self._composed(who, body, digests[0])
            if await self.store.ask(ask):
                self.wake()
                return ask.row.id
        raise Away("The message changes all the time. Send it again under the same key.")

    async def show(self, who: Principal, message: UUID) -> answers.Message:
        """How it stands. Raises NotThere."""
        thread = await self._thread(who, message)
        channel = self.channels.get(thread.message.to.channel)
        return reading.shown(thread, None if channel is None else channel.capabilities)

    async def change(self, who: Principal, message: UUID, body: PatchBody) -> answers.Message:
        """Say something else. Raises NotThere, TooLate or Unfit."""

        async def attempt(thread: Thread) -> bool:
            said = await self._changed(thread, body)
            if _waits(thread.message):
                return await self.store.replace(message, thread.edition, _row(thread.message, message, said))
            return await self._follow(thread, "edit", replace(said, edit_of=mark(message)))

        return await self._until_done(who, message, attempt)

    async def take_back(self, who: Principal, message: UUID) -> answers.Message:
        """Keep it from leaving, or have it deleted; again changes nothing. Raises NotThere or TooLate."""

        async def attempt(thread: Thread) -> bool:
            if thread.message.status == "cancelled" or _taken_back(thread):
                return True
            if (_waits(thread.message) or thread.message.deferred) and await self.store.cancel(message):
                return True
            if _waits(thread.message):
                return False
            _may_still(thread)
            old = _said(thread.message)
            bare = OutboundMessage(key="", purpose=old.purpose, locale=old.locale, delete_of=mark(message))
            return await self._follow(thread, "delete", bare)

        return await self._until_done(who, message, attempt)

    async def _until_done(
        self, who: Principal, message: UUID, attempt: Callable[[Thread], Awaitable[bool]]
    ) -> answers.Message:
        for _ in range(TRIES_MAX):
            if await attempt(await self._thread(who, message)):
                self.wake()
                return await self.show(who, message)
        raise Away("The message changes all the time. Try again.")

    async def _thread(self, who: Principal, message: UUID) -> Thread:
        thread = await self.store.read(message, None if "staff" in who.roles else who.subject)
        if thread is None:
            raise NotThere
        return thread

    async def _composed(self, who: Principal, body: MessageBody, digest: str) -> Ask:
        """The message as it will be stored. Raises Unfit with all that is wrong."""
        misfits: list[Misfit] = []
        chat = await self._chat(body, misfits)
        thread = await self._target(who, body, chat, misfits)
        id_ = uuid7()
        message = await self.composer.message(str(id_), body, misfits)
        if chat is not None:
            misfits += unsayable(self.channels[chat.place.channel], body)
        if misfits or chat is None:
            raise Unfit(misfits)
        message = replace(message, purpose=body.purpose, locale=chat.place.locale)
        due = body.not_before if body.not_before and body.not_before > self.composer.clock() else None
        if thread is None:
            return Ask(who.subject, body.idempotency_key, digest, _seqless(id_, chat, message), due)
        old, tail = newest(thread), len(message.text)
        text = f"{old.text}\n{message.text}"
        choices = message.choices or old.choices
        message = replace(message, text=text, choices=choices, edit_of=mark(thread.message.id))
        row = _seqless(id_, chat, message)
        return Ask(who.subject, body.idempotency_key, digest, row, None, thread.message.id, thread.edition, tail)

    async def _chat(self, body: MessageBody, misfits: list[Misfit]) -> Chat | None:
        try:
            return await self.whom.chat(body.to)
        except Nowhere as error:
            misfits.append(Misfit(f"to.{error.path}", error.what, error.fix))
            return None

    async def _target(
        self, who: Principal, body: MessageBody, chat: Chat | None, misfits: list[Misfit]
    ) -> Thread | None:
        """The message that this one is appended to."""
        if body.append_to is None:
            return None
        try:
            thread = await self._thread(who, body.append_to)
        except NotThere:
            misfits.append(Misfit("append_to", "there is no such message", "name one of your own messages"))
            return None
        if reason := _not_appendable(thread, chat):
            misfits.append(Misfit("append_to", reason, "send it as a message of its own"))
            return None
        return thread

    async def _changed(self, thread: Thread, body: PatchBody) -> OutboundMessage:
        """The message as it shall read. Raises TooLate or Unfit."""
        _may_still(thread)
        message, misfits = newest(thread), list[Misfit]()
        old = _kind(message)
        if body.content is not None:
            message = await self.composer.saying(message, body.content, misfits)
        if body.choices is not None:
            message = replace(message, choices=choices_of(body.choices))
        channel = self.channels.get(thread.message.to.channel)
        if channel is not None and isinstance(body.content, TemplateContent) and not channel.capabilities.templates:
            misfits.append(_no_templates(channel))
        if not _waits(thread.message) and (_kind(message) != old or old in ("place", "template")):
            misfits.append(Misfit("content.type", "the message has left as another kind, or as one that cannot change",
                                  "delete it and send a new one"))  # fmt: skip
        if misfits:
            raise Unfit(misfits)
        return replace(message, edit_of=None, delete_of=None, ref="")

    async def _follow(self, thread: Thread, kind: ChangeKind, message: OutboundMessage) -> bool:
        id_ = uuid7()
        row = _row(thread.message, id_, replace(message, key=str(id_), not_after=None))
        return await self.store.change(thread.message.id, thread.edition, kind, row)


def unsayable(channel: Channel, body: Spoken) -> list[Misfit]:
    """What the channel has no means for at all."""
    templates = isinstance(body.content, TemplateContent)
    return [_no_templates(channel)] if templates and not channel.capabilities.templates else []


def _no_templates(channel: Channel) -> Misfit:
    return Misfit("content.type", f"{channel.name} has no approved templates", "write a text")


def newest(thread: Thread) -> OutboundMessage:
    """What the message says now, after its changes."""
    for line in reversed(thread.changes):
        if line.kind != "delete" and line.status not in ENDED:
            return _said(line)
    return _said(thread.message)


def _said(line: Line) -> OutboundMessage:
    assert isinstance(line.effect, Send)
    return line.effect.message


def _kind(message: OutboundMessage) -> str:
    """What kind of content a message has."""
    if message.file is not None:
        return "document" if message.file.document else "image"
    if message.template is not None:
        return "template"
    return "place" if message.place is not None else "text"


def _waits(line: Line) -> bool:
    return line.status == "scheduled" or (line.status == "new" and not line.held)


def _taken_back(thread: Thread) -> bool:
    return any(line.kind == "delete" and line.status not in ENDED for line in thread.changes)


def _may_still(thread: Thread) -> None:
    """Raises TooLate."""
    if thread.message.status in ENDED:
        raise TooLate(f"There is nothing to change: {ENDED[thread.message.status]}.")
    if _taken_back(thread):
        raise TooLate("There is nothing to change: it was taken back.")


def _not_appendable(thread: Thread, chat: Chat | None) -> str:
    if chat is not None and thread.message.conversation != chat.conversation:
        return "that message is in another chat"
    if _kind(newest(thread)) != "text":
        return "that message is no text"
    if thread.message.status in ENDED:
        return f"that message has not reached the chat: {ENDED[thread.message.status]}"
    if _taken_back(thread):
        return "that message was taken back"
    return "that message is kept for later" if thread.message.status == "scheduled" else ""


def _seqless(id_: UUID, chat: Chat, message: OutboundMessage) -> OutboxRow:
    """A row whose place in the chat the store chooses."""
    return OutboxRow(id_, chat.conversation, 0, chat.place, Send(message))


def _row(line: Line, id_: UUID, message: OutboundMessage) -> OutboxRow:
    return OutboxRow(id_, line.conversation, 0, line.to, Send(message))
