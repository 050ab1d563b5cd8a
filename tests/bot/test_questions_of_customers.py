"""Questions that CustomerAPI answers: what it says reaches the flow, and an empty error in it is no error."""

import httpx
import pytest

from bot.facts import Facts
from flows.facts import Need

PROGRAMME = Need.of("read", "referrals.overview", {"programme": "welcome"})
CONSENTS = Need.of("choices", "consents.given", {})


async def nothing(_: str) -> dict[str, object]:
    raise AssertionError("nobody asks for content here")


def facts(answer: dict[str, object] | None) -> Facts:
    """Facts over a CustomerAPI with one answer; None: it is away. The bank is never asked."""

    def of_customers(request: httpx.Request) -> httpx.Response:
        assert request.url.path.startswith("/api/v1/customers/questions/")
        return httpx.Response(503) if answer is None else httpx.Response(200, json=answer)

    def of_the_bank(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"the bank was asked {request.url.path}")

    clients = [
        httpx.AsyncClient(transport=httpx.MockTransport(answers), base_url="http://service")
        for answers in (of_the_bank, of_customers)
    ]
    return Facts(*clients, None, {}, nothing)  # type: ignore[arg-type] -- nothing is understood here


@pytest.mark.parametrize("need", [PROGRAMME, CONSENTS])
async def test_an_answer_with_an_empty_error_beside_it_is_an_answer(need: Need) -> None:
    fact = await facts({"outputs": {"joined": 3, "options": []}, "error": None}).answer(need, "1", "verified", "en")
    assert "error" not in fact
    assert (fact.get("outputs") or fact)["joined"] == 3


async def test_a_code_of_the_catalogue_reaches_the_flow() -> None:
    fact = await facts({"outputs": None, "error": "closed"}).answer(PROGRAMME, "1", "verified", "en")
    assert fact == {"error": "closed"}


@pytest.mark.parametrize("answer", [None, {}, {"outputs": [], "error": None}])
async def test_no_answer_is_unavailable(answer: dict[str, object] | None) -> None:
    assert await facts(answer).answer(PROGRAMME, "1", "verified", "en") == {"error": "unavailable"}
