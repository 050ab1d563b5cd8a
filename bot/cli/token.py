"""`teller token`: a token of our own for the APIs, for a newcomer with curl and for administrators."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer


class Role(StrEnum):
    """What the bearer may do."""

    STAFF = "staff"
    SERVICE = "service"
    PARTNER = "partner"


def token(
    role: Annotated[Role, typer.Option(help="What the bearer may do.")],
    subject: Annotated[str, typer.Option(help="Who the bearer is; stands in the audit.")] = "",
    minutes: Annotated[int, typer.Option(min=1, max=24 * 60, help="How long it is good for.")] = 60,
) -> None:
    """Print a token to be sent as `Authorization: Bearer ...`."""
    from bot.settings import load_settings
    from bot.tokens import Tokens

    keys = [key.get_secret_value() for key in load_settings().jwt.keys]
    typer.echo(Tokens(keys).issue(role.value, subject or f"{role.value}@terminal", timedelta(minutes=minutes)))
