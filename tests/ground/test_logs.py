"""Logs: known keys only, nothing secret, the ids of request and turn in every line."""

import ast
import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.logs import DROPPED, KEYS, RequestIds, configure_logs, current_request_id, in_turn
from bot.redaction import redacted
from bot.settings import PROJECT
from bot.settings.shape import Log


class Lines(io.StringIO):
    """What was written, as the objects it holds."""

    def read_all(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = Lines()
    configure_logs(Log(format="json", level="info"), stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_json_with_known_keys_and_the_others_are_told_and_counted(lines: Lines) -> None:
    before = DROPPED.collect()[0].samples[0].value
    structlog.get_logger("t").info("message sent", channel="viber", attempt=2, greeting="Привіт", **{"Not A Key!": 1})
    (line,) = lines.read_all()
    assert line["event"] == "message sent"
    assert (line["channel"], line["attempt"], line["level"]) == ("viber", 2, "info")
    assert line["dropped"] == ["?", "greeting"]
    assert "Привіт" not in lines.getvalue()
    assert DROPPED.collect()[0].samples[0].value == before + 2


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("card 4111111111111111 refused", "card [card] refused"),
        ("4111 1111 1111 1111", "[card]"),
        ("4111-1111-1111-1112, mistyped", "[card], mistyped"),
        ("3782 822463 10005", "[card]"),
        ("4111\u200b1111\u200b1111\u200b1111 and 4111\u20131111\u20131111\u20131111", "[card] and [card]"),
        ("POST https://api.telegram.org/bot7123456789:AAabcdefghijklmnopqrstuvwxyz0123456/sendMessage", "[token]"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [secret]"),
        ("GET /v21.0/me?access_token=EAAB12&fields=id", "access_token=[secret]&fields=id"),
        ('GET /secure/Zk3_x-9 HTTP/1.1" 200', '/secure/[secret] HTTP/1.1" 200'),
        ("postgresql://teller:hunter2@db/teller", "postgresql://teller:[secret]@db/teller"),
        ("call +380 50 111 22 33 now", "call [phone] now"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", "[token]"),
    ],
)
def test_what_looks_secret_is_masked(text: str, left: str) -> None:
    assert left in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "turn 0b2f8c1e-1234-4567-8901-123456789012 done",
        "2026-11-21T02:18:37.123456Z",
        "lag_s=0.123456789012345",
        "sent 3 messages to 127.0.0.1:8080 in 12.5 ms",
    ],
)
def test_what_is_not_secret_stays(text: str) -> None:
    assert redacted(text) == text


def test_libraries_and_exceptions_go_through_the_same_mask(lines: Lines) -> None:
    logging.getLogger("uvicorn.access").info('%s - "%s"', "127.0.0.1", "GET /secure/abcDEF123 HTTP/1.1")
    try:
        raise ValueError("no such card: 4111111111111111")
    except ValueError:
        structlog.get_logger("t").exception("it broke", code=4111111111111111)
    text = lines.getvalue()
    assert "abcDEF123" not in text
    assert "4111111111111111" not in text
    assert "no such card: [card]" in text


def test_a_turn_is_named_in_every_line_inside_it(lines: Lines) -> None:
    with in_turn("t-1", channel="viber"):
        logging.getLogger("a.library").warning("slow")
    structlog.get_logger("t").info("after")
    inside, after = lines.read_all()
    assert (inside["turn_id"], inside["channel"]) == ("t-1", "viber")
    assert "turn_id" not in after


@pytest.mark.parametrize(
    ("given", "kept"), [("abcdef-123456", True), ("x", False), ("a b\x01c d e f", False), ("4111111111111111", False)]
)
async def test_a_request_has_an_id_that_is_told_back(lines: Lines, given: str, kept: bool) -> None:
    async def hello(_request: Request) -> PlainTextResponse:
        structlog.get_logger("t").info("hello")
        return PlainTextResponse(current_request_id())

    app = RequestIds(Starlette(routes=[Route("/", hello)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        answer = await client.get("/", headers={"X-Request-ID": given})
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.text == answer.headers["x-request-id"] == lines.read_all()[0]["request_id"]


def test_in_a_terminal_a_line_is_short() -> None:
    stream = io.StringIO()
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    configure_logs(Log(format="text"), stream)
    structlog.get_logger("t").info("sandbox ready", port=8080)
    root.handlers[:] = before
    structlog.reset_defaults()
    assert stream.getvalue()[8:] == " info    sandbox ready  port=8080\n"


def test_every_key_that_our_source_logs_is_on_the_list() -> None:
    unknown = [
        f"{path.relative_to(PROJECT)}:{call.lineno}: {keyword.arg}"
        for room in ("bot", "channels", "core_adapters", "customer_api", "image_api", "nlu", "flows")
        for path in (PROJECT / room).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and _is_log_call(call.func)
        for keyword in call.keywords
        if keyword.arg and keyword.arg not in KEYS | {"exc_info", "stack_info", "extra"}
    ]
    assert not unknown, "add the key to KEYS in bot/logs.py, if it may be logged, or take another"


def _is_log_call(func: ast.expr) -> bool:
    return (
        isinstance(func, ast.Attribute)
        and func.attr in ("debug", "info", "warning", "error", "exception", "critical")
        and isinstance(func.value, ast.Name)
        and func.value.id in ("log", "logger")
    )
