"""Nobody is left before a silent screen: a slow answer shows that it comes, one that cannot be shown says so."""

from dataclasses import replace

import pytest
from turn_rig import CAPABILITIES, Decided, Known, Recorder, rows, talk, working

from bot.keyring import Keyring
from flows.effects import Send
from flows.events import Event
from flows.facts import Fact, Facts, Need, Needs
from flows.messages import InboundEvent, OutboundMessage
from flows.session import Session


def answering(purpose: str):
    def advance(session: Session, event: Event, facts: Facts) -> Decided | Needs:
        answers = event.id if isinstance(event, InboundEvent) else None
        message = OutboundMessage("k", "a picture", purpose=purpose, answers=answers, locale="uk")  # type: ignore[arg-type]
        return Decided(session.copy(), (Send(message),))

    return advance


async def test_who_waits_for_an_answer_that_cannot_be_shown_hears_that_much(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(400, {})]
    async with working(database, keyring, recorder, advance=answering("response")) as worker:
        await worker.post_update(1, "show me")
        await worker.quiet()
    (said,) = recorder.texts()
    assert said.startswith("Відповідь не вдається показати")
    assert await rows(database, "select status from bot.outbox") == [("failed",)]


async def test_who_waits_for_nothing_is_not_written_to_about_it(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(400, {})]
    async with working(database, keyring, recorder, advance=answering("update")) as worker:
        await worker.post_update(1, "show me")
        await worker.quiet()
    assert recorder.texts() == []


@pytest.mark.parametrize("shows", [True, False])
async def test_a_slow_answer_shows_that_it_is_coming_where_a_messenger_can(
    database: str, keyring: Keyring, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, *, shows: bool
) -> None:
    class Slow(Known):
        async def answer(self, need: Need, customer_id: str | None, level: str, locale: str) -> Fact:
            if shows:
                await recorder.until(1)  # the bank answers after the sign was seen
            return await super().answer(need, customer_id, level, locale)

    monkeypatch.setattr("turn_rig.Known", Slow)
    monkeypatch.setattr("bot.turn.TYPING_AFTER_S", 0.01)
    capabilities = replace(CAPABILITIES, typing=shows)
    async with working(database, keyring, recorder, advance=talk, capabilities=capabilities) as worker:
        await worker.post_update(1, "ask cards")
        await worker.quiet()
    assert recorder.texts() == ["{'options': ['cards']}"]
    assert [sorted(call) for call in recorder.calls[:-1]] == ([["chat"]] if shows else [])
