"""Cerberus without its gaps: what goes to a bank and what comes back is checked with this and nothing else.

Plain Cerberus takes True for an integer, NaN for a number, ``$`` before a line's end and Arabic digits for ``\\d``; it
lets exceptions of coercion out of ``validate`` and breaks when threads share an instance. Here bool is no number,
floats are refused, patterns match whole and ASCII, each check has an instance of its own, and whatever goes wrong
inside is a refusal.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from cerberus import TypeDefinition, Validator
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from core_adapters.digits import CardDigits
from core_adapters.failures import Refused, Unclear

Schema = Mapping[str, Any]  # a field's name and Cerberus's rules for it

MINOR_MAX = 10**15  # more minor units than any payment has; a larger number is a bug
TEXT_MAX = 2000
_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?", re.ASCII)
_TOKEN = re.compile(r"card_[A-Za-z0-9_-]{16,64}", re.ASCII)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


class Invalid(ValueError):
    """A document does not fit its schema. Names fields and rules, never values."""


def _text_of(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_iban(value: object) -> bool:
    try:
        return isinstance(value, str) and value.isascii() and bool(IBAN(value).validate())
    except (SchwiftyException, ValueError):
        return False


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


class _Kind(type):
    """A type in the eyes of Cerberus, which asks with isinstance: what fits a predicate is of it."""

    fits: Callable[[object], bool]

    def __instancecheck__(cls, value: object) -> bool:
        return cls.fits(value)


def _kind(name: str, fits: Callable[[object], bool]) -> TypeDefinition:
    return TypeDefinition(name, (_Kind(name, (), {"fits": staticmethod(fits)}),), ())


KINDS = (
    _kind("integer", lambda value: type(value) is int),  # True is an int to Python, and no amount
    _kind("money_minor", lambda value: type(value) is int and 0 <= value <= MINOR_MAX),
    _kind("decimal_amount", lambda value: _text_of(_DECIMAL, value)),
    _kind("card_token", lambda value: _text_of(_TOKEN, value)),
    _kind("card_digits", lambda value: isinstance(value, CardDigits)),
    _kind("e164", lambda value: _text_of(_E164, value)),
    _kind("iban", _is_iban),
    _kind("time", _is_time),
)
PLAIN = ("string", "dict", "list", "boolean")  # the library's own that have no gap; its number and float have


class Strict(Validator):  # type: ignore[misc]  # cerberus has no types
    """Our validator. Use `checked`, which makes one a document."""

    types_mapping: ClassVar[dict[str, TypeDefinition]] = {
        **{name: Validator.types_mapping[name] for name in PLAIN},
        **{kind.name: kind for kind in KINDS},
    }

    def _validate_regex(self, pattern: str, field: str, value: object) -> None:
        """{'type': 'string'}"""
        if not _text_of(re.compile(pattern, re.ASCII), value):
            self._error(field, "does not match")

    def _validate_maxtext(self, most: int, field: str, value: object) -> None:
        """{'type': 'integer'}"""
        if isinstance(value, str) and (len(value) > most or "\x00" in value):
            self._error(field, f"longer than {most} characters, or with a NUL in it")


def checked(document: object, schema: Schema, *, closed: bool = True) -> dict[str, Any]:
    """The document, when it fits. ``closed`` refuses fields that the schema does not name; else they are left out.

    Raises:
        Invalid: for anything else, an exception inside Cerberus included.
    """
    if not isinstance(document, dict):
        raise Invalid("an object was expected")
    try:
        validator = Strict(dict(schema), require_all=True, allow_unknown=not closed)
        fits = validator.validate(document)
        wrong = sorted(str(field) for field in validator.errors)
    except Exception as problem:
        raise Invalid(f"cannot be checked: {type(problem).__name__}") from None
    if not fits:
        raise Invalid(f"fields that do not fit: {', '.join(wrong)}")
    return {name: document[name] for name in schema if name in document}


def outgoing(body: Mapping[str, object], schema: Schema) -> dict[str, Any]:
    """The body, when it may be sent. Raises Refused."""
    try:
        return checked(dict(body), schema)
    except Invalid as problem:
        raise Refused(str(problem)) from None


def incoming(document: object, schema: Schema) -> dict[str, Any]:
    """What was answered, when it fits; else it is no answer. Raises Unclear."""
    try:
        return checked(document, schema, closed=False)
    except Invalid as problem:
        raise Unclear(str(problem)) from None
