"""What each channel can hold, from its capability record: the limits stand there and nowhere else."""

from collections.abc import Iterator

from flows.checks.links import all_buttons
from flows.checks.names import PLACEHOLDER, owner_of, wordings
from flows.checks.texts import all_responses
from flows.loading.draft import Draft, response_owner
from flows.model import Collect, Response
from flows.ports import ButtonLimits, Capabilities
from flows.problems import Problem, unknown_word

FILLED = "x" * 16  # a placeholder counts as this much
MAC_CHARS = 12  # nine bytes in base64, as flows.buttons signs
SENSITIVE = {"card_number": "card_number", "iban": "iban"}
SECURE_FORM = "secure_link"  # the system response that offers a one-time page


def size(text: str, unit: str) -> int:
    """How long a text is in the unit a platform counts in."""
    if unit == "byte":
        return len(text.encode())
    return len(text.encode("utf-16-le")) // 2 if unit == "utf16" else len(text)


def check_texts(draft: Draft) -> Iterator[Problem]:
    """E420: a text that the channel refuses; with a picture the caption's limit holds."""
    for flow, response in all_responses(draft):
        for before, locale, wording in wordings(response):
            texts = (*("\n".join(wording.lines),), *wording.plural.values())
            for channel in draft.channels:
                if before[:1] == ("channels",) and before[1:] != (channel.channel,):
                    continue
                caption = channel.max_caption if response.image is not None else 0
                most = caption or channel.max_text  # without captions the words follow the picture
                longest = max(size(PLACEHOLDER.sub(FILLED, text), channel.text_unit) for text in texts)
                if longest > most:
                    what = f"'{response.name}' is {longest} long in '{locale}', {channel.channel} takes {most}"
                    at = draft.at(response_owner(flow, response.name), *before, locale)
                    yield Problem(
                        "E420", at, what, "the message would be refused", "say it shorter, or in two responses"
                    )


def check_buttons(draft: Draft) -> Iterator[Problem]:
    """W421, E422, E423, W425."""
    for flow, response in all_responses(draft):
        yield from _too_many(draft, flow, response)
    for flow, response, number, button in all_buttons(draft):
        owner = response_owner(flow, response.name)
        for locale, title in button.titles.items():
            most, tight = _tightest(draft.channels, "title")
            if tight is not None and size(title, tight.buttons.unit) > most:
                what = f"the label '{title}' is longer than the {most} that {tight.channel} can hold even in a list"
                at = draft.at(owner, "buttons", number, locale)
                yield Problem("E422", at, what, "it would be cut", f"use at most {most} characters")
        subject = button.flow or button.command or ""
        most, tight = _tightest(draft.channels, "payload")
        length = len(f"f.{subject}.".encode()) + MAC_CHARS
        if subject and tight is not None and length > most:
            at = draft.at(owner, "buttons", number, "flow" if button.flow else "command")
            what = f"the button's data is {length} bytes, {tight.channel} takes {most}"
            yield Problem("E423", at, what, "the button could not be sent", "give the flow a shorter id")
        yield from _not_offered(draft, flow, response, number, button.request)


def _not_offered(draft: Draft, flow: str, response: Response, number: int, request: str | None) -> Iterator[Problem]:
    if request is None:
        return
    lacking = [c.channel for c in draft.channels if not (c.request_phone if request == "phone" else c.request_location)]
    if lacking:
        what = f"{', '.join(lacking)} has no button that asks for a {request}"
        at = draft.at(response_owner(flow, response.name), "buttons", number, "request")
        yield Problem("W425", at, what, "a text is sent there instead", "say in the text that it can be typed, too")


def _too_many(draft: Draft, flow: str, response: Response) -> Iterator[Problem]:
    if isinstance(response.buttons, str):
        return
    for channel in draft.channels:
        rows = channel.choice_list.rows if channel.choice_list else 0
        most = max(channel.buttons.most, rows, channel.quick_replies.most if channel.quick_replies else 0)
        if len(response.buttons) > most:
            what = f"'{response.name}' has {len(response.buttons)} buttons, {channel.channel} shows {most}"
            at = draft.at(response_owner(flow, response.name), "buttons")
            yield Problem("W421", at, what, "the rest comes as a numbered list", "offer fewer, or ask in two steps")


def _tightest(channels: tuple[Capabilities, ...], key: str) -> tuple[int, Capabilities | None]:
    tight = min(channels, key=lambda channel: _limit(channel, key), default=None)
    return (_limit(tight, key), tight) if tight is not None else (0, None)


def _limit(channel: Capabilities, key: str) -> int:
    """The most that the channel's roomiest kind of button takes; a title cut in a list stands in full beside it."""
    kinds: list[ButtonLimits] = [channel.buttons, *([channel.quick_replies] if channel.quick_replies else [])]
    if key == "payload":
        return min(kind.payload for kind in kinds)
    return max([kind.title for kind in kinds] + ([channel.choice_list.description] if channel.choice_list else []))


def check_pictures(draft: Draft) -> Iterator[Problem]:
    """E424: a template that nobody draws, or inputs it does not take."""
    if draft.templates is None:
        return
    for flow, response in all_responses(draft):
        image = response.image
        if image is None or not image.template:
            continue
        owner = response_owner(flow, response.name)
        if image.template not in draft.templates:
            what, why = f"there is no picture called '{image.template}'", "the message would come without it"
            known = "the pictures are " + ", ".join(draft.templates)
            yield unknown_word("E424", image.at, what, why, image.template, draft.templates, known)
            continue
        for name in image.values:
            takes = draft.templates[image.template]
            if name not in takes:
                what, why = f"the picture '{image.template}' takes no '{name}'", "it would be left out"
                at = draft.key_at(owner, "image", "with", name)
                yield unknown_word("E424", at, what, why, name, takes, "it takes " + ", ".join(sorted(takes)))


def check_taken(draft: Draft) -> Iterator[Problem]:
    """E426: a channel that may not take such a value, and no secure page to take it instead."""
    if SECURE_FORM in draft.system:
        return
    for flow, step in draft.all_steps():
        slot = draft.slots.get(step.slot) if isinstance(step, Collect) else None
        kind = SENSITIVE.get(slot.type) if slot is not None else None
        barred = [c.channel for c in draft.channels if kind is not None and kind not in c.may_take]
        if slot is not None and barred:
            what = f"{', '.join(barred)} may not take '{slot.name}' and system.yml has no '{SECURE_FORM}'"
            at = draft.at(owner_of(flow, step), "collect")
            yield Problem(
                "E426",
                at,
                what,
                "the platform's rules forbid asking for it there",
                f"write '{SECURE_FORM}' in system.yml",
            )
