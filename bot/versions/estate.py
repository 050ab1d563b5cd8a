"""What this installation can take and show, which the checks hold the flows against."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping

from flows.ports import Capabilities


def capabilities() -> tuple[Capabilities, ...]:
    """The capability record of every messenger there is."""
    import channels

    found = []
    for module in pkgutil.iter_modules(channels.__path__):
        name = f"channels.{module.name}.capabilities"
        if module.ispkg and importlib.util.find_spec(name) is not None:
            found.append(importlib.import_module(name).CAPABILITIES)
    return tuple(found)


def templates() -> Mapping[str, frozenset[str]]:
    """The pictures a response may ask for, with their inputs."""
    from bot.pictures import QUESTIONS

    return {template: frozenset({shows.value}) for template, shows in QUESTIONS.items()}
