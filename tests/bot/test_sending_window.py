"""Free words leave only for so long after the customer's last own act; after that an approved template, or nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from turn_rig import CAPABILITIES, Recorder, rows, working

from bot.keyring import Keyring
from bot.store import OutboxRow, To, uuid7
from channels.ids import conversation_id
from flows.effects import Send
from flows.messages import OutboundMessage, Template

WINDOW = replace(CAPABILITIES, window_h=24)
WITH_TEMPLATES = replace(WINDOW, templates=True)
JUST_IN_TIME_S = 24 * 3600 - 60
JUST_TOO_LATE_S = 24 * 3600 + 1
ENDS = "select status, degradations from bot.outbox order by conversation, seq"
HEARD = "select extract(epoch from now() - heard_at)::int / 3600 from bot.conversation"


def alerts(code: str) -> float:
    """How often staff were told so."""
    return REGISTRY.get_sample_value("teller_alerts_total", {"code": code}) or 0.0


def proactive(chat: str, **more: object) -> OutboxRow:
    """A message that no turn of the chat has written."""
    message = OutboundMessage(key=str(uuid7()), text="news", purpose="update", **more)  # type: ignore[arg-type]
    return OutboxRow(uuid7(), conversation_id("post", "1", chat), 1, To("post", "1", chat), Send(message))


@pytest.mark.parametrize("words", ["hi", "fallback hi"])
async def test_an_answer_within_the_window_goes_as_it_is(
    database: str, keyring: Keyring, recorder: Recorder, words: str
) -> None:
    async with working(database, keyring, recorder, capabilities=WITH_TEMPLATES) as worker:
        await worker.post_update(1, words, ago_s=JUST_IN_TIME_S)
        await worker.quiet()
    assert [call.get("template") for call in recorder.calls] == [None]
    assert await rows(database, ENDS) == [("done", [])]


async def test_after_the_window_nothing_leaves_without_a_template_and_staff_are_told(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    told = alerts("window_closed")
    async with working(database, keyring, recorder, capabilities=WINDOW) as worker:
        await worker.post_update(1, "hi", ago_s=JUST_TOO_LATE_S)
        await worker.post_update(2, "fallback the channel has no templates", "olha", ago_s=JUST_TOO_LATE_S)
        await worker.quiet()
    assert recorder.calls == []
    assert await rows(database, ENDS) == [("window_closed", [])] * 2
    assert alerts("window_closed") == told + 2


async def test_after_the_window_the_template_goes_instead(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder, capabilities=WITH_TEMPLATES) as worker:
        await worker.post_update(1, "fallback words", ago_s=JUST_TOO_LATE_S)
        await worker.quiet()
    assert [(call["text"], call["template"]) for call in recorder.calls] == [("", "approved")]
    assert await rows(database, ENDS) == [("done", ["template"])]


@pytest.mark.parametrize(("ahead", "texts"), [(timedelta(hours=23, minutes=59), ["news"]), (timedelta(hours=25), [])])
async def test_news_goes_as_long_as_the_chats_window_is_open(
    database: str, keyring: Keyring, recorder: Recorder, ahead: timedelta, texts: list[str]
) -> None:
    async with working(database, keyring, recorder, capabilities=WINDOW) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
    recorder.calls.clear()
    async with working(database, keyring, recorder, capabilities=WINDOW, ahead=ahead) as later:
        await later.store.outbox.enqueue([proactive("anna")])
        await later.recovery.once()
        await later.quiet()
    assert recorder.texts() == texts


async def test_a_chat_that_was_never_heard_has_no_window_but_may_get_a_template(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder, capabilities=WITH_TEMPLATES) as worker:
        plain, templated = proactive("ivan"), proactive("petro", template=Template("approved", "uk"))
        await worker.store.outbox.enqueue([plain, templated])
        await worker.recovery.once()
        await worker.quiet()
        assert [call["chat"] for call in recorder.calls] == ["petro"]
        assert await rows(database, f"select status from bot.outbox where id = '{plain.id}'") == [("window_closed",)]


async def test_a_platform_that_says_the_window_is_closed_gets_the_template_instead(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(410, {}), (200, {}), (410, {})]
    async with working(database, keyring, recorder, capabilities=WITH_TEMPLATES) as worker:
        await worker.post_update(1, "fallback words")
        await worker.quiet()
        await worker.post_update(2, "words alone")
        await worker.quiet()
    assert [call["template"] for call in recorder.calls] == ["approved"]
    assert await rows(database, ENDS) == [("done", ["template"]), ("window_closed", [])]


@pytest.mark.parametrize(
    ("type_", "opens"),
    [("message", True), ("start", True), ("reaction", True), ("message_edited", False), ("echo", False),
     ("subscription", False), ("delivery_status", False)],
)  # fmt: skip
async def test_only_what_customers_do_themselves_opens_the_window(
    database: str, keyring: Keyring, recorder: Recorder, type_: str, opens: bool
) -> None:
    async with working(database, keyring, recorder, capabilities=WINDOW) as worker:
        await worker.post_update(1, "hi", ago_s=3 * 3600)
        await worker.post_update(2, "", type=type_, state="read", about="none")
        await worker.quiet()
    assert await rows(database, HEARD) == [(0 if opens else 3,)]


async def test_a_timer_opens_no_window_and_an_old_message_does_not_close_it(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "timer 0.05", ago_s=3 * 3600)
        await recorder.until(2)
        await worker.post_update(2, "delivered late", ago_s=5 * 3600)
        await worker.quiet()
    assert await rows(database, HEARD) == [(3,)]
