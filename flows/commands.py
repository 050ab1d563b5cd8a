"""The engine's own commands, the words that mean them in any language, and how flows are found by command or link."""

from collections.abc import Mapping

from flows.model import Flow, Library
from flows.reading import normal

# In order of the reader: what a customer may type instead of a command, without asking the NLU.
_WORDS = {
    "/cancel": "cancel | stop | скасувати | скасуй | стоп | відміна | відмінити | отмена | отменить",
    "/cancel_all": "cancel everything | cancel all | stop everything | скасувати все | скасуй усе | скасувати усе",
    "/operator": "operator | human | agent | a person | talk to a person | talk to a human | оператор | людина | "
    "покличте оператора | поклич оператора | з'єднайте з оператором",
    "/menu": "menu | main menu | меню | головне меню",
    "/help": "help | допомога | довідка | помощь",
    "/language": "language | change language | мова | змінити мову | язык",
    "/repeat": "repeat | say it again | повтори | повторіть | ще раз",
    "/start_over": "start over | restart | спочатку | почати спочатку | почати заново | заново",
    "/block_card": "block my card | block card | lock my card | lock card | freeze my card | заблокувати картку | "
    "заблокуйте картку | заблокуйте мою картку | блокуйте картку | заблокуй картку",
}
WORDS: Mapping[str, str] = {normal(word): command for command, words in _WORDS.items() for word in words.split(" | ")}
# Commands of the engine; a flow's own commands come after these.
GLOBAL = frozenset({*_WORDS, "/start"})
# What the NLU may find that is no flow but one of these commands.
INTENTS: Mapping[str, str] = {
    "greet": "/menu", "menu": "/menu", "help": "/help", "cancel": "/cancel", "stop": "/cancel",
    "operator": "/operator", "handoff": "/operator", "change_language": "/language", "start_over": "/start_over",
}  # fmt: skip
# Intents that a flow must list for /operator and /block_card to reach it.
FLOW_INTENTS: Mapping[str, tuple[str, ...]] = {
    "/operator": ("operator", "handoff"),
    "/block_card": ("block_card", "lock_card", "freeze_card"),
}


def command_in(text: str) -> tuple[str, str] | None:
    """The command that a text is, and what follows it: ``/start ref_1`` is ``("/start", "ref_1")``."""
    if text.startswith("/") and len(text) > 1:
        word, _, rest = text.partition(" ")
        return word.partition("@")[0].casefold(), rest.strip()
    word = WORDS.get(normal(text), "")
    return (word, "") if word else None


def flow_by_command(library: Library, command: str) -> Flow | None:
    """The flow that lists the command."""
    return next((flow for flow in library.flows.values() if command in flow.starts_on.commands), None)


def flow_by_intent(library: Library, intent: str) -> Flow | None:
    """The flow that lists the intent."""
    return next((flow for flow in library.flows.values() if intent in flow.starts_on.intents), None)


def flow_by_link(library: Library, payload: str) -> Flow | None:
    """The flow whose deep links fit the payload; ``ref_*`` fits all that begin with ``ref_``."""
    flows = library.flows.values()
    return next((flow for flow in flows if any(_fits(link, payload) for link in flow.starts_on.deep_links)), None)


def _fits(pattern: str, payload: str) -> bool:
    return payload.startswith(pattern[:-1]) if pattern.endswith("*") else payload == pattern
