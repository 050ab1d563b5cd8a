"""Values that a channel may not take in the chat: a one-time page instead, known by a token that only we can make."""

from flows import identifiers
from flows.effects import OpenForm
from flows.events import Event
from flows.messages import Choice, InboundEvent, Text
from flows.model import Collect, Slot
from flows.rendering import Drawn, compose, label, text_of
from flows.session import Question, Run
from flows.speaking import first_response
from flows.turn import Turn

PAGE_LIFE_MS = 3 * 60 * 1000
TOKEN_BYTES = 24


def ask_securely(turn: Turn, run: Run, step: Collect, slot: Slot, reason: str = "", *, typed: bool = False) -> None:
    """Send the link and wait for the page.

    ``reason`` says why the last value was not taken. ``typed``: the customer wrote it in the chat, where it is not
    used; they are told so.
    """
    typed = typed or (slot.type == "card_number" and _holds_cards(turn.event))
    response = first_response(turn, ("secure_only", "secure_link") if typed else ("secure_link",))
    if response is None:
        turn.alert("system_response_missing", "system.yml has no response 'secure_link'")
        return
    if slot.name not in run.asked:
        run.asked.append(slot.name)  # a value that the page brings and that is refused counts as an attempt
    turn.close_question(run)
    run.question = Question(turn.short_id("page"), "slot", slot.name, slot.type)
    asked = turn.response(run, step.ask)
    title = text_of(turn, run, asked) if asked is not None else ""
    token = page_token(turn, run.question)
    due = identifiers.moment(turn.now + PAGE_LIFE_MS)
    turn.effects.append(OpenForm(token, slot.name, slot.type, title, turn.locale, due))
    choice = Choice(token, label(turn, "label_open_form"), kind="form")
    turn.send(compose(turn, response, run, drawn=Drawn((choice,)), before=reason))


def _holds_cards(event: Event) -> bool:
    return isinstance(event, InboundEvent) and isinstance(event.content, Text) and bool(event.content.cards)


def page_token(turn: Turn, question: Question) -> str:
    """The address of a question's page."""
    seed = b"page" + turn.session.conversation.bytes + question.id.encode()
    return identifiers.token(seed, turn.key, TOKEN_BYTES)
