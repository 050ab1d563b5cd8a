"""Says a response: the flow's or the engine's own, and draws the buttons of a question."""

from collections.abc import Iterable, Mapping

from flows import formats
from flows.messages import Choice
from flows.model import Response
from flows.reading import normal
from flows.rendering import (
    NOTHING,
    Drawn,
    compose,
    label,
    lookup,
    option_choice,
    plain_button,
    plain_buttons,
    show,
    text_of,
    title_of,
)  # fmt: skip
from flows.session import Question, Run
from flows.turn import Turn
from flows.values import SlotValue


def say(turn: Turn, run: Run, name: str) -> None:
    """Send a response of the run's flow."""
    response = turn.response(run, name)
    if response is None:
        turn.alert("response_missing", f"flow {run.flow} has no response '{name}'")
        return
    turn.send(compose(turn, response, run))


def system(turn: Turn, *names: str, run: Run | None = None, optional: bool = False, **values: SlotValue) -> None:
    """Send the first of the named responses of the engine that content has. ``values`` fill its placeholders."""
    response = first_response(turn, names)
    if response is not None:
        turn.send(compose(turn, response, run, extra=texts(turn, values)))
    elif not optional:
        turn.alert("system_response_missing", f"system.yml has no response '{names[-1]}'")


def system_text(turn: Turn, *names: str, **values: SlotValue) -> str:
    """The words of the first of the named responses, empty where content has none."""
    response = first_response(turn, names)
    return text_of(turn, None, response, texts(turn, values)) if response is not None else ""


def first_response(turn: Turn, names: Iterable[str]) -> Response | None:
    """The first of the named system responses that exists."""
    return next((turn.library.system[name] for name in names if name in turn.library.system), None)


def texts(turn: Turn, values: Mapping[str, SlotValue]) -> Mapping[str, str]:
    """Values as placeholder texts."""
    return {name: show(turn, None, None, value) for name, value in values.items()} if values else NOTHING


def flow_title(turn: Turn, flow: str) -> str:
    """What a flow is called in the customer's language: ``flow_<id>``, else its menu button's title, else its title."""
    response = turn.library.system.get(f"flow_{flow}")
    if response is not None:
        return text_of(turn, None, response)
    for shown in turn.library.system.values():
        for button in shown.buttons if not isinstance(shown.buttons, str) else ():
            if button.flow == flow:
                return title_of(turn, button)
    return turn.library.flows[flow].title


def offer(turn: Turn, kind: str, names: tuple[str, ...], options: Mapping[str, str], **values: SlotValue) -> None:
    """Ask a question of the engine's own. ``options`` gives the commands their titles."""
    turn.close_offer()
    response = first_response(turn, names)
    if response is None:
        turn.alert("system_response_missing", f"system.yml has no response '{names[-1]}'")
        return
    question = Question(turn.short_id(kind), kind, options=tuple(options))
    turn.session.offer = question
    own = plain_buttons(turn, response, lookup(turn, None))
    answers = [option_choice(turn, question.id, index, title) for index, title in enumerate(options.values())]
    drawn = Drawn((*own, *answers), question.options)
    turn.send(compose(turn, response, None, extra=texts(turn, values), drawn=drawn))


def label_command(turn: Turn, question: Question, plain: str) -> str | None:
    """The option whose button's title, in any locale, is this text; or whose number it is in an engine's question."""
    for option in question.options:
        response = turn.library.system.get(_LABELS.get(option.partition(":")[0], ""))
        if option.startswith("edit:"):
            response = turn.library.system.get(f"slot_{option[5:]}")
        if response is not None and plain in {
            normal(line) for wording in response.texts.values() for line in wording.lines
        }:
            return option
    return None


def option_labels(turn: Turn, question: Question) -> dict[str, frozenset[str]]:
    """What else may be typed for the options of an engine's question: flows' titles, languages by their own name."""
    labels: dict[str, frozenset[str]] = {}
    for option in question.options:
        word, _, rest = option.partition(":")
        if word == "flow":
            labels[option] = frozenset({normal(flow_title(turn, rest)), normal(turn.library.flows[rest].title)})
        elif word == "locale":
            labels[option] = frozenset({normal(formats.language_name(rest)), rest})
    return labels


_LABELS = {
    "yes": "label_yes", "no": "label_no", "change": "label_change", "skip": "label_skip",
    "continue": "label_continue", "over": "label_start_over", "else": "label_something_else",
}  # fmt: skip


def question_buttons(turn: Turn, run: Run, response: Response, question: str, options: Mapping[str, str]) -> Drawn:
    """The buttons of a step's question: those of ``options``, and the response's own that need no question.

    ``options`` gives commands their titles, in order. Buttons keep the order in which staff wrote them.
    """
    choices: list[Choice] = []
    commands = tuple(options)
    done: set[str] = set()
    look = lookup(turn, run)
    for button in response.buttons if not isinstance(response.buttons, str) else ():
        if button.set:
            command = set_command(button.set)
            done.add(command)
            choices.append(option_choice(turn, question, commands.index(command), options[command]))
        elif (plain := plain_button(turn, button, look)) is not None:
            choices.append(plain)
    choices += [
        option_choice(turn, question, index, options[command])
        for index, command in enumerate(commands)
        if command not in done
    ]
    return Drawn(tuple(choices), commands)


def set_command(values: Mapping[str, str]) -> str:
    """The command of a button that sets slots: ``set:tariff=gold``."""
    return "set:" + "&".join(f"{slot}={value}" for slot, value in values.items())


def engine_label(turn: Turn, command: str) -> str:
    """The title of one of the engine's own options."""
    return label(turn, _LABELS[command])
