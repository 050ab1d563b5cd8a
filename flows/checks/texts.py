"""Texts: every locale, the same placeholders in each, plurals that the language needs, nothing too long or twice."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from flows.checks.names import GIVEN, known_names, mentions, response_texts, type_of_name, wordings
from flows.loading.draft import Draft, response_owner
from flows.model import Response
from flows.problems import Problem, unknown_word

LENGTH_MAX = 300  # about five lines on a phone
BRACE = re.compile("[{}]")


def all_responses(draft: Draft) -> Iterator[tuple[str, Response]]:
    """Every response with its flow's id; '' for the system's."""
    yield from (("", response) for response in draft.system.values())
    for flow in draft.flows.values():
        yield from ((flow.id, response) for response in flow.responses.values())


def check_locales(draft: Draft) -> Iterator[Problem]:
    """E410: a locale of the bank in which the bot would be silent."""
    for _, response in all_responses(draft):
        for locale in draft.brand.locales:
            if locale not in response.texts:
                what, why = (
                    f"the response '{response.name}' has no text in '{locale}'",
                    "these customers would get nothing",
                )
                yield Problem("E410", response.at, what, why, f"add '{locale}: …'")
        for number, button in enumerate(response.buttons if not isinstance(response.buttons, str) else ()):
            missing = [locale for locale in draft.brand.locales if locale not in button.titles]
            for locale in missing:
                what, why = f"button {number + 1} of '{response.name}' has no title in '{locale}'", "it would be empty"
                yield Problem("E410", button.at, what, why, f"add '{locale}: …' to the button")


def check_placeholders(draft: Draft) -> Iterator[Problem]:
    """E411: ``{amuont}``. The system's texts get their values from the engine, so only their form is looked at."""
    for flow, response in all_responses(draft):
        for mention in mentions(draft, flow, response):
            if not _known(draft, flow, mention.name):
                what, why = f"'{{{mention.name}}}' is not a slot", "the customer would see a gap"
                otherwise = "name a slot, or a field such as limits.transfer_max"
                yield unknown_word("E411", mention.at, what, why, mention.name, known_names(draft), otherwise)
        yield from _lonely_braces(draft, flow, response)


def _known(draft: Draft, flow: str, name: str) -> bool:
    given = name in GIVEN if flow else name.isidentifier()
    return given or type_of_name(draft, name) is not None


def _lonely_braces(draft: Draft, flow: str, response: Response) -> Iterator[Problem]:
    """The first of each text; the others usually come from it."""
    for path, _, text in response_texts(draft, flow, response):
        if (at := _lonely(text)) is not None:
            yield _brace(draft, flow, response, path, at)


def _lonely(text: str) -> int | None:
    """Where a bracket stands that has no partner."""
    opened = -1
    for match in BRACE.finditer(text):
        if match[0] == "{":
            if opened >= 0:
                return opened
            opened = match.start()
        elif opened < 0:
            return match.start()
        else:
            opened = -1
    return opened if opened >= 0 else None


def _brace(draft: Draft, flow: str, response: Response, path: tuple[str | int, ...], at: int) -> Problem:
    place = draft.inside(response_owner(flow, response.name), path, at, at + 1)
    why = "customers would see the brace"
    return Problem(
        "E411", place, "a curly bracket stands alone", why, "write a slot as {amount}, or remove the bracket"
    )


def check_same_placeholders(draft: Draft) -> Iterator[Problem]:
    """E412: one language tells the fee and another does not."""
    for flow, response in all_responses(draft):
        found: dict[str, set[str]] = {locale: set() for locale in response.texts}
        for path, locale, _ in response_texts(draft, flow, response):
            if path[0] == locale:
                found[locale] |= _placeholders(draft, flow, response, locale)
        first = next((locale for locale in draft.brand.locales if locale in found), None)
        for locale, names in found.items() if first is not None else ():
            if first is not None and names != found[first]:
                odd = ", ".join(f"'{{{name}}}'" for name in sorted(names ^ found[first]))
                what = f"'{locale}' and '{first}' differ in {odd}"
                at = draft.at(response_owner(flow, response.name), locale)
                yield Problem(
                    "E412", at, what, "customers of one language would be told less", "use the same slots in both"
                )


def _placeholders(draft: Draft, flow: str, response: Response, locale: str) -> set[str]:
    owner = response_owner(flow, response.name)
    inside = draft.at(owner, locale).line
    return {m.name for m in mentions(draft, flow, response) if m.locale == locale and m.at.line >= inside}


def check_plurals(draft: Draft) -> Iterator[Problem]:
    """E413: Ukrainian needs one, few, many and other. E206: plurals without a number to count."""
    for flow, response in all_responses(draft):
        owner = response_owner(flow, response.name)
        for before, locale, wording in wordings(response):
            missing = [category for category in categories(locale) if category not in wording.plural]
            if wording.plural and missing:
                words = ", ".join(f"'{category}'" for category in missing)
                what, why = f"'{locale}' lacks {words}", "some numbers would have no text"
                yield Problem("E413", draft.key_at(owner, *before, locale), what, why, f"add {words}")
            if wording.plural and response.count is None:
                what, why = "a text by number stands here without 'count'", "nobody knows which number is meant"
                yield Problem(
                    "E206", draft.key_at(owner, *before, locale), what, why, "add 'count: <slot>' to the response"
                )
        if response.count is not None and type_of_name(draft, response.count) is None and flow:
            what, why = f"there is no slot '{response.count}'", "nothing could be counted"
            at = draft.at(owner, "count")
            yield unknown_word("E411", at, what, why, response.count, known_names(draft), "name a whole number")


@lru_cache(maxsize=64)
def categories(locale: str) -> tuple[str, ...]:
    """The CLDR plural categories of a locale, ``other`` last."""
    try:
        rules: Mapping[str, object] = Locale.parse(locale, sep="-").plural_form.rules
    except (UnknownLocaleError, ValueError):
        return ("other",)
    return (*[name for name in ("zero", "one", "two", "few", "many") if name in rules], "other")


def check_lengths(draft: Draft) -> Iterator[Problem]:
    """W416: a text that nobody reads to its end."""
    for flow, response in all_responses(draft):
        for before, locale, wording in wordings(response):
            longest = max((len("\n".join(wording.lines)), *map(len, wording.plural.values())))
            if longest > LENGTH_MAX:
                what = f"'{response.name}' has {longest} characters in '{locale}'"
                at = draft.at(response_owner(flow, response.name), *before, locale)
                yield Problem(
                    "W416", at, what, f"people stop reading after {LENGTH_MAX}", "say it shorter, or in two messages"
                )


def check_twins(draft: Draft) -> Iterator[Problem]:
    """W417: two names for one text in one flow. The system's names are the engine's, so there it is let be."""
    seen: dict[tuple[object, ...], str] = {}
    for flow, response in all_responses(draft):
        texts = tuple((locale, wording.lines, *wording.plural.items()) for locale, wording in response.texts.items())
        key = (flow, *texts)
        if flow and texts and key in seen:
            what, why = (
                f"'{response.name}' says the same as '{seen[key]}'",
                "one of them will be forgotten at the next change",
            )
            yield Problem("W417", response.at, what, why, "use one of them in both places")
        seen.setdefault(key, response.name)
