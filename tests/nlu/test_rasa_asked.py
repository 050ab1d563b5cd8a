"""Asking Rasa over a socket: how it is asked, what is made of its answers, and what is not believed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from rasa_imitated import SECRET, Imitation, no_model, parsing_error, serving
from starlette.responses import RedirectResponse, Response

import core_adapters.http
from nlu.rasa import Rasa, RasaFailed, RasaLogin, honest
from nlu.trained import Calibration

PLAIN = Calibration(temperature=1.0, threshold=0.4, rejected=0.05, accuracy=0.9)
INTENTS = frozenset({"show_balance", "transfer_money"})


@asynccontextmanager
async def asking(imitation: Imitation, secret: str = SECRET) -> AsyncIterator[Rasa]:
    async with serving(imitation) as url, core_adapters.http.client() as client:
        yield Rasa(client, url, RasaLogin(secret), 5.0, PLAIN, INTENTS)


async def why(imitation: Imitation, **change: object) -> str:
    """The reason for which its answer is not taken."""
    async with asking(imitation) as rasa:
        with pytest.raises(RasaFailed) as failed:
            await replace(rasa, **change).parse("what is my balance", "en")
    return failed.value.reason


async def test_an_answer_is_the_fact_that_flows_know() -> None:
    async with asking(Imitation()) as rasa:
        fact = await rasa.parse("what is my balance", "en")
    assert fact == {
        "ranking": [
            {"intent": "show_balance", "confidence": 0.9},
            {"intent": "transfer_money", "confidence": 0.1},
        ],
        "degraded": False,
        "threshold": 0.4,
    }


async def test_calls_are_signed_in_the_header_and_the_address_holds_no_token() -> None:
    imitation = Imitation()
    async with asking(imitation) as rasa:
        await rasa.parse("hi", "en")
        await rasa.parse("hi", "en")
    assert [address.partition("/model")[2] for address in imitation.addresses] == ["/parse", "/parse"]
    assert SECRET not in repr(rasa)


async def test_another_secret_is_refused() -> None:
    async with asking(Imitation(), "another secret, as long as the first one") as rasa:
        with pytest.raises(RasaFailed, match="refused"):
            await rasa.parse("hi", "en")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("send 50 to [card •1111]", "send zsumz to zcardz"),
        ("send 50 to 4111 1111 1111 1111", "send zsumz to zcardz"),
        ("надішли 50 грн на 067 111 22 33", "надішли zsumz на zphonez"),
        ("CVV •••", "cvv •••"),
        ("IBAN UA21 3223 1300 0002 6007 2335 6600 1", None),
        ("my code is 123456 and the card ends with 4417", None),
        ("4111-1111-1111-1112 is mistyped", None),
    ],
)
async def test_no_number_of_a_customer_reaches_rasa(text: str, sent: str | None) -> None:
    imitation = Imitation()
    async with asking(imitation) as rasa:
        await rasa.parse(text, "en")
    (body,) = imitation.asked
    assert body.keys() == {"text"}
    assert not set("123456789") & set(str(body["text"]))
    assert sent in (None, body["text"])


@pytest.mark.parametrize("text", ["", " ", "\n\n", "🙂", "?!", "•••"])
async def test_nothing_to_ask_about_is_not_asked(text: str) -> None:
    imitation = Imitation()
    async with asking(imitation) as rasa:
        assert (await rasa.parse(text, "en"))["ranking"] == []
    assert imitation.asked == []


async def test_ten_thousand_characters_are_not_sent() -> None:
    imitation = Imitation()
    async with asking(imitation) as rasa:
        await rasa.parse("переказ " * 1_250, "uk")
    assert len(str(imitation.asked[0]["text"])) <= 400


async def test_who_is_slow_is_not_waited_for() -> None:
    assert await why(Imitation(slow_s=0.5), timeout_s=0.05) == "silent"


async def test_nobody_there_is_silence() -> None:
    assert await why(Imitation(), url="http://127.0.0.1:1") == "silent"


async def test_a_drip_that_never_ends_is_silence() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n")
            for _ in range(100):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server, core_adapters.http.client() as client:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(RasaFailed, match="silent"):
            await Rasa(client, url, RasaLogin(""), 0.1, PLAIN, INTENTS).parse("hi", "en")


@pytest.mark.parametrize("instead", [no_model, parsing_error, lambda: RedirectResponse("http://127.0.0.1:1/"),
                                     lambda: Response(status_code=204), lambda: Response(status_code=429)])  # fmt: skip
async def test_another_status_than_200_is_no_answer(instead: object) -> None:
    assert await why(Imitation(instead=instead)) == "ill"


def _ranked(*entries: object) -> bytes:
    return json.dumps({"intent_ranking": entries}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[1]",
        b"{}",
        b'{"intent": {"name": "show_balance", "confidence": 1.0}}',
        b'{"intent_ranking": null}',
        b"[" * 100_000,
        _ranked(1),
        _ranked({"name": "show_balance"}),
        _ranked({"name": 7, "confidence": 0.5}),
        _ranked({"name": "show_balance", "confidence": "0.5"}),
        _ranked({"name": "show_balance", "confidence": True}),
        _ranked({"name": "show_balance", "confidence": float("nan")}),
        _ranked({"name": "show_balance", "confidence": float("inf")}),
        _ranked({"name": "show_balance", "confidence": -0.1}),
        _ranked({"name": "show_balance", "confidence": 1.5}),
        _ranked({"name": "show_balance", "confidence": 10**400}),
        _ranked({"name": "show_balance", "confidence": 0.5}, {"name": "show_balance", "confidence": 0.5}),
        _ranked(*({"name": f"intent{number}", "confidence": 0} for number in range(3_000))),
        "\ud800".encode("utf-16-le", "surrogatepass"),
    ],
    ids=range(20),
)
async def test_an_answer_of_another_shape_is_not_believed(body: bytes) -> None:
    assert await why(Imitation(instead=lambda: Response(body, media_type="application/json"))) == "unusable"


async def test_a_body_without_end_is_not_read() -> None:
    assert await why(Imitation(instead=lambda: Response(b" " * 2_000_000))) == "silent"


@pytest.mark.parametrize(
    "ranking",
    [
        [("show_balance", 1.0)],
        [("show_balance", 0.5), ("transfer_money", 0.3), ("buy_gold", 0.2)],
        [("buy_gold", 0.9), ("sell_gold", 0.1)],
    ],
)
async def test_a_model_of_other_intents_is_not_asked(ranking: list[tuple[str, float]]) -> None:
    assert await why(Imitation(ranking=ranking)) == "other_intents"


def test_a_failure_repeats_nothing_that_was_asked_or_answered() -> None:
    assert str(RasaFailed("unusable")) == "unusable"


def test_a_temperature_above_one_makes_confidences_smaller_and_keeps_their_order() -> None:
    warm = honest([("a", 0.9), ("b", 0.1), ("c", 0.0)], 2.0)
    assert [intent for intent, _ in warm] == ["a", "b", "c"]
    assert warm[0][1] == pytest.approx(0.75, abs=1e-4)
    assert sum(sure for _, sure in warm) == pytest.approx(1.0, abs=1e-4)
    assert honest([("a", 0.9), ("b", 0.1)], 1.0) == [("a", 0.9), ("b", 0.1)]
