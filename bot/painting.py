"""A style sheet in a bank's colours: where a colour goes, its role stands in capitals."""

from collections.abc import Mapping


def painted(style: str, colours: Mapping[str, str]) -> str:
    """The style sheet; a button without a colour of its own has that of the accent's words."""
    roles = {"button": colours["accent_text"], **colours}
    for role in sorted(roles, key=len, reverse=True):
        style = style.replace(role.upper(), roles[role])
    return style
