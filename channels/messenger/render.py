"""An outbound message to calls of the Send API, in order, and what had to be changed to fit.

1 to 3 choices, links among them or not: buttons under the text, which stay there
more choices                           : quick replies, up to 13, then in pages; they go with the next message
links beside quick replies             : buttons of their own, three a message; the last one carries the quick replies
a text too long for what hangs on it   : goes before it, as a message of its own
the customer's phone                   : a quick reply that Messenger fills in; a place is asked for in words
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from channels.choices import LINKS, any_cut, linked, numbered, of_kinds, page_of, pages_of, short_titles, with_short_ids
from channels.errors import PermanentContent
from channels.messenger.capabilities import CAPABILITIES, UNIT
from channels.messenger.parse import USER_REF
from channels.taking_back import instead
from channels.texts import length, printable, split
from channels.words import say
from flows.messages import Choice, Location, OutboundMessage, Template
from flows.ports import DrawnPicture

BUTTONS = CAPABILITIES.buttons
QUICK = CAPABILITIES.quick_replies or BUTTONS
LINK_MESSAGES_MAX = 3  # nobody scrolls through more of them: further links are lines of the text
LINK_CHARS_MAX = 2000  # what Messenger's webview opens; a longer address is no address of ours
WEB = ("https://", "http://")
MAP_URL = "https://www.google.com/maps/search/?api=1&query={lat:.6f},{lon:.6f}"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call to ``/messages``. ``file`` goes with it as ``filedata``."""

    body: Json
    file: DrawnPicture | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """The calls of one message."""

    calls: tuple[Call, ...]
    degradations: tuple[str, ...] = field(default=())


@dataclass(slots=True)
class _Sheet:
    """What is being composed: the ``message`` objects in order, and the changes."""

    message: OutboundMessage
    messages: list[Json] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    def note(self, change: str) -> None:
        if change not in self.changes:
            self.changes.append(change)

    def words(self, text: str) -> None:
        """The text as one or several messages."""
        parts = split(text, CAPABILITIES.max_text, UNIT)
        if len(parts) > 1:
            self.note(f"text_split:{len(parts)}")
        self.messages += [{"text": part} for part in parts]


def render(message: OutboundMessage, address: str, *, drawn: DrawnPicture | None = None) -> Rendered:
    """All calls that deliver a message to the customer ``address``.

    Raises:
        PermanentContent: when there is nothing in it that could be sent.
    """
    if message.template is not None:
        return Rendered((Call(_envelope(address, "UTILITY") | {"message": _utility(message.template)}),))
    message, taken_back = instead(message)
    sheet = _Sheet(message, changes=list(taken_back))
    files = [drawn] if drawn is not None and taken_back[:1] != ("delete_as_notice",) else []
    _compose(sheet, text=_text(sheet, has_file=bool(files)), has_file=bool(files))
    if not files and not sheet.messages:
        raise PermanentContent("the message is empty", "empty")
    kind = "RESPONSE" if message.purpose == "response" else "UPDATE"
    calls = [Call(_envelope(address, kind) | {"message": _media(file)}, file) for file in files]
    calls += [Call(_envelope(address, kind) | {"message": one}) for one in sheet.messages]
    if message.reply_to is not None:
        calls[0].body["reply_to"] = {"mid": message.reply_to}
    return Rendered(tuple(calls), tuple(sheet.changes))


def recipient(address: str) -> Json:
    """Who it goes to: a customer of the page, or one who has only ticked a box on a page so far."""
    ref = address.removeprefix(USER_REF)
    return {"user_ref": ref} if ref != address else {"id": address}


def file_kind(drawn: DrawnPicture) -> str:
    """What Messenger calls it."""
    return "image" if not drawn.document and drawn.mime.startswith("image/") else "file"


def _envelope(address: str, kind: str) -> Json:
    return {"recipient": recipient(address), "messaging_type": kind}


def _utility(template: Template) -> Json:
    """A message that Meta has approved, as utility messages are sent since 2025; nothing else knows this shape."""
    parameters = [{"type": "text", "text": value} for value in template.values]
    components = [{"type": "body", "parameters": parameters}] if parameters else []
    return {
        "template": {"name": template.name, "language": {"code": template.language}, "components": components},
    }


def _media(drawn: DrawnPicture) -> Json:
    return {"attachment": {"type": file_kind(drawn), "payload": {"is_reusable": False}}}


def _text(sheet: _Sheet, *, has_file: bool) -> str:
    """The words of the message; what Messenger cannot show is told in words too."""
    message = sheet.message
    text = printable(message.text).strip()
    told = message.picture or message.file
    if told is not None and not has_file:
        sheet.note("media_as_text")
        text = "\n".join(part for part in (text, printable(told.alt).strip()) if part)
    if message.place is not None:
        sheet.note("media_as_text")
        text = "\n".join(part for part in (text, *_place(message.place)) if part)
    if any(choice.kind == "request_location" for choice in message.choices):
        sheet.note("no_place_button")
        text = "\n".join(part for part in (text, say("share_place", message.locale)) if part)
    return text


def _place(place: Location) -> tuple[str, ...]:
    return (printable(place.name), printable(place.address), MAP_URL.format(lat=place.lat, lon=place.lon))


def _compose(sheet: _Sheet, text: str, *, has_file: bool) -> None:
    """The words and choices as messages, in the first way that holds them all."""
    message = sheet.message
    phones, links, replies = _sorted(sheet)
    if phones and not text:
        text = say("share_phone", message.locale)
    room = QUICK.most - len(phones)
    if not message.ref and ("short_ids" in sheet.changes or len(replies) > room):
        # Nothing could lead back to this message: a typed number is taken as well as a tap.
        sheet.note("numbered_menu")
        text, replies = numbered(text, replies), []
    if len(links) > LINK_MESSAGES_MAX * BUTTONS.most:
        sheet.note("links_in_text")
        text, links = linked(text, links), []
    if has_file and text:
        sheet.note("caption_apart")
    if not phones and len(replies) + len(links) <= BUTTONS.most:
        _few(sheet, text, [choice for choice in _shown(sheet) if choice in replies or choice in links])
        return
    if len(replies) > room:
        pages = pages_of(replies, room)
        sheet.note(f"paged:{min(max(message.page, 0), pages - 1) + 1}/{pages}")
    on_page = page_of(message, replies, room)
    text = _with_full_titles(sheet, text, [*on_page, *links])
    _many(sheet, text, links, _quick_replies(on_page, asks_phone=bool(phones)))


def _shown(sheet: _Sheet) -> list[Choice]:
    """All that can be tapped, with ids and titles that Messenger takes."""
    message = sheet.message
    tappable = replace(message, choices=tuple(_tidy(choice, message.locale) for choice in message.choices))
    given = with_short_ids(tappable, BUTTONS.payload, UNIT)
    if given != tappable.choices:
        sheet.note("short_ids")
    return [choice for choice in given if choice.kind != "request_location"]


def _sorted(sheet: _Sheet) -> tuple[list[Choice], list[Choice], list[Choice]]:
    """The request for a phone (one is enough), the links, the answers."""
    shown = _shown(sheet)
    phones = of_kinds(shown, "request_phone")[:1]
    return [*phones], [*of_kinds(shown, *LINKS)], [*of_kinds(shown, "reply")]


def _few(sheet: _Sheet, text: str, choices: Sequence[Choice]) -> None:
    """The words, with up to three buttons under them."""
    text = _with_full_titles(sheet, text, choices)
    if choices:
        _put_under(sheet, text, _buttons(choices))
    elif text:
        sheet.words(text)


def _many(sheet: _Sheet, text: str, links: Sequence[Choice], replies: list[Json]) -> None:
    """Links as buttons, then quick replies on the last message, whatever it is."""
    if not links:
        sheet.words(text or say("choose", sheet.message.locale))
    else:
        sheet.note("choices_apart")
        buttons = _buttons(links)
        for start in range(0, len(buttons), BUTTONS.most):
            words = text if start == 0 else say("open", sheet.message.locale)
            _put_under(sheet, words, buttons[start : start + BUTTONS.most])
    if replies:
        sheet.messages[-1]["quick_replies"] = replies


def _put_under(sheet: _Sheet, text: str, buttons: list[Json]) -> None:
    """Buttons under a text; a text that is too long for that goes before them."""
    if length(text, UNIT) > CAPABILITIES.max_text_beside:
        sheet.words(text)
        sheet.note("choices_apart")
        text = ""
    words = text or say("choose", sheet.message.locale)
    payload = {"template_type": "button", "text": words, "buttons": buttons}
    sheet.messages.append({"attachment": {"type": "template", "payload": payload}})


def _buttons(choices: Sequence[Choice]) -> list[Json]:
    titles = short_titles(choices, BUTTONS.title, UNIT)
    return [_button(choice, title) for choice, title in zip(choices, titles, strict=True)]


def _button(choice: Choice, title: str) -> Json:
    if choice.kind not in LINKS:
        return {"type": "postback", "title": title, "payload": choice.id}
    # A one-time page is for this customer alone: the webview offers no way to share it.
    return {
        "type": "web_url",
        "title": title,
        "url": choice.url,
        "webview_height_ratio": "full",
        "webview_share_button": "hide",
    }


def _quick_replies(choices: Sequence[Choice], *, asks_phone: bool) -> list[Json]:
    titles = short_titles(choices, QUICK.title, UNIT)
    asked = [{"content_type": "user_phone_number"}] if asks_phone else []
    return asked + [
        {"content_type": "text", "title": title, "payload": choice.id}
        for choice, title in zip(choices, titles, strict=True)
    ]


def _with_full_titles(sheet: _Sheet, text: str, choices: Sequence[Choice]) -> str:
    """The text with each title in full that its button will not show in full, by its number among all."""
    if not any_cut(choices, BUTTONS.title, UNIT):
        return text
    sheet.note("titles_cut")
    lines = [
        f"{number}. {choice.title}"
        for number, choice in enumerate(_shown(sheet), 1)
        if choice in choices and length(choice.title, UNIT) > BUTTONS.title
    ]
    return "\n".join([text, *lines] if text else lines)


def _tidy(choice: Choice, locale: str) -> Choice:
    """A title in one line and never an empty one; a link without an address that Messenger opens can only answer."""
    title = " ".join(printable(choice.title).split()) or say("choose", locale)
    url = choice.url or ""
    opens = url.startswith(WEB) and len(url) <= LINK_CHARS_MAX
    kind = "reply" if choice.kind in LINKS and not opens else choice.kind
    return replace(choice, title=title, kind=kind, id=choice.id if choice.id.strip() else title)
