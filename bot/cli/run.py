"""`teller run`: starts the whole of Teller in one process, or one role of it."""

from enum import StrEnum
from typing import Annotated

import typer


class Role(StrEnum):
    """What one process does; `all` is everything, for a laptop."""

    ALL = "all"
    WEBHOOKS = "webhooks"
    WORKER = "worker"
    CUSTOMER_API = "customer-api"
    IMAGE_API = "image-api"
    CORE_ADAPTERS = "core-adapters"
    SANDBOX = "sandbox"


def run(role: Annotated[Role, typer.Option(help="Which part of Teller this process is.")] = Role.ALL) -> None:
    """Start Teller and serve until it is stopped."""
    from bot.settings import load_settings

    settings = load_settings()
    from bot.compose import serve  # after the settings: a wrong setting is said at once, not after the imports

    serve(settings, role.value)
