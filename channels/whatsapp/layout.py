"""A message's choices as the blocks that WhatsApp can draw, each a message of its own, in the order they go out.

    up to 3 short replies          buttons
    up to 10, or longer titles     a list behind a button
    more than 10                   a list in pages
    one to three links             a link each, after the replies; more of them are lines of the text
    a phone, a place               a request each; where the phone is known, it is not asked for

What is changed to fit is told in ``degradations``; nothing is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from channels import references
from channels.choices import ASKS, LINKS, any_cut, linked, numbered, of_kinds, page_count, page_of, short_titles
from channels.texts import Unit, length, shorten
from channels.whatsapp.capabilities import BESIDE_MAX, LINK_TITLE_MAX, LINKS_MAX, LIST, LIST_TEXT_MAX, REPLIES
from channels.whatsapp.identities import is_phone
from channels.words import say
from flows.messages import Choice, OutboundMessage

UNIT: Unit = "utf16"
ID_MAX = min(LIST.payload, REPLIES.payload)  # either kind may come of it


@dataclass(frozen=True, slots=True)
class Block:
    """An ``interactive`` without its body: ``most`` is what the body may hold, ``words`` stand where there is none."""

    interactive: dict[str, Any]
    words: str
    most: int = BESIDE_MAX


@dataclass(frozen=True, slots=True)
class Layout:
    """The text, longer where choices had to become lines of it, the blocks under it, and what was changed."""

    text: str
    blocks: tuple[Block, ...] = ()
    degradations: tuple[str, ...] = field(default=())


def lay_out(message: OutboundMessage, address: str) -> Layout:
    """All choices of the message's page, none of them lost."""
    named = tuple(_named(choice) for choice in _with_fit_ids(message))
    degradations = ["short_ids"] if [c.id for c in named] != [c.id for c in message.choices] else []
    choices = _asked_once(named, address)
    if is_phone(address) and of_kinds(named, "request_phone"):
        degradations.append("no_phone_button")
    links = tuple(choice for choice in of_kinds(choices, *LINKS) if choice.url)
    asks = of_kinds(choices, *ASKS)
    replies = tuple(choice for choice in choices if choice not in links and choice not in asks)
    text, links, changes = _links(message.text, links)
    text, block, words = _replies(message, text, replies)
    blocks = [*block, *(_request(choice) for choice in asks), *(_link(choice) for choice in links)]
    degradations += [*changes, *words]
    if len(blocks) > 1:
        degradations.append("mixed_kinds" if len({one.interactive["type"] for one in blocks}) > 1 else "choices_apart")
    if any_cut(links, LINK_TITLE_MAX, UNIT):
        degradations += ["titles_cut"] if "titles_cut" not in degradations else []
        text = _with_cut_first(text, blocks, links)
    return Layout(text, tuple(blocks), tuple(degradations))


def _with_fit_ids(message: OutboundMessage) -> tuple[Choice, ...]:
    """An id that WhatsApp would refuse (long, empty, spaces at its ends, twice) gives way to a token leading to it."""
    seen: set[str] = set()
    fit: list[Choice] = []
    for number, choice in enumerate(message.choices):
        good = choice.id == choice.id.strip() and 0 < length(choice.id, UNIT) <= ID_MAX and choice.id not in seen
        seen.add(choice.id)
        replied = choice.kind == "reply" or (choice.kind in LINKS and not choice.url)
        fit.append(choice if good or not replied else replace(choice, id=references.to_choice(message.ref, number)))
    return tuple(fit)


def _named(choice: Choice) -> Choice:
    """A title on one line, and never none."""
    return replace(
        choice, title=" ".join(choice.title.split()) or "…", description=" ".join(choice.description.split())
    )


def _asked_once(choices: Sequence[Choice], address: str) -> tuple[Choice, ...]:
    """The same request a second time is no other choice, and nobody is asked for the phone that they write from."""
    once: list[Choice] = []
    asked = {"request_phone"} if is_phone(address) else set()
    for choice in choices:
        if choice.kind in ASKS and choice.kind in asked:
            continue
        asked.add(choice.kind)
        once.append(choice)
    return tuple(once)


def _links(text: str, links: Sequence[Choice]) -> tuple[str, tuple[Choice, ...], list[str]]:
    """The text, the links that get a button, and what was changed. Only a page of the web can stand behind one."""
    web = tuple(choice for choice in links if (choice.url or "").startswith(("https://", "http://")))
    if len(web) > LINKS_MAX:
        web = ()
    told = [choice for choice in links if choice not in web]
    return (linked(text, told), web, ["links_in_text"]) if told else (text, web, [])


def _replies(
    message: OutboundMessage, text: str, replies: Sequence[Choice]
) -> tuple[str, tuple[Block, ...], tuple[str, ...]]:
    """The text, the block of the choices that answer, and what was changed."""
    if not replies:
        return text, (), ()
    described = any(choice.description for choice in replies)
    if len(replies) <= REPLIES.most and not described and not any_cut(replies, REPLIES.title, UNIT):
        return text, (_buttons(message, replies),), ()
    if len(replies) > LIST.rows and not message.ref:  # pages could not be asked for
        return numbered(text, replies), (), ("numbered_menu",)
    shown = page_of(message, replies, LIST.rows)
    changes = ["list"]
    pages = page_count(len(replies), LIST.rows)
    if pages > 1:
        changes.append(f"paged:{min(max(message.page, 0), pages - 1) + 1}/{pages}")
    if any_cut(shown, LIST.title, UNIT):
        changes.append("titles_cut")
    told = [full for choice in shown if length(full := _beside(choice), UNIT) > LIST.description]
    if told:
        text = "\n".join([text, "", *(f"• {line}" for line in told)]).strip()
    return text, (_list(message, shown),), tuple(changes)


def _buttons(message: OutboundMessage, replies: Sequence[Choice]) -> Block:
    titles = short_titles(replies, REPLIES.title, UNIT)
    buttons = [
        {"type": "reply", "reply": {"id": choice.id, "title": title}}
        for choice, title in zip(replies, titles, strict=True)
    ]
    return Block({"type": "button", "action": {"buttons": buttons}}, say("choose", message.locale))


def _list(message: OutboundMessage, shown: Sequence[Choice]) -> Block:
    rows = []
    for choice, title in zip(shown, short_titles(shown, LIST.title, UNIT), strict=True):
        beside = shorten(_beside(choice), LIST.description, UNIT)
        rows.append({"id": choice.id, "title": title} | ({"description": beside} if beside else {}))
    button = shorten(say("choose", message.locale), LIST.button, UNIT)
    action = {"button": button, "sections": [{"rows": rows}]}
    return Block({"type": "list", "action": action}, say("choose", message.locale), LIST_TEXT_MAX)


def _beside(choice: Choice) -> str:
    """What stands beside a row's title: the title itself where it is cut, and the choice's own description."""
    full = choice.title if length(choice.title, UNIT) > LIST.title else ""
    return " · ".join(part for part in (full, choice.description) if part)


def _request(choice: Choice) -> Block:
    if choice.kind == "request_location":
        return Block({"type": "location_request_message", "action": {"name": "send_location"}}, choice.title)
    return Block({"type": "request_contact_info", "action": {"name": "request_contact_info"}}, choice.title)


def _link(choice: Choice) -> Block:
    title = shorten(choice.title, LINK_TITLE_MAX, UNIT)
    parameters = {"display_text": title, "url": choice.url}
    return Block({"type": "cta_url", "action": {"name": "cta_url", "parameters": parameters}}, choice.title)


def _with_cut_first(text: str, blocks: Sequence[Block], links: Sequence[Choice]) -> str:
    """A link's whole title is its block's own words; the first block has the text there, so it goes into the text."""
    first = blocks[0].interactive["type"] == "cta_url" and length(links[0].title, UNIT) > LINK_TITLE_MAX
    return f"{text}\n\n{links[0].title}" if first and text else text
