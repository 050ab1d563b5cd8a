"""What each channel can hold, from its capability record: the limits stand there and nowhere else."""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil

from flows.asking import PROTECTED
from flows.checks.links import all_buttons
from flows.checks.names import PLACEHOLDER, owner_of, wordings
from flows.checks.texts import all_responses
from flows.loading.draft import Draft, response_owner
from flows.model import Button, Collect, Response
from flows.ports import ButtonLimits, Capabilities
from flows.problems import Problem, unknown_word

FILLED = "x" * 16  # a placeholder counts as this much
MAC_CHARS = 12  # nine bytes in base64, as flows.buttons signs
NO_LIMIT = 10_000
SMALLEST_PAGE = 2  # "more" and "back" leave nothing of a page that is no larger
SECURE_FORM = "secure_link"  # the system response that offers a one-time page


def size(text: str, unit: str) -> int:
    """How long a text is in the unit a platform counts in."""
    if unit == "byte":
        return len(text.encode())
    return len(text.encode("utf-16-le")) // 2 if unit == "utf16" else len(text)


def check_texts(draft: Draft) -> Iterator[Problem]:
    """E420: a text longer than one message of a channel. W427: one that is too long for what hangs on it."""
    for flow, response in all_responses(draft):
        for before, locale, wording in wordings(response):
            channels = tuple(c for c in draft.channels if _shows(c, response, before, locale))
            texts = (*("\n".join(wording.lines),), *wording.plural.values())
            filled = [PLACEHOLDER.sub(FILLED, text) for text in texts]
            at = draft.at(response_owner(flow, response.name), *before, locale)
            found = _too_long(response, locale, filled, channels) or _apart(response, locale, filled, channels)
            if found is not None:
                code, what, why, fix = found
                yield Problem(code, at, what, why, fix)


def _shows(channel: Capabilities, response: Response, before: tuple[str, ...], locale: str) -> bool:
    """Whether it is this wording that the channel's customers read, and not another that is written for it."""
    if before[:1] == ("channels",):
        return before[1:] == (channel.channel,)
    return locale not in response.channels.get(channel.channel, {})


Said = tuple[str, str, str, str]  # a problem's code, what, why and fix


def _too_long(response: Response, locale: str, texts: Sequence[str], channels: Sequence[Capabilities]) -> Said | None:
    long = {c.channel: (_longest(texts, c), c.max_text) for c in channels if _longest(texts, c) > c.max_text}
    if not long:
        return None
    longest, takes = (
        max(size for size, _ in long.values()),
        _listed(f"{n} takes {most}" for n, (_, most) in long.items()),
    )
    parts = _listed(f"{ceil(size / most)} messages on {name}" for name, (size, most) in long.items())
    what = f"'{response.name}' is {longest} long in '{locale}', {takes}"
    return "E420", what, f"it would come in pieces, at least {parts}", "say it shorter, or in two responses"


def _apart(response: Response, locale: str, texts: Sequence[str], channels: Sequence[Capabilities]) -> Said | None:
    """A caption that has no room under its picture, and a text that has none above its buttons."""
    captions = {
        c.channel: c.max_caption
        for c in channels
        if response.image is not None and 0 < c.max_caption < _longest(texts, c)
    }
    if captions:
        takes = _listed(f"{name} takes {most} under a picture" for name, most in captions.items())
        why = "the picture would come alone there, and its words as a message of their own"
        return "W427", f"'{response.name}' is too long in '{locale}' for a caption: {takes}", why, "say it shorter"
    beside = {
        c.channel: c.max_text_beside
        for c in channels
        if _has_buttons_under(response, c) and 0 < c.max_text_beside < _longest(texts, c)
    }
    if beside:
        takes = _listed(f"{name} takes {most} above buttons" for name, most in beside.items())
        why = "the text would come before them there, and the buttons under a message of their own"
        return (
            "W427",
            f"'{response.name}' is too long in '{locale}' to stand above its buttons: {takes}",
            why,
            ("say it shorter, or say the long part in a response before"),
        )
    return None


def _has_buttons_under(response: Response, channel: Capabilities) -> bool:
    """Whether buttons hang under the text; where there are more of them, a list or quick replies take longer texts."""
    if isinstance(response.buttons, str):
        return response.buttons == "confirm"
    links = any(button.url or button.request for button in response.buttons)
    return links or 0 < len(response.buttons) <= channel.buttons.most


def _longest(texts: Sequence[str], channel: Capabilities) -> int:
    return max(size(text, channel.text_unit) for text in texts)


def _listed(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def check_buttons(draft: Draft) -> Iterator[Problem]:
    """W421, E422, E423, W425, W428."""
    for flow, response in all_responses(draft):
        yield from _too_many(draft, flow, response)
        yield from _mixed(draft, flow, response)
    for flow, response, number, button in all_buttons(draft):
        owner = response_owner(flow, response.name)
        for locale, title in button.titles.items():
            tight = min(draft.channels, key=lambda channel: _title_max(channel, button), default=None)
            if tight is not None and size(title, tight.buttons.unit) > _title_max(tight, button):
                most = _title_max(tight, button)
                what = f"the label '{title}' is longer than the {most} that {tight.channel} shows"
                why = "it would be cut there, and stand in full in the text or beside it"
                yield Problem("E422", draft.at(owner, "buttons", number, locale), what, why, f"use at most {most}")
        subject = button.flow or button.command or ""
        tight = min(draft.channels, key=_payload_max, default=None)
        length = len(f"f.{subject}.".encode()) + MAC_CHARS
        if subject and tight is not None and length > _payload_max(tight):
            at = draft.at(owner, "buttons", number, "flow" if button.flow else "command")
            what = f"the button's data is {length} bytes, {tight.channel} takes {_payload_max(tight)}"
            why = "the button would lead to its message and do nothing once that is forgotten"
            yield Problem("E423", at, what, why, "give the flow a shorter id")
        yield from _not_offered(draft, flow, response, number, button.request)


def _not_offered(draft: Draft, flow: str, response: Response, number: int, request: str | None) -> Iterator[Problem]:
    if request is None:
        return
    unable = [c.channel for c in draft.channels if not (c.request_phone if request == "phone" else c.request_location)]
    lacking = [channel for channel in unable if channel not in response.channels]  # the others have words of their own
    if lacking:
        what = f"{_listed(lacking)} has no button that asks for a {request}"
        at = draft.at(response_owner(flow, response.name), "buttons", number, "request")
        why = "the text asks to type it there instead"
        yield Problem("W425", at, what, why, "say in the text that it can be typed, too")


def _too_many(draft: Draft, flow: str, response: Response) -> Iterator[Problem]:
    """W421: what does not fit is not lost, but nobody likes to leaf through answers."""
    if isinstance(response.buttons, str):
        return
    answers = [button for button in response.buttons if not button.url and not button.request]
    found: dict[str, str] = {}
    for channel in draft.channels:
        count = len(response.buttons) if channel.mixed_kinds and channel.quick_replies is None else len(answers)
        most = _shown_at_once(channel)
        if count > most:
            pages = ceil((count - 2) / (most - 2)) if most > SMALLEST_PAGE else count
            rows = channel.choice_list is None and channel.buttons.per_row > 1  # short ones share a row
            found[channel.channel] = (
                f"{channel.channel} shows {most} at once, then {'up to ' if rows else ''}{pages} pages"
            )
    if found:
        at = draft.at(response_owner(flow, response.name), "buttons")
        what = f"'{response.name}' has {len(response.buttons)} buttons; {_listed(found.values())}"
        why = "customers turn the pages with “more” and “back”"
        yield Problem("W421", at, what, why, "offer fewer, or ask in two steps")


def _mixed(draft: Draft, flow: str, response: Response) -> Iterator[Problem]:
    """W428: a channel where answers, links and requests cannot stand under one message."""
    if isinstance(response.buttons, str):
        return
    kinds = {"a request" if button.request else "a link" if button.url else "an answer" for button in response.buttons}
    apart = [c.channel for c in draft.channels if not c.mixed_kinds]
    if len(kinds) > 1 and apart:
        at = draft.at(response_owner(flow, response.name), "buttons")
        what = f"'{response.name}' mixes {_listed(sorted(kinds))}; {_listed(apart)} shows one kind under a message"
        why = f"it would come as {len(kinds)} messages there"
        yield Problem("W428", at, what, why, "say each in a response of its own, or leave one out")


def _shown_at_once(channel: Capabilities) -> int:
    rows = channel.choice_list.rows if channel.choice_list else 0
    return max(channel.buttons.most, rows, channel.quick_replies.most if channel.quick_replies else 0)


def _payload_max(channel: Capabilities) -> int:
    return min(kind.payload for kind in _kinds(channel))


def _title_max(channel: Capabilities, button: Button) -> int:
    """What the channel's roomiest kind of button for it shows; a title cut in a list stands in full beside it."""
    if button.request and channel.own_phone == "sender":
        return NO_LIMIT  # it draws such a button itself, in its own words
    if button.url and not channel.mixed_kinds:
        return channel.buttons.title
    beside = [channel.choice_list.description] if channel.choice_list else []
    return max([kind.title for kind in _kinds(channel)] + beside)


def _kinds(channel: Capabilities) -> list[ButtonLimits]:
    return [channel.buttons, *([channel.quick_replies] if channel.quick_replies else [])]


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
        kind = (PROTECTED.get(slot.type) or PROTECTED.get(slot.name)) if slot is not None else None
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
