"""What the engine needs to know, from the services that know it. A service that is down is a fact, too."""

import json
from collections.abc import Awaitable, Callable, Mapping

import httpx
import structlog

from bot.metrics import FACTS, NLU_CONFIDENCE, counted
from bot.questions import asked
from bot.store import StoreDown
from flows.facts import Fact, Need
from flows.ports import Understanding

# Nobody is known yet: what the context objects say to a guest.
GUEST: Fact = {"name": "", "identified": False, "has_active_card": False}
UNAVAILABLE: Fact = {"error": "unavailable"}

log = structlog.get_logger("bot.facts")


class Unanswered(Exception):
    """A service did not answer a question, or not in its shape."""


class Facts:
    """Satisfies ``flows.ports.FactSource``. ``features`` are the brand's. The clients carry their tokens.

    ``content`` fetches the version that an open conversation runs under.
    """

    def __init__(
        self,
        core: httpx.AsyncClient,
        customers: httpx.AsyncClient,
        understanding: Understanding,
        features: Mapping[str, bool],
        content: Callable[[str], Awaitable[Fact]],
    ) -> None:
        self._core = core
        self._customers = customers
        self._understanding = understanding
        self._features = dict(features)
        self._content = content

    async def answer(self, need: Need, customer_id: str | None, level: str, locale: str) -> Fact:
        """The fact in the shape that ``flows.facts`` gives; never raises, but StoreDown for ``content``."""
        try:
            fact = await self._answer(need, customer_id, level, locale)
        except StoreDown:
            raise  # the turn waits for the database, and is worked out again
        except (Unanswered, httpx.HTTPError, ValueError) as error:
            log.warning("fact_unavailable", kind=need.kind, error=type(error).__name__)
            fact = UNAVAILABLE
        except Exception as error:  # a turn must not fail for a question: the flow has a way for "unavailable"
            log.error("fact_failed", kind=need.kind, error=type(error).__name__, exc_info=error)
            fact = UNAVAILABLE
        counted(FACTS, need.kind, str(fact.get("error") or "ok")).inc()
        return fact

    async def _answer(self, need: Need, customer_id: str | None, level: str, locale: str) -> Fact:
        match need.kind:
            case "nlu":
                return await self._understood(need.name, locale)
            case "context":
                return await self._context(need.name, customer_id, level, locale)
            case "choices":
                return await self._ask(need.name, need, customer_id, locale)
            case "read":
                return await self._core_answer(need.name, need, customer_id, locale)
            case "content":
                return await self._content(need.name)

    async def _understood(self, text: str, locale: str) -> Fact:
        try:
            fact = await self._understanding.parse(text, locale)
        except Exception as error:  # buttons, numbers and commands work without; the customer is told
            log.warning("nlu_unavailable", error=type(error).__name__)
            return {"ranking": [], "degraded": True}
        if ranking := fact.get("ranking"):
            NLU_CONFIDENCE.observe(ranking[0]["confidence"])
        return fact

    async def _context(self, name: str, customer_id: str | None, level: str, locale: str) -> Fact:
        if name == "feature":
            return self._features
        if name != "customer":
            return await self._ask(name, Need("context", name), customer_id, locale)
        if customer_id is None or level == "guest":
            return GUEST
        response = await self._customers.get(f"/api/v1/customers/{customer_id}/context")
        if response.status_code != 200:
            raise Unanswered(f"HTTP {response.status_code}")
        person = response.json()
        known = await self._ask("customer", Need("context", "customer"), customer_id)
        return known if "error" in known else GUEST | person | known

    async def _ask(self, verb: str, need: Need, customer_id: str | None, locale: str = "en") -> Fact:
        """The outputs alone, or the error."""
        answer = await self._core_answer(verb, need, customer_id, locale)
        if "error" in answer:
            return answer
        outputs: Fact = answer["outputs"]
        return outputs

    async def _core_answer(self, verb: str, need: Need, customer_id: str | None, locale: str) -> Fact:
        """``{"outputs": {...}}`` or ``{"error": code}``, as core_adapters and CustomerAPI answer. Raises Unanswered."""
        inputs, cards = _inputs(need)
        body = {"inputs": inputs, "cards": cards, "customer_id": customer_id, "locale": locale}
        response = await asked(self._core, self._customers, verb, body)
        if response.status_code != 200:
            raise Unanswered(f"HTTP {response.status_code}")
        answer = response.json()
        if not isinstance(answer, dict):
            raise Unanswered("the answer is no object")
        if answer.get("error"):
            return {"error": str(answer["error"])}
        if not isinstance(answer.get("outputs"), dict):
            raise Unanswered("the answer has no outputs")
        return {"outputs": answer["outputs"]}


def _inputs(need: Need) -> tuple[dict[str, object], dict[str, object]]:
    """A need's inputs as core_adapters takes them: plain values, and card numbers apart."""
    inputs: dict[str, object] = json.loads(need.inputs)
    cards: dict[str, object] = {
        name: value for name, value in inputs.items() if isinstance(value, dict) and "token" in value
    }
    return {name: value for name, value in inputs.items() if name not in cards}, cards
