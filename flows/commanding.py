"""The engine's own commands: start, menu, cancel, help, language, start over, a person, block my card."""

from flows import formats
from flows.commands import FLOW_INTENTS, flow_by_command, flow_by_intent, flow_by_link
from flows.running import give_up, proceed, repeat
from flows.speaking import engine_label, first_response, flow_title, offer, system
from flows.stack import drop_all, start, thread_start
from flows.turn import Turn


def begin(turn: Turn, payload: str) -> None:
    """``/start``, with or without a deep link: the flow the link names, otherwise the welcome and the menu."""
    flow = flow_by_link(turn.library, payload) if payload else None
    if flow is not None and flow.id != turn.session.flow:
        if start(turn, flow):
            proceed(turn)
        return
    session, top = turn.session, turn.session.top
    session.paused = top is not None and top.waiting is None
    show_menu(turn, "welcome")


def show_menu(turn: Turn, name: str = "menu") -> None:
    """The menu; where a run is open it can be continued."""
    top = turn.session.top
    turn.close_offer()
    if top is None or top.waiting is not None or first_response(turn, (name,)) is None:
        system(turn, name)
        return
    offer(turn, "menu", (name,), {"continue": engine_label(turn, "continue")}, flow=flow_title(turn, top.flow))


def give_command(turn: Turn, command: str, rest: str) -> None:
    """Do what a command says; one that nobody knows is said to be unknown."""
    turn.session.misses = 0
    if command in ("/start", "/menu"):
        turn.session.with_people_until = 0
        begin(turn, rest) if command == "/start" else show_menu(turn)
    elif command in _COMMANDS:
        _COMMANDS[command](turn)
    elif command in FLOW_INTENTS:
        _start_by_intent(turn, command)
    elif (flow := flow_by_command(turn.library, command)) is not None:
        if start(turn, flow):
            proceed(turn)
    else:
        system(turn, "unknown_command")


def _start_by_intent(turn: Turn, command: str) -> None:
    flows = (flow_by_intent(turn.library, intent) for intent in FLOW_INTENTS[command])
    flow = next((flow for flow in flows if flow is not None), None)
    if flow is None:
        system(turn, "cannot_handle")
    elif start(turn, flow):
        proceed(turn)


def _cancel(turn: Turn) -> None:
    session, top = turn.session, turn.session.top
    turn.close_offer()
    if top is None:
        system(turn, "nothing_to_cancel")
    elif top.waiting is not None and top.waiting.kind == "operation":
        system(turn, "cannot_cancel_sent", run=top, flow=flow_title(turn, top.flow))
    else:
        session.paused = False
        names = ("cancelled_waiting", "cancelled") if top.waiting is not None else ("cancelled",)
        system(turn, *names, flow=flow_title(turn, session.stack[thread_start(turn)].flow))
        give_up(turn)


def _cancel_all(turn: Turn) -> None:
    stack = turn.session.stack
    busy = next((run for run in stack if run.waiting is not None and run.waiting.kind == "operation"), None)
    if busy is not None:
        system(turn, "cannot_cancel_sent", run=busy, flow=flow_title(turn, busy.flow))
    elif not stack:
        system(turn, "nothing_to_cancel")
    else:
        drop_all(turn)
        turn.session.paused = False
        system(turn, "cancelled_all")


def _help(turn: Turn) -> None:
    system(turn, "help")
    repeat(turn)


def _language(turn: Turn) -> None:
    locales = turn.library.brand.locales
    offer(turn, "language", ("choose_language",), {f"locale:{one}": formats.language_name(one) for one in locales})


def _repeat(turn: Turn) -> None:
    top = turn.session.top
    if top is None:
        show_menu(turn)
    elif top.question is not None:
        repeat(turn)
    else:
        system(turn, "still_waiting", run=top, flow=flow_title(turn, top.flow))


def _start_over(turn: Turn) -> None:
    base = next((run for run in reversed(turn.session.stack) if run.via == "start"), None)
    if base is None:
        show_menu(turn)
        return
    options = {f"over:{base.flow}": engine_label(turn, "over"), "continue": engine_label(turn, "continue")}
    offer(turn, "again", ("start_over_or_continue",), options, flow=flow_title(turn, base.flow))


_COMMANDS = {
    "/cancel": _cancel, "/cancel_all": _cancel_all, "/help": _help, "/language": _language,
    "/start_over": _start_over,
    "/repeat": _repeat,
}  # fmt: skip
