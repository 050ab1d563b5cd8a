"""Branches and cash machines of the bank, and which of them are near: to the middle of a town, or to a point.

Towns lie where they lie; streets, houses and hours are made up. Distances are as the crow flies.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sandbox.failures import Refused

Kind = Literal["branch", "cash_machine"]
Language = Literal["en", "uk"]
NEAREST = 5
EARTH_M = 6_371_000
FAR_M = 300_000  # further than this nobody walks: there is nothing there
_WORDS = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Town:
    """A town by its names in both languages; ``also`` are other ways to write it, in lower case."""

    id: str
    en: str
    uk: str
    lat: float
    lon: float
    also: tuple[str, ...] = ()

    def name(self, language: Language) -> str:
        return self.uk if language == "uk" else self.en


@dataclass(frozen=True, slots=True)
class Spot:
    """One branch or machine; its place in degrees. ``cards``: plastic cards are handed out here."""

    id: str
    kind: Kind
    town: str
    en: str
    uk: str
    hours: str
    lat: float
    lon: float
    cards: bool = False

    def address(self, language: Language) -> str:
        return self.uk if language == "uk" else self.en


@dataclass(frozen=True, slots=True)
class Near:
    """A place with its distance in metres."""

    spot: Spot
    town: Town
    distance_m: int


TOWNS = (
    Town("kyiv", "Kyiv", "Київ", 50.4501, 30.5234, ("києві", "києва", "киев", "киеве", "kiev", "kyyiv")),
    Town("lviv", "Lviv", "Львів", 49.8397, 24.0297, ("львові", "львова", "львов", "lvov")),
    Town("odesa", "Odesa", "Одеса", 46.4825, 30.7233, ("одесі", "одеси", "одесса", "одессе", "odessa")),
    Town("kharkiv", "Kharkiv", "Харків", 49.9935, 36.2304, ("харкові", "харкова", "харьков", "kharkov")),
    Town("dnipro", "Dnipro", "Дніпро", 48.4647, 35.0462, ("дніпрі", "дніпра", "днепр", "dnepr")),
    Town("vinnytsia", "Vinnytsia", "Вінниця", 49.2328, 28.4810, ("вінниці", "вінницю", "винница", "vinnitsa")),
    Town("chernivtsi", "Chernivtsi", "Чернівці", 48.2921, 25.9358, ("чернівцях", "черновцы")),
    Town("uzhhorod", "Uzhhorod", "Ужгород", 48.6208, 22.2879, ("ужгороді", "uzhgorod")),
    Town("poltava", "Poltava", "Полтава", 49.5883, 34.5514, ("полтаві", "полтави", "полтаву")),
)
WEEK, LONG, ALWAYS = "09:00-18:00", "08:00-20:00", "00:00-24:00"

SPOTS = (
    Spot("kyiv-1", "branch", "kyiv", "12 Lypova St", "вул. Липова, 12", LONG, 50.4522, 30.5181, cards=True),
    Spot("kyiv-2", "branch", "kyiv", "40 Naberezhna St", "вул. Набережна, 40", WEEK, 50.4665, 30.5239, cards=True),
    Spot("kyiv-3", "branch", "kyiv", "7 Sadova Sq", "пл. Садова, 7", WEEK, 50.4381, 30.6205),
    Spot("kyiv-4", "cash_machine", "kyiv", "3 Vokzalna Sq", "пл. Вокзальна, 3", ALWAYS, 50.4407, 30.4905),
    Spot("kyiv-5", "cash_machine", "kyiv", "12 Lypova St", "вул. Липова, 12", ALWAYS, 50.4522, 30.5181),
    Spot("kyiv-6", "cash_machine", "kyiv", "25 Mostova St", "вул. Мостова, 25", LONG, 50.4489, 30.5330),
    Spot("kyiv-7", "cash_machine", "kyiv", "88 Kashtanova Ave", "просп. Каштановий, 88", ALWAYS, 50.4590, 30.3650),
    Spot("kyiv-8", "cash_machine", "kyiv", "7 Sadova Sq", "пл. Садова, 7", ALWAYS, 50.4381, 30.6205),
    Spot("kyiv-9", "cash_machine", "kyiv", "2 Yarmarkova St", "вул. Ярмаркова, 2", LONG, 50.4732, 30.5105),
    Spot("lviv-1", "branch", "lviv", "5 Zelena St", "вул. Зелена, 5", LONG, 49.8352, 24.0391, cards=True),
    Spot("lviv-2", "branch", "lviv", "31 Soniachna St", "вул. Сонячна, 31", WEEK, 49.8460, 24.0020),
    Spot("lviv-3", "cash_machine", "lviv", "5 Zelena St", "вул. Зелена, 5", ALWAYS, 49.8352, 24.0391),
    Spot("lviv-4", "cash_machine", "lviv", "1 Stara Sq", "пл. Стара, 1", ALWAYS, 49.8419, 24.0315),
    Spot("lviv-5", "cash_machine", "lviv", "64 Parkova St", "вул. Паркова, 64", LONG, 49.8290, 24.0140),
    Spot("odesa-1", "branch", "odesa", "18 Morska St", "вул. Морська, 18", LONG, 46.4853, 30.7390, cards=True),
    Spot("odesa-2", "branch", "odesa", "9 Stepova St", "вул. Степова, 9", WEEK, 46.4690, 30.7060),
    Spot("odesa-3", "cash_machine", "odesa", "18 Morska St", "вул. Морська, 18", ALWAYS, 46.4853, 30.7390),
    Spot("odesa-4", "cash_machine", "odesa", "2 Maiakova St", "вул. Маякова, 2", ALWAYS, 46.4921, 30.7452),
    Spot("kharkiv-1", "branch", "kharkiv", "77 Naukova Ave", "просп. Науковий, 77", LONG, 50.0050, 36.2290, cards=True),
    Spot("kharkiv-2", "cash_machine", "kharkiv", "77 Naukova Ave", "просп. Науковий, 77", ALWAYS, 50.0050, 36.2290),
    Spot("kharkiv-3", "cash_machine", "kharkiv", "14 Richna St", "вул. Річна, 14", LONG, 49.9880, 36.2400),
    Spot("dnipro-1", "branch", "dnipro", "21 Pivdenna St", "вул. Південна, 21", LONG, 48.4600, 35.0400, cards=True),
    Spot("dnipro-2", "cash_machine", "dnipro", "21 Pivdenna St", "вул. Південна, 21", ALWAYS, 48.4600, 35.0400),
    Spot("dnipro-3", "cash_machine", "dnipro", "6 Ostrivna St", "вул. Острівна, 6", ALWAYS, 48.4721, 35.0520),
    Spot("vinnytsia-1", "branch", "vinnytsia", "3 Fontanna St", "вул. Фонтанна, 3", WEEK, 49.2350, 28.4690, cards=True),
    Spot("vinnytsia-2", "cash_machine", "vinnytsia", "3 Fontanna St", "вул. Фонтанна, 3", ALWAYS, 49.2350, 28.4690),
    Spot("chernivtsi-1", "branch", "chernivtsi", "10 Bukova St", "вул. Букова, 10", WEEK, 48.2930, 25.9390),
    Spot("chernivtsi-2", "cash_machine", "chernivtsi", "10 Bukova St", "вул. Букова, 10", ALWAYS, 48.2930, 25.9390),
    Spot("uzhhorod-1", "cash_machine", "uzhhorod", "4 Sakurova St", "вул. Сакурова, 4", ALWAYS, 48.6230, 22.2950),
    Spot("poltava-1", "branch", "poltava", "8 Kruhla Sq", "пл. Кругла, 8", WEEK, 49.5899, 34.5510),
)  # fmt: skip
_TOWN = {town.id: town for town in TOWNS}


def in_town(kind: Kind, words: str) -> list[Near]:
    """The nearest to the middle of the town that the words name; what else they name (a street) comes first.

    :raises Refused: `town_unknown`, or `none_there`.
    """
    said = [word.casefold() for word in _WORDS.findall(words.replace("’", "'"))]
    town = next((one for one in TOWNS if any(_names(one, word) for word in said)), None)
    if town is None:
        raise Refused("No town of ours has this name.", "town_unknown")
    hints = {word for word in said if len(word) > 3 and not _names(town, word)}
    there = _there(kind, town.lat, town.lon, (spot for spot in SPOTS if spot.town == town.id))
    there.sort(key=lambda near: (not _is_meant(near.spot, hints), near.distance_m))
    return there[:NEAREST]


def near(kind: Kind, lat: float, lon: float) -> list[Near]:
    """The nearest to a point.

    :raises Refused: `none_there` when even the nearest is far away.
    """
    return _there(kind, lat, lon, SPOTS)[:NEAREST]


def branches_with_cards() -> list[Spot]:
    """Where plastic cards can be fetched."""
    return [spot for spot in SPOTS if spot.cards]


def branch(spot_id: str) -> Spot | None:
    """The branch with this id that hands out cards."""
    return next((spot for spot in branches_with_cards() if spot.id == spot_id), None)


def town_of(spot: Spot) -> Town:
    """Where a place is."""
    return _TOWN[spot.town]


def _names(town: Town, word: str) -> bool:
    return word in (town.en.casefold(), town.uk.casefold(), *town.also)


def _is_meant(spot: Spot, hints: set[str]) -> bool:
    told = {word.casefold() for word in _WORDS.findall(f"{spot.en} {spot.uk}")}
    return any(one[:4] == other[:4] for one in told for other in hints)


def _there(kind: Kind, lat: float, lon: float, among: Iterable[Spot]) -> list[Near]:
    found = [
        Near(spot, _TOWN[spot.town], distance)
        for spot in among
        if spot.kind == kind and (distance := _metres(lat, lon, spot.lat, spot.lon)) <= FAR_M
    ]
    if not found:
        raise Refused("There is nothing of the kind there.", "none_there")
    return sorted(found, key=lambda near: near.distance_m)


def _metres(lat: float, lon: float, other_lat: float, other_lon: float) -> int:
    """Along a great circle."""
    one, other = math.radians(lat), math.radians(other_lat)
    half = math.sin((other - one) / 2) ** 2
    half += math.cos(one) * math.cos(other) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return round(2 * EARTH_M * math.asin(math.sqrt(half)))
