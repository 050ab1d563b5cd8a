"""A style sheet in a bank's colours, where each role stands in capitals, and the policy that lets it alone in."""

import base64
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal


def painted(style: str, colours: Mapping[str, str]) -> str:
    """The style sheet; a button without a colour of its own has that of the accent's words."""
    roles = {"button": colours["accent_text"], **colours}
    for role in sorted(roles, key=len, reverse=True):
        style = style.replace(role.upper(), roles[role])
    return style


def policy(style: str, forms: Literal["self", "none"]) -> str:
    """The Content-Security-Policy of a page: this style, forms to us or none, and nothing else."""
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action '{forms}'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
