"""Values of the model as staff write them, for telling what changed."""

from collections.abc import Mapping
from datetime import timedelta

from flows.expressions import Expression

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def shown(value: object) -> str:
    """``15m``, ``limits.transfer_max``, ``[a, b]``, ``{fee: fee}``, ``yes``; ``nothing`` for what is not there."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Expression):
        return f"'{value.source}'"
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {shown(inner).strip(QUOTE)}" for key, inner in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(shown(inner).strip(QUOTE) for inner in value) + "]"
    return "nothing" if value in (None, "") else f"'{value}'"


QUOTE = "'"


def duration(value: timedelta) -> str:
    """The largest unit that fits without a rest."""
    seconds = int(value.total_seconds())
    size, unit = next((one for one in _UNITS if seconds % one[0] == 0 and seconds >= one[0]), _UNITS[-1])
    return f"{seconds // size}{unit}"
