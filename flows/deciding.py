"""Reads what the NLU found: one intent, a doubt between a few, or nothing. The thresholds stand here, with reasons."""

from dataclasses import dataclass, replace

from flows.commands import flow_by_intent
from flows.facts import Fact, Need
from flows.rendering import startable
from flows.speaking import system
from flows.turn import Turn

INTENT_MIN = 0.50  # below it a sentence is not understood; confidences are calibrated on held-out sentences
CLARIFY_MIN = 0.25  # an intent this likely is worth a question
CLARIFY_MARGIN = 0.12  # two intents nearer than this are a doubt, however likely
FREE_TEXT_MIN = 0.85  # leaving a question for free text needs more than leaving one for a number
CLARIFY_MOST = 3
OUT_OF_SCOPE = frozenset({"out_of_scope", "nlu_fallback"})


@dataclass(frozen=True, slots=True)
class Decision:
    """``intent`` when one stands out; otherwise ``near`` holds those worth asking about.

    ``language`` is the message's, where it is clear.
    """

    intent: str | None = None
    confidence: float = 0.0
    near: tuple[str, ...] = ()
    language: str = ""


NOTHING = Decision()


def understand(turn: Turn, text: str) -> Decision:
    """What a sentence means. When understanding is down the customer is told once, and nothing is guessed.

    In doubt, a flow that is not to be had is no candidate: nobody is asked whether they mean it.

    Raises:
        Missing.
    """
    fact = turn.fact(Need("nlu", text))
    if not fact.get("degraded", False):
        turn.session.degraded_told = False
        decision = decide(fact)
        found = decision if decision.intent is not None else decide(_to_be_had(turn, fact))
        return replace(found, language=str(fact.get("language", "")))
    if not turn.session.degraded_told:
        turn.session.degraded_told = True
        system(turn, "nlu_degraded", optional=True)
    return NOTHING


def _to_be_had(turn: Turn, fact: Fact) -> Fact:
    flows = {one["intent"]: flow_by_intent(turn.library, one["intent"]) for one in fact.get("ranking", ())}
    off = {intent for intent, flow in flows.items() if flow is not None and not startable(turn, flow.id)}
    return {**fact, "ranking": [one for one in fact.get("ranking", ()) if one["intent"] not in off]}


def decide(fact: Fact) -> Decision:
    """The decision over a ranking. An engine may want more certainty than we do (``threshold``), never less."""
    ranking = [(str(one["intent"]), float(one["confidence"])) for one in fact.get("ranking", ())]
    ranking.sort(key=lambda one: -one[1])
    if not ranking or ranking[0][0] in OUT_OF_SCOPE:
        return NOTHING
    (first, best), second = ranking[0], ranking[1][1] if len(ranking) > 1 else 0.0
    if best >= max(INTENT_MIN, float(fact.get("threshold", 0.0))) and best - second >= CLARIFY_MARGIN:
        return Decision(first, best)
    near = tuple(name for name, sure in ranking if sure >= CLARIFY_MIN and name not in OUT_OF_SCOPE)
    return Decision(near=near[:CLARIFY_MOST])
