"""What a customer did becomes one command, in a fixed order of precedence; the NLU is asked only when nothing fits.

Stop, operator and block-card words, then a valid button, then a typed value for the pending question, then yes or
no, then a correction, then another flow, then a plain answer, then "I did not understand".
"""

import re

from flows import buttons, own_phone
from flows.commanding import begin, give_command
from flows.commands import INTENTS, command_in, flow_by_intent
from flows.deciding import FREE_TEXT_MIN, Decision, understand
from flows.effects import DeleteInbound, NotUnderstood
from flows.entities import answers, cvv
from flows.filling import (
    answer,
    answer_attachment,
    answer_contact,
    answer_location,
    changes,
    fill_at_start,
    gather,
    take,
)
from flows.identifiers import clock_of, milliseconds
from flows.messages import Attachment, Contact, EventType, InboundEvent, Location, Text
from flows.model import Collect, Confirm, Flow
from flows.obeying import obey_offer, obey_step
from flows.reading import Words, looks_meant
from flows.running import allowed, go_on, offer_to_continue, proceed, repeat
from flows.session import Question, Run, Snapshot
from flows.speaking import engine_label, flow_title, label_command, offer, option_labels, system
from flows.stack import drop_run, has_level, start, thread_start
from flows.steps import collect
from flows.tongue import follow
from flows.turn import Turn

HEARD = frozenset({EventType.MESSAGE, EventType.POSTBACK, EventType.START, EventType.CONTACT_SHARED,
                   EventType.UNSUPPORTED})  # fmt: skip
# The engine's questions that are menus, so that a number may choose; in others a number is meant for the flow.
NUMBERED = frozenset({"clarify", "language", "change"})
FREE_TEXT_WORDS_MAX = 12  # a longer text for a free-text slot is surely meant for it
MISSES_TO_OPERATOR = 2
SENTENCE_WORDS_MIN = 2  # "make it 60" is about the payment, "code 12345" a mistyped code
UNREAD_TOLD_EVERY_MS = 5 * 60 * 1000  # a burst of stickers gets one answer
# What the door writes in the place of a CVV or a PIN. A phone that we show masked has digits after it.
_SECRET = re.compile(r"•{3}(?![•\d])")


def hear(turn: Turn, event: InboundEvent) -> None:
    """Everything that a customer can do in the chat. A group chat hears nothing."""
    if not event.private_chat or event.type not in HEARD:
        return
    session = turn.session
    first, session.heard = session.heard == 0, turn.now
    own_phone.remember(turn, event)
    if session.top is not None:
        turn.early = session.top.renewed and _written_before(event, session.top.snapshot)
        session.top.renewed = False
    if event.type is EventType.START:
        session.with_people_until = 0
        begin(turn, event.referral.get("payload", ""))
    elif event.payload is not None:
        session.with_people_until = 0
        press(turn, event.payload)
    else:
        _content(turn, event, first=first)


def _written_before(event: InboundEvent, frozen: Snapshot | None) -> bool:
    """Whether the words were on their way before the confirm was asked anew: a yes among them is to the old one."""
    return frozen is not None and milliseconds(event.occurred_at) < clock_of(frozen.op_id)


def _content(turn: Turn, event: InboundEvent, *, first: bool) -> None:
    content = event.content
    if isinstance(content, Text):
        _text(turn, event, content, first=first)
    elif turn.now < turn.session.with_people_until:
        return
    elif isinstance(content, Contact):
        _contact(turn, content)
    elif isinstance(content, Attachment) and content.media != "sticker" and content.media != "audio":
        _attachment(turn, content)
    elif isinstance(content, Location) and _location(turn, content):
        return
    elif turn.now - turn.session.unread_told >= UNREAD_TOLD_EVERY_MS:
        turn.session.unread_told = turn.now
        system(turn, "unsupported")
        repeat(turn)


def _contact(turn: Turn, contact: Contact) -> None:
    asking = _asking(turn)
    if asking is not None:
        answer_contact(turn, *asking, contact)
    else:
        system(turn, "no_contact_here", "unsupported")
        repeat(turn)


def _attachment(turn: Turn, attachment: Attachment) -> None:
    """A picture or file; the further ones of an album are passed over, for an album is one answer."""
    if attachment.album and attachment.album == turn.session.album:
        return
    turn.session.album = attachment.album or ""
    asking = _asking(turn)
    if asking is None or not answer_attachment(turn, *asking, attachment):
        system(turn, "attachment_unexpected")
        repeat(turn)


def _location(turn: Turn, location: Location) -> bool:
    """A place that was shared; false where none was asked for."""
    asking = _asking(turn)
    return asking is not None and answer_location(turn, *asking, location)


def _asking(turn: Turn) -> tuple[Run, Collect] | None:
    """The run and step whose slot is being asked for."""
    top = turn.session.top
    if top is None or top.question is None or top.question.kind != "slot" or not has_level(turn, top):
        return None
    step = turn.flow(top).steps[top.step]
    return (top, step) if isinstance(step, Collect) else None


def press(turn: Turn, payload: str) -> None:
    """A button. One that is old, used or forged changes nothing."""
    session = turn.session
    pressed = buttons.read(payload, session.conversation, turn.key)
    if pressed is None:
        _press_of_others(turn, payload)
    elif pressed.kind == "flow":
        _start(turn, turn.library.flows.get(pressed.subject))
    elif pressed.kind == "command":
        give_command(turn, pressed.subject, "")
    else:
        _press_option(turn, pressed.subject, pressed.option)


def _press_of_others(turn: Turn, payload: str) -> None:
    """A messenger's own menu gives commands. What another system of the bank has sent is answered by that system."""
    if payload.startswith("/"):
        give_command(turn, payload.partition(" ")[0], "")
    elif buttons.looks_ours(payload) or not payload.strip("\x00 "):
        system(turn, "stale_button")


def _press_option(turn: Turn, question: str, option: int) -> None:
    session, top = turn.session, turn.session.top
    if session.offer is not None and session.offer.id == question:
        obey_offer(turn, session.offer, session.offer.options[option])
    elif top is not None and top.question is not None and top.question.id == question:
        session.paused = False
        turn.close_offer()
        if allowed(turn, top):
            obey_step(turn, top, top.question.options[option])
    else:
        _second_tap(turn, question)


def _second_tap(turn: Turn, question: str) -> None:
    """A tap on an answered question: for a confirm the operation's state, otherwise only that it is too late."""
    op_id = next((led_to for asked, led_to in turn.session.answered if asked == question), "")
    state = turn.operation_state(op_id) if op_id else None
    if op_id and state is not None:
        system(turn, {"done": "already_done", "failed": "already_failed"}.get(state, "already_answered"))
    else:
        system(turn, "already_answered" if op_id else "stale_button")


def _text(turn: Turn, event: InboundEvent, content: Text, *, first: bool) -> None:
    if not _safe(turn, event, content):
        return
    found = command_in(content.text)
    if turn.now < turn.session.with_people_until and (found is None or found[0] not in ("/menu", "/start", "/cancel")):
        return
    turn.session.with_people_until = 0
    if found is not None:
        give_command(turn, *found)
        return
    words = Words(content.text, content.cards)
    if turn.session.offer is not None and _answers_offer(turn, turn.session.offer, words):
        return
    turn.close_offer()
    if turn.session.paused:
        offer_to_continue(turn)
    elif not _answers_step(turn, words):
        _meaning(turn, words, first=first)


def _safe(turn: Turn, event: InboundEvent, content: Text) -> bool:
    """Take away what a chat must not keep. False when the message held a secret and is not used at all."""
    secret = bool(cvv.find(content.text)) or _SECRET.search(content.text) is not None
    deletable = turn.channel is None or turn.channel.deletes
    if (content.cards or secret) and deletable and event.message_id is not None:
        turn.effects.append(DeleteInbound(event.message_id, "secret" if secret else "card_number"))
    if secret:
        system(turn, "secret_refused")
        repeat(turn)
    elif content.cards:
        system(turn, "card_removed" if deletable else "card_kept", optional=True)
    return not secret


def _answers_offer(turn: Turn, question: Question, words: Words) -> bool:
    command = label_command(turn, question, words.plain)
    answer_given = answers.yes_or_no(words.text)
    if command is None and answer_given is not None:
        meant = ("yes", "continue", "again") if answer_given else ("no", "else")
        command = next((option for option in question.options if option.partition(":")[0] in meant), None)
    numbered = question.kind in NUMBERED and words.plain.isdecimal()
    if command is None and numbered and 1 <= int(words.plain) <= len(question.options):
        command = question.options[int(words.plain) - 1]
    if command is None:
        labels = option_labels(turn, question)
        command = next((option for option, titles in labels.items() if words.plain in titles), None)
    if command is None:
        return False
    obey_offer(turn, question, command)
    return True


def _answers_step(turn: Turn, words: Words) -> bool:
    """Whether the active run takes the text: as its answer, as more of its slots, or as a correction."""
    top = turn.session.top
    if top is None:
        return False
    if top.waiting is not None and top.waiting.kind == "operation":
        system(turn, "still_working", run=top, flow=flow_title(turn, top.flow))
        return True
    if top.question is None:
        return False
    if not allowed(turn, top):
        return True
    command = label_command(turn, top.question, words.plain)
    if command is not None:
        _obey_words(turn, top, command)
        return True
    if (read_back := _read_back(top.question)) is not None and answers.yes_or_no(words.text):
        obey_step(turn, top, read_back)
        return True
    step = turn.flow(top).steps[top.step]
    if isinstance(step, Confirm):
        return _answers_confirm(turn, top, words)
    if not isinstance(step, Collect):
        return False
    taken = not _leaves(turn, step, words) and answer(turn, top, step, words, lambda: _is_for_another(turn, words))
    return taken or _corrects_caller(turn, top, words)


def _is_for_another(turn: Turn, words: Words) -> bool:
    """Whether a sentence with values in it is surely addressed to a flow that is not the active one."""
    if not _is_sentence(words):
        return False
    decision = understand(turn, words.text)
    flow = flow_by_intent(turn.library, decision.intent) if decision.intent is not None else None
    active = {run.flow for run in turn.session.stack[thread_start(turn) :]}
    return flow is not None and decision.confidence >= FREE_TEXT_MIN and flow.id not in active


def _is_sentence(words: Words) -> bool:
    return len([word for word in words.plain.split() if not word.isdigit()]) >= SENTENCE_WORDS_MIN


def _corrects_caller(turn: Turn, called: Run, words: Words) -> bool:
    """Words about what was confirmed, said while a called flow asks for something else, such as a code: that dies."""
    stack = turn.session.stack
    caller = stack[-2] if len(stack) > 1 and called.via == "call" else None
    if caller is None or caller.snapshot is None or caller.snapshot.state != "approved":
        return False
    if not _is_sentence(words) or _is_for_another(turn, words):
        return False
    readings = gather(turn, turn.flow(caller), caller, words, None)
    news = {name: value for name, value in changes(caller, readings).items() if caller.slots.get(name) is not None}
    if news:
        drop_run(turn, called)
        system(turn, "changed", run=caller, optional=True)
        take(turn, caller, news)
    return bool(news)


def _obey_words(turn: Turn, run: Run, command: str) -> None:
    """An option in words. A yes that was on its way while the confirm was asked anew is asked for again."""
    if command == "yes" and turn.early:
        repeat(turn)
    else:
        obey_step(turn, run, command)


def _read_back(question: Question) -> str | None:
    """The option of "Do you mean 1,234.00?", to which a yes is an answer; no other question has one value to set."""
    one = len(question.options) == 1 and question.kind == "slot" and question.expects in ("money", "date")
    return question.options[0] if one and question.options[0].startswith("set:") else None


def _answers_confirm(turn: Turn, run: Run, words: Words) -> bool:
    given = answers.yes_or_no(words.text)
    news = {} if given is not None else changes(run, gather(turn, turn.flow(run), run, words, None))
    if news and _is_for_another(turn, words):
        return False
    if news:
        system(turn, "changed", run=run, optional=True)
        take(turn, run, news)
    elif given is not None:
        _obey_words(turn, run, "yes" if given else "no")
    return bool(news) or given is not None


def _leaves(turn: Turn, step: Collect, words: Words) -> bool:
    """Whether a text for a free-text slot surely asks for another flow instead."""
    slot = turn.slot(step.slot)
    if slot.type != "text" or slot.pattern is not None or len(words.text.split()) > FREE_TEXT_WORDS_MAX:
        return False
    decision = understand(turn, words.text)
    flow = flow_by_intent(turn.library, decision.intent) if decision.intent is not None else None
    return flow is not None and decision.confidence >= FREE_TEXT_MIN and flow.id != turn.session.flow


def _meaning(turn: Turn, words: Words, *, first: bool) -> None:
    """The last resort: what does the sentence mean?"""
    asking = _asking(turn)
    if asking is not None and looks_meant(turn.slot(asking[1].slot), words.text):
        go_on(turn, asking[0], collect.unusable(turn, *asking))
        return
    decision = understand(turn, words.text)
    follow(turn, decision.language)
    intent = decision.intent
    if intent is None and asking is None:
        turn.effects.append(NotUnderstood(words.text))
    flow = flow_by_intent(turn.library, intent) if intent is not None else None
    if flow is not None and (asking is None or flow.id != asking[0].flow):
        _start(turn, flow, words)
    elif intent is not None and intent in INTENTS:
        give_command(turn, INTENTS[intent], "")
    elif intent is not None and f"answer_{intent}" in turn.library.system:
        system(turn, f"answer_{intent}")
        repeat(turn)
    elif intent is None and asking is None and _clarify(turn, decision):
        return
    else:
        _not_understood(turn, asking, first=first)


def _start(turn: Turn, flow: Flow | None, words: Words | None = None) -> None:
    if flow is None:
        system(turn, "stale_button")
        return
    slots = fill_at_start(turn, flow, Run("", flow.id, flow.first), words) if words is not None else {}
    turn.session.misses = 0
    if start(turn, flow, slots):
        proceed(turn)


def _clarify(turn: Turn, decision: Decision) -> bool:
    flows = [flow for name in decision.near if (flow := flow_by_intent(turn.library, name)) is not None]
    if not flows or turn.session.misses >= MISSES_TO_OPERATOR:
        return False
    options = {f"flow:{flow.id}": flow_title(turn, flow.id) for flow in flows}
    options["else"] = engine_label(turn, "else")
    names = ("clarify_again", "clarify") if turn.session.misses else ("clarify",)
    turn.session.misses += 1
    offer(turn, "clarify", names, options)
    return True


def _not_understood(turn: Turn, asking: tuple[Run, Collect] | None, *, first: bool) -> None:
    session, top = turn.session, turn.session.top
    if asking is not None:
        go_on(turn, asking[0], collect.unusable(turn, *asking))
    elif top is not None and top.waiting is not None:
        system(turn, "still_waiting", run=top, flow=flow_title(turn, top.flow))
    elif first:
        system(turn, "welcome")
    else:
        session.misses += 1
        system(turn, *(("cannot_handle_again", "cannot_handle") if session.misses > 1 else ("cannot_handle",)))
        repeat(turn)
