"""Six-digit codes from an SMS: ``123456``, ``123 456``, ``123-456``, "code: 123456"."""

import re

from flows.entities.found import TEXT_CHARS_MAX, Hidden

_CODE = re.compile(r"(?<![\w.,-])([0-9]{3})[ \u00a0-]?([0-9]{3})(?![\w-]|[.,][0-9])")


def find(text: str) -> list[Hidden[str]]:
    """The codes of a text; the value is six ASCII digits and never in a repr."""
    return [
        Hidden(match.start(), match.end(), match[1] + match[2], match[0])
        for match in _CODE.finditer(text[:TEXT_CHARS_MAX])
    ]
