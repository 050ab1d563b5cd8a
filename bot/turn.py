"""The loop of one message: accepted, understood and decided by the engine, saved, performed.

    receive -> inbox (durable; now the platform may have its 200) -> the conversation's lane -> engine <-> facts
            -> save, guarded by the conversation's version -> perform

One turn at a time and in order of arrival, within this process by the lane, between processes by the inbox: a turn
begins only when nothing of its conversation waits before it, and counts only if the version is still the one it
began from. A lost guard runs the same event again from the new state.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from bot import arriving, fragments
from bot.door import Tokeniser
from bot.lanes import Lanes
from bot.logs import current_request_id, in_turn
from bot.metrics import EVENTS, TURN_SECONDS, TURNS, alert, counted
from bot.relay import HANDED_S, Relay
from bot.store import Accepted, Arrival, BadRow, Claimed, Saved, Store, StoreDown, TurnRow
from bot.tracing import span
from bot.turn_ports import Advance, Decision, EngineStuck, Files, News, Pages, Perform, Unheard
from bot.turn_row import row_of
from flows.effects import Alert, NotUnderstood
from flows.events import Event, TimerFired
from flows.facts import Fact, Need, Needs
from flows.messages import EventType, InboundEvent
from flows.ports import Channel, FactSource
from flows.session import Session

ROUNDS_MAX = 16  # questions of one turn hang on each other a few deep; more is an engine that never has enough
ATTEMPTS_MAX = 5  # then a row is parked: one message must not silence a conversation for ever
PAUSE_S = 0.05  # until a conversation that another process works on is looked at again
STORE_PAUSE_S = 0.5  # until a database that was away is tried again
TYPING_AFTER_S = 0.7  # a quicker answer needs no sign that it is coming
RECENT_MAX = 2000  # sessions kept read, a few kilobytes each

# Nobody expects an answer to these.
WITHOUT_TURN = frozenset({EventType.DELIVERY_STATUS, EventType.ECHO})

log = structlog.get_logger("bot.turn")


@dataclass(slots=True)
class _Task:
    """An inbox row on its way.

    ``accepted`` is what stood at its arrival, as long as that may be used. ``next`` says that whatever waited before
    it is in this process, so that it may follow straight on. ``earlier`` are the other pieces of a joined message.
    ``request`` is the request that it came with, here or with whom it came to.
    """

    inbox: UUID
    event: Event
    accepted: Accepted | None = None
    next: bool = False
    earlier: tuple[InboundEvent, ...] = ()
    request: str | None = None

    @property
    def rows(self) -> tuple[UUID, ...]:
        """All inbox rows that end with this task."""
        return (self.inbox, *[event.id for event in (*self.earlier[1:], self.event)]) if self.earlier else (self.inbox,)


@dataclass(frozen=True, slots=True)
class _Start:
    """What a turn begins from."""

    session: Session
    version: int


class Turns:
    """All turns of this process.

    ``locales`` are the brand's, the default first. ``due`` hears of new timers. With a ``vault``, card numbers that
    come in pieces are joined; with ``pages``, choices that did not fit on one are turned. With a ``relay``, what comes
    in goes to a worker where one stands ready; ``ended`` hears of inbox rows that are done.
    """

    def __init__(
        self,
        store: Store,
        advance: Advance,
        facts: FactSource,
        perform: Perform,
        channels: Mapping[str, Channel],
        locales: Sequence[str],
        due: Callable[[datetime], None] | None = None,
        vault: Tokeniser | None = None,
        pages: Pages | None = None,
        files: Files | None = None,
        news: News | None = None,
        unheard: Unheard | None = None,
        relay: Relay | None = None,
        ended: Callable[[UUID], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._advance = advance
        self._facts = facts
        self._perform = perform
        self._channels = channels
        self._locales = locales
        self._due = due
        self._vault = vault
        self._pages, self._files, self._news, self._unheard = pages, files, news, unheard
        self._relay, self._ended = relay, ended
        self._lanes: Lanes[_Task] = Lanes(self._work, self._idle)
        self._warm: dict[UUID, _Start] = {}
        self._recent: OrderedDict[UUID, tuple[bytes, Session]] = OrderedDict()
        self._mixed: set[UUID] = set()
        self._held: dict[UUID, float] = {}
        self._asides: set[asyncio.Task[None]] = set()

    async def receive(self, events: Sequence[InboundEvent]) -> None:
        """Store what is new and begin its turns. Raises StoreDown (send it again) or BadRow (never do)."""
        if self._news is not None and (news := [e for e in events if e.type is EventType.DELIVERY_STATUS]):
            await self._news.receive(news)
            events = [event for event in events if event.type is not EventType.DELIVERY_STATUS]
        arrivals = [self._arrival(event, event.channel, event.account, event.dedupe_key) for event in events]
        for event, accepted in zip(events, await self._store.turns.accept(arrivals), strict=True):
            counted(EVENTS, event.channel, "new" if accepted.fresh else "duplicate").inc()
            if accepted.fresh:
                self._acknowledge(event)
                self._arrived(event, accepted)

    def _arrival(self, event: Event, source: str, account: str, dedupe: str) -> Arrival:
        handed = self._relay is not None and self._relay.reaches(event.conversation)
        return Arrival(event, source, account, dedupe, HANDED_S if handed else None, current_request_id())

    async def take(self, event: Event, source: str, dedupe: str) -> bool:
        """Store an event of our own (a result, a form) and begin its turn; false for one already known.

        Raises StoreDown.
        """
        (accepted,) = await self._store.turns.accept([self._arrival(event, source, "", dedupe)])
        if accepted.fresh:
            self._arrived(event, accepted)
        return accepted.fresh

    async def resume(self, claimed: Claimed, accepted: Accepted | None = None) -> None:
        """Go on with a row that was taken up; ``accepted`` is how its conversation stood then. Raises StoreDown."""
        if claimed.event is None or claimed.attempts > ATTEMPTS_MAX:
            reason = "its body cannot be opened" if claimed.event is None else "every process that took it has failed"
            await self._park(claimed.conversation, (claimed.id,), reason)
        elif claimed.id not in self._held:
            self._begin(self._task(claimed.event, accepted, claimed.request))

    def held(self, longer_than_s: float) -> list[UUID]:
        """The inbox rows in work for so long that their lease needs renewing."""
        before = time.monotonic() - longer_than_s
        return [inbox for inbox, since in self._held.items() if since <= before]

    async def drain(self) -> None:
        """Wait until no turn is under way."""
        await self._lanes.drain()

    async def stop(self, timeout_s: float = 0) -> None:
        """Let turns end for a while, then drop them: the inbox has them for the next process."""
        await self._lanes.stop(timeout_s)

    def _arrived(self, event: Event, accepted: Accepted) -> None:
        if self._relay is not None and self._relay.reaches(event.conversation):
            task = self._task(event)  # now, with the request that it came with
            self._relay.give(event.conversation, event.id, lambda: self._begin(task))
            return
        self._begin(self._task(event, accepted))

    def _task(self, event: Event, accepted: Accepted | None = None, request: str | None = None) -> _Task:
        is_next = accepted is not None and all(inbox in self._held for inbox in accepted.ahead)
        return _Task(event.id, event, accepted, is_next, request=request or current_request_id())

    def _begin(self, task: _Task) -> None:
        self._held[task.inbox] = time.monotonic()
        self._lanes.put(task.event.conversation, task)

    def _acknowledge(self, event: InboundEvent) -> None:
        """Stop a button's spinner now: the customer must not see how long the bank takes."""
        channel = self._channels.get(event.channel)
        if event.type is EventType.POSTBACK and channel is not None:
            self._aside(channel.acknowledge(event))

    def _aside(self, courtesy: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(courtesy)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _work(self, conversation: UUID, task: _Task) -> None:
        slow = asyncio.get_running_loop().call_later(TYPING_AFTER_S, self._type, task.event)
        with in_turn(task.inbox, request_id=task.request or str(task.inbox)):
            try:
                await self._gone_through(conversation, task)
            except StoreDown:
                TURNS.labels("store_down").inc()
                await asyncio.sleep(STORE_PAUSE_S)
                self._again(conversation, task)
            finally:
                slow.cancel()

    async def _gone_through(self, conversation: UUID, task: _Task) -> None:
        """The turn, or what a failed one leads to. Raises StoreDown."""
        try:
            with span("turn", channel=getattr(task.event, "channel", "")):
                await self._turn(conversation, task)
        except BadRow:
            await self._park(conversation, task.rows, "the database refuses what it says or leads to")
        except StoreDown:
            raise
        except Exception as error:
            await self._failed(conversation, task, error)

    def _type(self, event: Event) -> None:
        """The answer takes a while: show that somebody is at it."""
        channel = self._channels.get(event.channel) if isinstance(event, InboundEvent) else None
        if isinstance(event, InboundEvent) and channel is not None and channel.capabilities.typing:
            self._aside(channel.typing(event.address, event.message_id))

    async def _turn(self, conversation: UUID, task: _Task) -> None:
        began = time.perf_counter()
        if _needs_no_turn(task.event):
            await self._end(task)
            return
        if self._files is not None and isinstance(task.event, InboundEvent):
            await self._files.note(task.event)
        while (start := await self._start(conversation, task)) is not None:
            await self._join(conversation, task, start.session)
            decision = await self._decide(start.session, task.event)
            row = row_of(task.event, task.earlier, task.rows, start.version, decision)
            saved = await self._store.turns.save(row)
            if saved.won:
                self._saved(row, decision, saved)
                TURN_SECONDS.observe(time.perf_counter() - began)
                return
            TURNS.labels("lost_guard").inc()
            self._forget(conversation, task)

    async def _start(self, conversation: UUID, task: _Task) -> _Start | None:
        """What to begin from; None when the task is not (or not yet) to be worked on."""
        if task.next and conversation not in self._mixed and not isinstance(task.event, TimerFired):
            warm, accepted = self._warm.get(conversation), task.accepted
            if warm is not None:
                return warm
            if accepted is not None and not accepted.ahead:
                return await self._opened(task, accepted.state, accepted.version)
        loaded = await self._store.turns.load(conversation)
        if task.inbox not in loaded.waiting:
            self._let_go(task.rows)  # another process has done it
            return None
        if loaded.waiting[0] != task.inbox:
            await self._behind(conversation, task)
            return None
        if isinstance(task.event, TimerFired) and task.event.timer in loaded.timers:
            await self._end(task)  # the timer has been set anew since
            return None
        return await self._opened(task, loaded.state, loaded.version)

    async def _opened(self, task: _Task, state: bytes | None, version: int) -> _Start | None:
        if state is not None:
            written, session = self._recent.get(task.event.conversation, (b"", None))
            return _Start(session if session is not None and written == state else Session.from_json(state), version)
        event = task.event
        if isinstance(event, InboundEvent):
            locale = self._locale(event.sender.locale)
            session = Session.new(event.conversation, event.channel, event.address, locale, event.account)
            return _Start(session, version)
        await self._park(event.conversation, task.rows, "it is for a conversation that nobody has begun")
        return None

    async def _join(self, conversation: UUID, task: _Task, session: Session) -> None:
        """Make the pieces of a card number one event: this one, and those that follow it closely."""
        first = fragments.piece(task.event)
        if not first or self._vault is None or session.expects != fragments.EXPECTED:
            return
        pieces, taken = [first], list[_Task]()
        while not fragments.is_long_enough(pieces):
            following = await self._lanes.following(conversation, fragments.PAUSE_S)
            if following is None:
                break
            digits = fragments.piece(following.event) if following.next else ""
            if not digits:
                self._lanes.put_back(conversation, [following])
                break
            pieces.append(digits)
            taken.append(following)
        events = [event for event in (task.event, *[t.event for t in taken]) if isinstance(event, InboundEvent)]
        if not taken or not fragments.is_whole(pieces):
            self._lanes.put_back(conversation, taken)
            return
        (card,) = await self._vault.tokenise(["".join(pieces)])
        task.event, task.earlier = fragments.joined(events[-1], card), tuple(events[:-1])

    async def _decide(self, session: Session, event: Event) -> Decision:
        """Ask the engine, tell it what it needs, ask again."""
        turned = None if self._pages is None else await self._pages.turned(session, event)
        if turned is not None:
            return turned
        facts: dict[Need, Fact] = {}
        for _ in range(ROUNDS_MAX):
            answer = self._advance(session, event, facts)
            if not isinstance(answer, Needs):
                return answer
            needs = [need for need in answer.needs if need not in facts]
            if not needs:
                raise EngineStuck("asks again for what it was told")
            locale = answer.locale or session.locale
            asked = [self._facts.answer(need, answer.customer_id, answer.level, locale) for need in needs]
            found = [await asked[0]] if len(asked) == 1 else await asyncio.gather(*asked)
            facts.update(zip(needs, found, strict=True))
        raise EngineStuck(f"asked for more facts {ROUNDS_MAX} times")

    def _saved(self, row: TurnRow, decision: Decision, saved: Saved) -> None:
        self._let_go(row.inbox)
        start = _Start(decision.session, row.expected + 1)
        if self._lanes.waiting(row.conversation):
            self._warm[row.conversation] = start
        self._remember(row.conversation, row.state, decision.session)
        counted(TURNS, "done").inc()
        self._perform.take(row.outbox, saved.ahead)
        for moment in row.timers.values():
            if moment is not None and self._due is not None:
                self._due(moment)
        for effect in decision.effects:
            if isinstance(effect, Alert):
                alert(effect.code, effect.text, conversation=str(row.conversation))
            elif isinstance(effect, NotUnderstood) and self._unheard is not None:
                self._unheard.take(effect.text, decision.session.locale)

    def _remember(self, conversation: UUID, written: bytes, session: Session) -> None:
        """Spare the next turn the reading of its session. It counts only while the database holds the same bytes."""
        self._recent[conversation] = written, session
        self._recent.move_to_end(conversation)
        if len(self._recent) > RECENT_MAX:
            self._recent.popitem(last=False)

    async def _behind(self, conversation: UUID, task: _Task) -> None:
        """Something earlier waits: in this lane (then it goes first), or in another process."""
        if not self._lanes.waiting(conversation):
            await asyncio.sleep(PAUSE_S)
        self._again(conversation, task)

    async def _failed(self, conversation: UUID, task: _Task, error: Exception) -> None:
        attempts = await self._store.inbox.failed(task.inbox)
        TURNS.labels("failed").inc()
        log.error("turn_failed", conversation=str(conversation), error=type(error).__name__, exc_info=error)
        if attempts >= ATTEMPTS_MAX:
            await self._park(conversation, task.rows, f"it has failed {attempts} times with {type(error).__name__}")
            return
        await asyncio.sleep(PAUSE_S * 2**attempts)
        self._again(conversation, task)

    async def _park(self, conversation: UUID, rows: Sequence[UUID], reason: str) -> None:
        await self._store.inbox.end(rows, "parked")
        self._let_go(rows)
        TURNS.labels("parked").inc()
        alert("message_parked", reason, conversation=str(conversation))

    async def _end(self, task: _Task) -> None:
        await self._store.inbox.end(task.rows, "done")
        self._let_go(task.rows)

    def _let_go(self, rows: Sequence[UUID]) -> None:
        for inbox in rows:
            self._held.pop(inbox, None)
            self._ended(inbox)

    def _again(self, conversation: UUID, task: _Task) -> None:
        """To the lane's end. From here on the lane is out of order, so the inbox is asked whose turn it is."""
        self._mixed.add(conversation)
        self._forget(conversation, task)
        self._lanes.put(conversation, task)

    def _forget(self, conversation: UUID, task: _Task) -> None:
        task.accepted, task.next = None, False
        self._warm.pop(conversation, None)

    def _idle(self, conversation: UUID) -> None:
        self._warm.pop(conversation, None)
        self._mixed.discard(conversation)

    def _locale(self, claimed: str | None) -> str:
        language = (claimed or "").replace("_", "-").partition("-")[0].lower()
        return next((locale for locale in self._locales if locale.partition("-")[0] == language), self._locales[0])


def _needs_no_turn(event: Event) -> bool:
    """Nobody expects an answer, or it was given already: with the webhook, to somebody we may not yet write to."""
    if not isinstance(event, InboundEvent):
        return False
    return event.type in WITHOUT_TURN or (arriving.only_opened(event) and not arriving.by(event))
