"""Conditions and values as staff write them: ``amount >= limits.step_up_from``, ``not luhn_ok(to_card)``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was read without fault. ``source`` is the text, ``names`` the slots and context it uses."""

    source: str
    names: frozenset[str]
