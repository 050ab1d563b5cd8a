"""Amounts in a test, which name no currency: they are of the bank's own money, whatever bank the test plays under.

Where a value stands (a slot, a stub, a limit, an input) a plain number is an amount: ``amount: 50``. In a text amounts
stand in braces. What the bot says holds it as the customer's language writes it, ``{50}`` being "50.00 ₴" at one bank
and "50.000 KWD" at another; what the customer says keeps the writing and only takes the bank's currency for the one
that is named, ``{50 грн}`` being "50 KWD" there.
"""

import re
from collections.abc import Mapping

from flows import formats
from flows.entities import amounts, currencies
from flows.model import Brand, SlotType
from flows.money import Money, MoneyError

Limits = Mapping[str, str | tuple[str, ...]]

_BRACES = re.compile(r"\{([^{}\n]{1,40})\}")
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?", re.ASCII)


class NotOfThisCurrency(Exception):
    """A test writes an amount that the bank's money does not have, such as half a yen."""


def literal(text: str, currency: str) -> str:
    """``50`` as the literal ``50.000 KWD``; anything else, literals too, as it is.

    Raises:
        NotOfThisCurrency.
    """
    if not _NUMBER.fullmatch(text):
        return text
    try:
        return str(Money.parse(f"{text} {currency}"))
    except MoneyError:
        raise NotOfThisCurrency(f"{currency} has no {text}") from None


def literals(values: Mapping[str, str], kinds: Mapping[str, SlotType], currency: str) -> dict[str, str]:
    """The values, those that are money as literals. Raises NotOfThisCurrency."""
    return {name: literal(text, currency) if kinds.get(name) == "money" else text for name, text in values.items()}


def of_limits(limits: Limits, currency: str) -> dict[str, str | tuple[str, ...]]:
    """All limits are money. Raises NotOfThisCurrency."""
    return {
        name: literal(one, currency) if isinstance(one, str) else tuple(literal(each, currency) for each in one)
        for name, one in limits.items()
    }


def without_currency(text: str, currency: str) -> str:
    """A literal of the bank's own money as a test writes it, ``50.00 KWD`` as ``50.00``; anything else as it is."""
    number = text.removesuffix(f" {currency}")
    return number if number != text and _NUMBER.fullmatch(number) else text


def in_braces(text: str, currency: str) -> str:
    """What a customer said as a test writes it: amounts that name the bank's currency stand in braces."""
    for one in reversed(amounts.find(text, currency)):
        if one.value is not None and one.value.currency == currency and currencies.instead(one.raw, "") != one.raw:
            text = f"{text[: one.start]}{{{one.raw}}}{text[one.end :]}"
    return text


def shown(text: str, brand: Brand, locale: str) -> str:
    """What the bot says, with its amounts as the language writes them; ``{bank}`` and ``{currency}`` are the brand's.

    Raises:
        NotOfThisCurrency.
    """
    return _BRACES.sub(lambda match: _shown(match, brand, locale), text)


def _shown(match: re.Match[str], brand: Brand, locale: str) -> str:
    own = {"bank": brand.name, "currency": brand.currency}
    if match[1] in own:
        return own[match[1]]
    written = literal(match[1], brand.currency)
    return formats.money(Money.parse(written), locale) if written != match[1] else match[0]


def typed(text: str, currency: str) -> str:
    """What the customer says, with the bank's currency for each that is named in braces. Raises NotOfThisCurrency."""
    return _BRACES.sub(lambda match: _typed(match[1], currency), text)


def _typed(amount: str, currency: str) -> str:
    here = currencies.instead(amount, currency)
    if any(found.refused == "decimals" for found in amounts.find(here, currency)):
        raise NotOfThisCurrency(f"{currency} has no {amount}")
    return here
