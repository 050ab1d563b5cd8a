"""What flows name: responses, other flows, and a way in. Calls come back, so nothing called may leave for good."""

from collections.abc import Iterator

from flows.checks.graph import callers, with_called
from flows.checks.names import owner_of, responses_of, unread_words
from flows.loading.draft import Draft, flow_owner, response_owner
from flows.model import Button, Call, Flow, Handoff, Link, Place, Response
from flows.problems import Problem, unknown_word
from flows.stack import AUTH_FLOWS


def check_responses(draft: Draft) -> Iterator[Problem]:
    """E220: ``say: setn``."""
    for flow, step in draft.all_steps():
        for path, name in responses_of(step):
            if name and name not in flow.responses and name not in draft.system:
                at, why = draft.at(owner_of(flow, step), *path), "the customer would get nothing"
                otherwise = f"write '{name}' under responses"
                yield unknown_word("E220", at, f"there is no response '{name}'", why, name, flow.responses, otherwise)


def check_shown(draft: Draft) -> Iterator[Problem]:
    """W402: a response that no step sends."""
    for flow in draft.flows.values():
        if flow.id in draft.gaps:
            continue
        sent = {name for step in flow.steps.values() for _, name in responses_of(step)}
        for response in flow.responses.values():
            if response.name not in sent:
                what = f"the response '{response.name}' is never shown"
                yield Problem("W402", response.at, what, "nobody reads it", "send it in a step, or remove it")


def check_flows(draft: Draft) -> Iterator[Problem]:
    """E221: ``call: identfy``, ``link: top-up``, a button that starts a flow which does not exist."""
    for flow, step in draft.all_steps():
        if isinstance(step, Call | Link):
            key = "call" if isinstance(step, Call) else "link"
            yield from _unknown_flow(draft, step.flow, draft.at(owner_of(flow, step), key), key)
    for name, response, number, button in all_buttons(draft):
        if button.flow is not None:
            at = draft.at(response_owner(name, response.name), "buttons", number, "flow")
            yield from _unknown_flow(draft, button.flow, at, "the button")


def _unknown_flow(draft: Draft, flow: str, at: Place, who: str) -> Iterator[Problem]:
    if flow and flow not in draft.flows and flow not in draft.unreadable:
        what, why = f"there is no flow '{flow}'", f"{who} would lead nowhere"
        yield unknown_word("E221", at, what, why, flow, draft.flows, f"write flows/{flow}.flow.yml")


def all_buttons(draft: Draft) -> Iterator[tuple[str, Response, int, Button]]:
    """Every written button: its flow's id ('' for the system's), its response, its number, itself."""
    groups = [("", draft.system), *((flow.id, flow.responses) for flow in draft.flows.values())]
    for name, responses in groups:
        for response in responses.values():
            for number, button in enumerate(response.buttons if not isinstance(response.buttons, str) else ()):
                yield name, response, number, button


def check_call_cycles(draft: Draft) -> Iterator[Problem]:
    """E222: a flow that calls itself, directly or through others."""
    for flow, step in draft.all_steps():
        if isinstance(step, Call) and any(called.id == flow.id for called in with_called(draft.flows, step.flow)):
            what = f"'{flow.id}' calls '{step.flow}', which comes back to '{flow.id}'"
            why = "the calls would stand inside each other without end"
            yield Problem("E222", draft.at(owner_of(flow, step), "call"), what, why, "use 'link', or take the call out")


def check_calls_return(draft: Draft) -> Iterator[Problem]:
    """E223: a called flow with a link or a handoff in it."""
    for flow, step in draft.all_steps():
        if isinstance(step, Call):
            for called in with_called(draft.flows, step.flow):
                yield from _leaves(draft, flow, step, called)


def _leaves(draft: Draft, flow: Flow, call: Call, called: Flow) -> Iterator[Problem]:
    leaving = next((step for step in called.steps.values() if isinstance(step, Link | Handoff)), None)
    if leaving is None:
        return
    kind = "link" if isinstance(leaving, Link) else "handoff"
    what = f"'{call.flow}' is called here, but its step '{leaving.id}' ({leaving.at}) is a '{kind}'"
    why = "control would never return to this flow"
    yield Problem(
        "E223", draft.at(owner_of(flow, call), "call"), what, why, f"use 'link' here, or end '{called.id}' another way"
    )


def check_ways_in(draft: Draft) -> Iterator[Problem]:
    """E224: a flow that nothing starts."""
    started = set(unread_words(draft))  # a file that cannot be read may be the one that starts it
    started |= {button.flow for name, _, _, button in all_buttons(draft) if button.flow and button.flow != name}
    started |= set(callers(draft.flows)) | {step.flow for _, step in draft.all_steps() if isinstance(step, Link)}
    started |= {AUTH_FLOWS[flow.auth] for flow in draft.flows.values() if flow.auth in AUTH_FLOWS}
    for flow in draft.flows.values():
        starts = flow.starts_on
        if not (starts.intents or starts.commands or starts.deep_links or flow.id in started):
            what, why = f"nothing starts the flow '{flow.id}'", "no customer could ever come to it"
            fix = "add 'starts_on:' with intents or commands, or call it from another flow"
            yield Problem("E224", draft.at(flow_owner(flow.id), "flow"), what, why, fix)
