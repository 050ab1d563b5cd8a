"""What stands on the phone: bubbles with buttons, read back from the very requests that the senders would make.

Each messenger's requests have a shape of their own; ``READERS`` names who reads which. A messenger that has no reader
is still shown: its texts and titles, in the order in which they stand in the requests.
"""

import importlib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any, Literal

from channels import references
from channels.choices import LINKS
from channels.viber.render import Lent
from flows.messages import Choice, OutboundMessage
from flows.ports import DrawnPicture

Json = Mapping[str, Any]
Kind = Literal["answer", "link", "phone", "place", "page"]
Manner = Literal["under", "list", "quick", "keyboard"]
ADDRESS = "380501112233"  # every messenger takes it for a customer of theirs, WhatsApp for one who writes from a phone
PICTURE = DrawnPicture(b"drawn when it is sent", "image/png", "picture.png")
PAGES_MAX = 20


@dataclass(frozen=True, slots=True)
class Button:
    """One thing to tap. ``leads`` is the answer's data or the address; ``columns`` is how much of a row it takes."""

    title: str
    kind: Kind = "answer"
    leads: str = ""
    description: str = ""
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of the chat. ``shows`` is a picture, file or place; ``opens`` the title of the button of a list."""

    text: str = ""
    shows: str = ""
    rows: tuple[tuple[Button, ...], ...] = ()
    manner: Manner = "under"
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """A message on one messenger: its pages, what was changed to fit, and the choices that are nowhere to be found."""

    channel: str
    pages: tuple[tuple[Bubble, ...], ...]
    changes: tuple[str, ...] = ()
    lost: tuple[str, ...] = field(default=())


def screen(channel: str, message: OutboundMessage, render: Callable[..., Any] | None = None) -> Screen:
    """All pages of the message, drawn by the messenger's own ``render``."""
    draw = render or importlib.import_module(f"channels.{channel}.render").render
    read = READERS.get(channel, anything)
    pages: list[tuple[Bubble, ...]] = []
    changes: dict[str, None] = {}
    for number in range(PAGES_MAX):
        drawn = draw(replace(message, page=number), ADDRESS, **_given(draw, message))
        pages.append(tuple(bubble for call in drawn.calls for bubble in read(call)))
        changes |= dict.fromkeys(change for change in drawn.degradations if not change.startswith("paged:"))
        paged = next((change for change in drawn.degradations if change.startswith("paged:")), "paged:1/1")
        if number + 1 >= int(paged.rpartition("/")[2]):
            break
    changes |= {f"pages:{len(pages)}": None} if len(pages) > 1 else {}
    return Screen(channel, tuple(pages), tuple(changes), tuple(lost(message, pages, tuple(changes))))


def lost(message: OutboundMessage, pages: Iterable[Iterable[Bubble]], changes: tuple[str, ...]) -> Iterator[str]:
    """The titles of choices that can neither be tapped nor typed, and those that are nowhere to be read in full."""
    bubbles = [bubble for page in pages for bubble in page]
    buttons = [button for bubble in bubbles for row in bubble.rows for button in row]
    words = [_one_line(bubble.text) for bubble in bubbles]
    for number, choice in enumerate(message.choices):
        if choice.kind == "request_phone" and "no_phone_button" in changes:
            continue  # the messenger tells the number by itself, or the text asks for it
        if choice.kind == "request_location" and "no_place_button" in changes:
            continue
        mine = [button for button in buttons if _is_of(button, choice, number)]
        title = _one_line(choice.title)
        shown = [*words, *(_one_line(f"{button.title} · {button.description}") for button in mine)]
        asked = any(button.kind in ("phone", "place") for button in mine)
        tapped_or_typed = bool(mine) or any(_stands_for(line, choice, title) for line in words)
        if not tapped_or_typed or not (asked or any(title in line for line in shown)):
            yield choice.title


def _is_of(button: Button, choice: Choice, number: int) -> bool:
    if choice.kind in ("request_phone", "request_location"):
        return button.kind == ("phone" if choice.kind == "request_phone" else "place")
    if choice.kind in LINKS and choice.url and button.leads == choice.url:
        return True
    if button.leads == button.title == choice.title:  # a tap says the title in the chat, as if it were typed
        return True
    token = references.read(button.leads)
    return button.leads == choice.id or (token is not None and token.choice == number)


def _stands_for(line: str, choice: Choice, title: str) -> bool:
    """A line of the text in the place of a button: the link itself, or a numbered title that can be typed."""
    if choice.kind in LINKS and choice.url:
        return choice.url in line
    return choice.kind == "reply" and any(f"{number}. {title}" in line for number in range(1, 100))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _given(draw: Callable[..., Any], message: OutboundMessage) -> dict[str, Any]:
    """What a messenger's ``render`` takes beside the message: by its name, for it is the same thing everywhere."""
    has_file = message.picture is not None or message.file is not None
    offered = {
        "drawn": PICTURE if has_file else None,
        "lent": Lent("picture", "https://bank.example/p", len(PICTURE.data), PICTURE.file_name) if has_file else None,
        "sender": "Bank",
    }
    return {name: offered[name] for name in inspect.signature(draw).parameters if name in offered}


def telegram(call: Any) -> Iterator[Bubble]:
    """A call of the Bot API."""
    said: Json = call.params
    shows = "picture" if call.file_field else "place" if call.method == "sendLocation" else ""
    markup: Json = said.get("reply_markup", {})
    rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
    yield Bubble(
        str(said.get("text", said.get("caption", ""))),
        shows,
        tuple(tuple(_telegram_button(one) for one in row) for row in rows),
        "keyboard" if "keyboard" in markup else "under",
    )


def _telegram_button(one: Json) -> Button:
    if "request_contact" in one or "request_location" in one:
        return Button(one["text"], "phone" if "request_contact" in one else "place")
    if "url" in one:
        return Button(one["text"], "link", one["url"])
    data = one.get("callback_data", one["text"])
    return Button(one["text"], _answer_or_page(data), data)


def viber(call: Json) -> Iterator[Bubble]:
    """The body of a request. A keyboard's buttons flow into rows of six columns."""
    rows: list[list[Button]] = [[]]
    for one in call.get("keyboard", {}).get("Buttons", []):
        button = _viber_button(one)
        if sum(other.columns for other in rows[-1]) + button.columns > VIBER_COLUMNS:
            rows.append([])
        rows[-1].append(button)
    shows = {"picture": "picture", "file": "file", "location": "place"}.get(call["type"], "")
    yield Bubble(
        str(call.get("text", "")), shows, tuple(tuple(row) for row in rows if row), "keyboard" if rows[0] else "under"
    )


def _viber_button(one: Json) -> Button:
    kinds: Mapping[str, Kind] = {"open-url": "link", "share-phone": "phone", "location-picker": "place"}
    body = str(one["ActionBody"])
    return Button(
        unescape(one["Text"]), kinds.get(one["ActionType"]) or _answer_or_page(body), body, columns=int(one["Columns"])
    )


def whatsapp(call: Any) -> Iterator[Bubble]:
    """A message of the Cloud API."""
    said: Json = call.body
    kind = said["type"]
    if kind != "interactive":
        content = said.get(kind, {})
        shows = {"image": "picture", "document": "file", "location": "place"}.get(kind, "")
        yield Bubble(str(content.get("body", content.get("caption", ""))), shows)
        return
    inner: Json = said["interactive"]
    text, action = str(inner["body"]["text"]), inner["action"]
    match inner["type"]:
        case "button":
            replies = [one["reply"] for one in action["buttons"]]
            yield Bubble(text, rows=tuple((Button(one["title"], leads=one["id"]),) for one in replies))
        case "list":
            lines = [one for section in action["sections"] for one in section["rows"]]
            rows = tuple((_whatsapp_row(one),) for one in lines)
            yield Bubble(text, rows=rows, manner="list", opens=action["button"])
        case "cta_url":
            link = action["parameters"]
            yield Bubble(text, rows=((Button(link["display_text"], "link", link["url"]),),))
        case asked:
            place = "location" in asked
            yield Bubble(
                text,
                rows=((Button("Send location" if place else "Share phone number", "place" if place else "phone"),),),
            )


def _whatsapp_row(one: Json) -> Button:
    return Button(one["title"], _answer_or_page(one["id"]), one["id"], one.get("description", ""))


def messenger(call: Any) -> Iterator[Bubble]:
    """A call of the Send API."""
    said: Json = call.body["message"]
    attached: Json = said.get("attachment", {})
    payload: Json = attached.get("payload", {})
    shows = {"image": "picture", "file": "file"}.get(attached.get("type", ""), "")
    under = tuple((_messenger_button(one),) for one in payload.get("buttons", []))
    yield Bubble(str(payload.get("text", said.get("text", ""))), shows, under)
    quick = tuple(_messenger_button(one) for one in said.get("quick_replies", []))
    if quick:
        yield Bubble(rows=(quick,), manner="quick")


def _messenger_button(one: Json) -> Button:
    if one.get("content_type") == "user_phone_number":
        return Button("their own number", "phone")
    if one.get("type") == "web_url":
        return Button(one["title"], "link", one["url"])
    return Button(one["title"], _answer_or_page(one["payload"]), one["payload"])


def anything(call: Any) -> Iterator[Bubble]:
    """A request of any shape: its texts, and as buttons what has a title and something that it leads to."""
    body = call if isinstance(call, Mapping) else getattr(call, "body", None) or getattr(call, "params", {})
    texts, buttons = list[str](), list[Button]()
    _walk(body, texts, buttons)
    yield Bubble("\n".join(texts), rows=tuple((button,) for button in buttons))


def _walk(found: Any, texts: list[str], buttons: list[Button]) -> None:
    if isinstance(found, Mapping):
        title = next((found[name] for name in TITLES if isinstance(found.get(name), str)), None)
        leads = next((found[name] for name in LEADS if isinstance(found.get(name), str)), None)
        if title is not None and leads is not None:
            buttons.append(Button(title, "link" if "://" in leads else _answer_or_page(leads), leads))
            return
        texts += [found[name] for name in TEXTS if isinstance(found.get(name), str)]
        for inner in found.values():
            _walk(inner, texts, buttons)
    elif isinstance(found, list | tuple):
        for inner in found:
            _walk(inner, texts, buttons)


def _answer_or_page(data: str) -> Kind:
    token = references.read(data)
    return "page" if token is not None and token.page is not None else "answer"


VIBER_COLUMNS = 6
TEXTS = ("text", "body", "caption")
TITLES = ("title", "label", "text", "name")
LEADS = ("payload", "data", "id", "url", "value")
READERS: Mapping[str, Callable[[Any], Iterator[Bubble]]] = {
    "telegram": telegram, "viber": viber, "whatsapp": whatsapp, "messenger": messenger,
}  # fmt: skip
