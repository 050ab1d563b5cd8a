"""What the engine must be told before it can decide, and how it asks.

``advance`` is pure. Where a flow needs something only the world knows (the customer's cards, a quote, what a
sentence means), it returns ``Needs``; the edge finds the facts and calls ``advance`` again with the same session
and event and more facts. Nothing has happened in between, so doing it twice is harmless.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

# What a fact holds: JSON-shaped data, checked where it enters.
Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Need:
    """One question to the world.

    ==========  =================================  ==========================================================
    kind        name                               the fact's shape
    ==========  =================================  ==========================================================
    context     customer | limits | feature        the context object's fields, money as literals
    choices     source, e.g. cards.list_active     {"options": [{"id", ...fields of the source}]} | {"error": code}
    read        action with ``effect: none``       {"outputs": {...}} | {"error": code}
    nlu         the text                           {"ranking": [{"intent", "confidence"}, ...], "degraded": bool,
                                                   "threshold": float, "language": str}; the latter two may lack
    content     a version of the content           {"found": bool}; asked by the edge, never by the engine
    ==========  =================================  ==========================================================

    ``inputs`` is canonical JSON (sorted keys), so that a Need is hashable and equal for equal questions. For a
    ``read`` these are the operation's inputs as in ``StartOperation``; an input that is a card number is an object
    with the fields of ``CardNumber``, never digits.
    """

    kind: Literal["context", "choices", "read", "nlu", "content"]
    name: str
    inputs: str = "{}"

    @classmethod
    def of(cls, kind: Literal["context", "choices", "read", "nlu"], name: str, inputs: Mapping[str, object]) -> "Need":
        """A need with inputs from a mapping."""
        return cls(kind, name, json.dumps(inputs, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


@dataclass(frozen=True, slots=True)
class Needs:
    """The engine cannot go on before these are answered, for this customer at this level of access.

    Access is the engine's own at that point: a code that was right earlier in the turn has changed it already. So is
    ``locale``; where it is empty, it is the session's.
    """

    needs: tuple[Need, ...]
    customer_id: str | None = None
    level: str = "guest"
    locale: str = ""


Facts = Mapping[Need, Fact]
