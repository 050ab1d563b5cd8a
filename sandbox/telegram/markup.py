"""reply_markup: inline keyboards, reply keyboards, their removal; what is allowed in each."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.failures import bad_request
from sandbox.telegram.limits import BUTTONS_MAX, BUTTONS_PER_ROW_MAX, CALLBACK_DATA_MAX_BYTES

Markup = dict[str, Any]

ACTIONS = (
    "callback_data", "url", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip


def read_markup(arguments: Arguments) -> Markup | None:
    """One of the four kinds of markup, checked; None when there is none."""
    markup = arguments.structure("reply_markup")
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return {"inline_keyboard": [[_inline(b) for b in row] for row in _rows(markup["inline_keyboard"])]}
    if "keyboard" in markup:
        return markup | {"keyboard": [[_reply(button) for button in row] for row in _rows(markup["keyboard"])]}
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return markup
    raise bad_request("can't parse reply keyboard markup JSON object")


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse keyboard: an Array of Arrays is expected")
    full = [row for row in rows if row]
    if sum(map(len, full)) > BUTTONS_MAX or any(len(row) > BUTTONS_PER_ROW_MAX for row in full):
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return full


def _title(button: Any, where: str) -> str:
    text = button.get("text") if isinstance(button, dict) else None
    if not isinstance(text, str):
        raise bad_request(f'can\'t parse {where} button: Field "text" must be of type String')
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    return text


def _inline(button: Any) -> dict[str, Any]:
    title = _title(button, "inline keyboard")
    actions = [action for action in ACTIONS if action in button]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    action, value = actions[0], button[actions[0]]
    if action == "callback_data":
        _check_data(value)
    elif action in ("url", "web_app", "login_url"):
        _check_url(value if isinstance(value, str) else value.get("url", ""))
    return {"text": title, action: value}


def _check_data(data: Any) -> None:
    if not isinstance(data, str) or not 0 < len(data.encode()) <= CALLBACK_DATA_MAX_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_url(url: str) -> None:
    """Telegram wants a host with a dot and so refuses this machine; the sandbox lets it pass."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "tg") or not parts.netloc:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _reply(button: Any) -> dict[str, Any]:
    if isinstance(button, str):
        button = {"text": button}
    title = _title(button, "keyboard")
    wanted = {name: True for name in ("request_contact", "request_location") if button.get(name)}
    if len(wanted) > 1:
        raise bad_request("can't parse keyboard button: only one of the optional fields can be used")
    return {"text": title, **wanted}
