"""The client that WhatsApp and Messenger share: what it sends, and what the ends of a call mean."""

import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator

import pytest
from graph_recorder import GraphRecorder, hanging_up
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import ChannelError, PermanentContent, SendFailure, Transient, Unauthentic, Unclear
from channels.graph import webhook
from channels.graph.client import VERSION, Graph
from channels.graph.errors import GraphError, of_object, read_error
from flows.ports import DrawnPicture

TOKEN = "EAAtoken"
BODY = b'{"object": "page", "entry": [], "text": "\xd1\x97"}'


class Refused(SendFailure):
    """What the test's own table gives, with the error it was given."""

    def __init__(self, error: GraphError) -> None:
        super().__init__("refused", error.name)
        self.error = error


@pytest.fixture
async def client(graph: GraphRecorder) -> AsyncIterator[Graph]:
    client = Graph(TOKEN, graph.url, Refused)
    yield client
    await client.close()


def signed(body: bytes, secret: str = "current") -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def test_the_token_travels_in_the_header_and_never_in_the_address(graph: GraphRecorder, client: Graph) -> None:
    await client.post("100", "messages", json={"a": "ї"})
    await client.get("700", query={"fields": "url"})

    first, second = graph.calls
    assert (first.path, first.version, first.token, first.said) == (
        "/100/messages", f"v{VERSION}.0", TOKEN, {"a": "ї"},
    )  # fmt: skip
    assert (second.path, second.query, second.token) == ("/700", {"fields": "url"}, TOKEN)


async def test_a_file_goes_up_as_a_form(graph: GraphRecorder, client: Graph) -> None:
    drawn = DrawnPicture(b"%PDF", "application/pdf", "квитанція.pdf")
    await client.upload("100", "media", fields={"type": "application/pdf"}, file=drawn)

    (call,) = graph.calls
    assert call.said == {"type": "application/pdf"}
    assert call.files == {"file": ("квитанція.pdf", "application/pdf", b"%PDF")}


async def test_an_id_cannot_climb_out_of_its_place(graph: GraphRecorder, client: Graph) -> None:
    for wrong in ("..", ".", ""):
        with pytest.raises(PermanentContent):
            await client.get(wrong)
    await client.get("a/b?c=d")

    (call,) = graph.calls
    assert (call.path, call.query) == ("/a/b?c=d", {})


async def test_a_refusal_reaches_the_table_with_all_it_says(graph: GraphRecorder, client: Graph) -> None:
    graph.will_answer(
        400,
        {"error": {"message": "(#10) late", "code": 10, "error_subcode": 2018278, "error_data": {"details": "24 h"}}},
        retry_after="7",
    )
    with pytest.raises(Refused) as refused:
        await client.post("100", "messages", json={})

    assert refused.value.error == GraphError(10, 2018278, 400, "(#10) late", "24 h", 7.0)
    assert refused.value.code == "10/2018278"


async def test_meta_may_say_in_its_usage_how_long_to_wait(graph: GraphRecorder, client: Graph) -> None:
    usage = json.dumps({"100": [{"type": "messenger", "estimated_time_to_regain_access": 3}]})
    graph.will_answer(400, {"error": {"code": 613}}, x_business_use_case_usage=usage)
    with pytest.raises(Refused) as refused:
        await client.post("100", "messages", json={})

    assert refused.value.error.retry_after == 180


@pytest.mark.parametrize("status", [200, 400])
async def test_an_error_without_a_message_is_read_all_the_same(
    graph: GraphRecorder, client: Graph, status: int
) -> None:
    graph.will_answer(status, {"error": {"code": 131026, "title": "Message undeliverable"}})
    with pytest.raises(Refused) as refused:
        await client.post("100", "messages", json={})

    assert (refused.value.error.code, refused.value.error.title) == (131026, "Message undeliverable")


async def test_a_gateways_page_is_the_platforms_trouble(graph: GraphRecorder, client: Graph) -> None:
    graph.will_answer(502, b"<html>Bad gateway</html>")
    with pytest.raises(Transient):
        await client.post("100", "messages", json={})

    graph.will_answer(429, b"<html>Slow down</html>")
    with pytest.raises(Refused) as refused:
        await client.post("100", "messages", json={})
    assert (refused.value.error.status, refused.value.error.code) == (429, 0)


async def test_an_answer_that_cannot_be_read_leaves_the_message_unclear(graph: GraphRecorder, client: Graph) -> None:
    for answer in (b"OK", [1]):
        graph.will_answer(200, answer)
        with pytest.raises(Unclear):
            await client.post("100", "messages", json={})


async def test_a_refused_connection_took_nothing_and_a_broken_one_may_have() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        client = Graph(TOKEN, f"http://127.0.0.1:{nobody.getsockname()[1]}", Refused)
        with pytest.raises(Transient) as refused:
            await client.post("100", "messages", json={})
        await client.close()
    async with hanging_up() as url:
        client = Graph(TOKEN, url, Refused)
        with pytest.raises(Unclear) as broken:
            await client.post("100", "messages", json={})
        with pytest.raises(Transient):
            await client.get("100")
        await client.close()

    assert all(TOKEN not in f"{failure.value!r}" for failure in (refused, broken))


async def test_a_file_comes_down_only_from_the_platforms_own_places(graph: GraphRecorder, client: Graph) -> None:
    graph.media["700"] = ("image/jpeg", b"12345678")
    assert await client.download(f"{graph.url}/lent/700", 8, ["fbsbx.com"]) == b"12345678"
    assert graph.calls[-1].token == TOKEN

    for wrong in (
        "https://evil.example/x", "http://lookaside.fbsbx.com/x", "https://fbsbx.com.evil.example/",
        "https://lookaside.fbsbx.com:8443/x", "file:///etc/passwd", "not an address", "http://[", "",
    ):  # fmt: skip
        with pytest.raises(PermanentContent):
            await client.download(wrong, 8, ["fbsbx.com"])
    assert len(graph.calls) == 1


async def test_a_redirect_is_followed_only_to_the_platforms_own_places(graph: GraphRecorder, client: Graph) -> None:
    graph.media["700"] = ("image/jpeg", b"1")
    graph.will_answer(302, b"", location="/lent/700")
    assert await client.download(f"{graph.url}/lent/x", 8, []) == b"1"

    graph.will_answer(302, b"", location="https://evil.example/")
    with pytest.raises(PermanentContent):
        await client.download(f"{graph.url}/lent/x", 8, [])
    for _ in range(5):
        graph.will_answer(302, b"", location="/lent/x")
    with pytest.raises(PermanentContent):
        await client.download(f"{graph.url}/lent/x", 8, [])


@pytest.mark.parametrize(
    ("status", "failure"), [(404, PermanentContent), (401, PermanentContent), (500, Transient), (429, Transient)]
)
async def test_a_file_that_does_not_come_is_gone_or_comes_later(
    graph: GraphRecorder, client: Graph, status: int, failure: type[SendFailure]
) -> None:
    graph.will_answer(status, b"")
    with pytest.raises(failure):
        await client.download(f"{graph.url}/lent/700", 8, [])


async def test_a_file_that_is_too_large_is_left_on_the_way(graph: GraphRecorder, client: Graph) -> None:
    graph.media["700"] = ("image/jpeg", b"123456789")
    with pytest.raises(PermanentContent):
        await client.download(f"{graph.url}/lent/700", 8, [])


async def test_a_webhook_is_registered_with_the_apps_own_token(graph: GraphRecorder, client: Graph) -> None:
    await webhook.subscribe(client, "55", "secret", "page", "https://bank.example/w", "vt", ["messages", "reads"])

    (call,) = graph.calls
    assert (call.path, call.token) == ("/55/subscriptions", "55|secret")
    assert call.said == {
        "object": "page", "callback_url": "https://bank.example/w", "verify_token": "vt",
        "fields": "messages,reads",
    }  # fmt: skip


def test_a_right_signature_of_any_of_our_secrets_is_taken() -> None:
    for secret in ("current", "next"):
        webhook.verify({"x-hub-signature-256": signed(BODY, secret)}, BODY, ["current", "next"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature": "sha1=" + hmac.new(b"current", BODY, hashlib.sha1).hexdigest()},
        {"x-hub-signature-256": signed(BODY).upper()},
        {"x-hub-signature-256": "sha256=" + signed(BODY)[7:].upper()},
        {"x-hub-signature-256": signed(BODY)[7:]},
        {"x-hub-signature-256": signed(json.dumps(json.loads(BODY)).encode())},
        {"x-hub-signature-256": "sha256=їжак\udcff"},
        {"x-hub-signature-256": signed(BODY, "")},
    ],
    ids=[
        "missing", "empty", "zeros", "sha1", "upper case", "upper-case hex", "no prefix", "written anew", "foreign",
        "no secret",
    ],
)  # fmt: skip
def test_a_wrong_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthentic):
        webhook.verify(headers, BODY, ["current", ""])
    with pytest.raises(Unauthentic):
        webhook.verify(headers, BODY, [])


def test_the_handshake_gives_the_challenge_back_letter_by_letter() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "vt", "hub.challenge": "1158201444"}
    assert webhook.challenge(query, "vt") == "1158201444"

    for wrong in (
        query | {"hub.verify_token": "other"},
        query | {"hub.verify_token": "їжак"},
        query | {"hub.mode": "unsubscribe"},
        {key: value for key, value in query.items() if key != "hub.challenge"},
        {},
    ):
        with pytest.raises(Unauthentic):
            webhook.challenge(wrong, "vt")
    with pytest.raises(Unauthentic):
        webhook.challenge(query | {"hub.verify_token": ""}, "")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "code", "message", "title", "error_data", "details", "error_subcode", "is_transient"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(ANYTHING, st.binary(max_size=40))
def test_no_shape_of_an_error_trips_us(document: object, raw: bytes) -> None:
    for error in (of_object(document), read_error(400, {}, json.dumps(document).encode()), read_error(500, {}, raw)):
        assert isinstance(error.name, str)
        assert len(error.words()) <= 200


def test_the_words_of_an_error_hold_no_phone() -> None:
    error = of_object({"message": "Message to 380501112233 failed", "code": 131026})
    assert error.words() == "Message to … failed"
    assert issubclass(Refused, ChannelError)
