"""What the bank tells anybody: rates, branches and cash machines, by a town's name or near a point on the map."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from core_adapters.failures import Refused
from core_adapters.internal import wording
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.ports import Question
from core_adapters.validation import Schema

DECIMAL: Schema = {"type": "decimal_amount"}
RATE: Schema = {"currency": schemas.CURRENCY, "buys": DECIMAL, "sells": DECIMAL}
RATES: Schema = {
    "since": {"type": "time"},
    "rates": {"type": "list", "minlength": 1, "maxlength": 100, "schema": {"type": "dict", "schema": RATE}},
}
DEGREES: Schema = {"type": "string", "regex": r"-?[0-9]{1,3}\.[0-9]{1,7}"}
TEXT: Schema = {"type": "string", "minlength": 1, "maxtext": 140}
PLACE: Schema = {
    "town": TEXT,
    "address": TEXT,
    "hours": {"type": "string", "regex": r"[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}"},
    "lat": DEGREES,
    "lon": DEGREES,
    "distance_m": {"type": "integer", "min": 0},
}
PLACES: Schema = {
    "places": {
        "type": "list", "minlength": 1, "maxlength": 20,
        "schema": {"type": "dict", "schema": PLACE},
    }
}  # fmt: skip
CODES: Mapping[str, str] = {"none_there": "none_there", "town_unknown": "town_unknown"}
POINT = re.compile(r"(-?[0-9]{1,2}\.[0-9]{1,7}),(-?[0-9]{1,3}\.[0-9]{1,7})", re.ASCII)
MAP = "https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/{lat}/{lon}"
NEAR: Mapping[str, str] = {"en": "near you", "uk": "поруч із вами"}
TOWN_MAX = 80


@dataclass(frozen=True, slots=True)
class PublicServices:
    """Satisfies core_adapters.ports.Answerer."""

    calls: Calls
    questions: ClassVar[frozenset[str]] = frozenset({"rates.today", "places.find"})

    async def ask(self, question: Question) -> Mapping[str, object]:
        return await (self._rates(question) if question.verb == "rates.today" else self._places(question))

    async def _rates(self, question: Question) -> Mapping[str, object]:
        kind = str(question.inputs.get("kind"))
        if kind not in ("card", "cash"):
            raise Refused("there are no rates of this kind")
        reply: Mapping[str, Any] = await self.calls.told("/rates", RATES, {}, kind=kind)
        lines = [wording.rate(row["currency"], row["buys"], row["sells"], question.locale) for row in reply["rates"]]
        return {
            "lines": "\n".join(lines),
            "at": wording.since(datetime.fromisoformat(reply["since"]), question.locale),
        }

    async def _places(self, question: Question) -> Mapping[str, object]:
        kind, where = str(question.inputs.get("kind")), str(question.inputs.get("town"))[:TOWN_MAX]
        if kind not in ("branch", "cash_machine"):
            raise Refused("there are no places of this kind")
        language, point = wording.language(question.locale), POINT.fullmatch(where)
        asked = {"lat": point[1], "lon": point[2]} if point else {"q": where}
        reply: Mapping[str, Any] = await self.calls.told("/places", PLACES, CODES, kind=kind, lang=language, **asked)
        found = reply["places"]
        lines = [
            wording.place(one["address"], one["hours"], language, one["distance_m"] if point else None) for one in found
        ]
        return {
            "lines": "\n".join(lines),
            "where": NEAR[language] if point else found[0]["town"],
            "map_link": MAP.format(lat=found[0]["lat"], lon=found[0]["lon"]),
        }
