"""What stands behind a button: a short token that only we can make, good for one conversation.

``q.<question>.<option>.<mac>`` answers one question, ``f.<flow>.<mac>`` starts a flow and ``c.<command>.<mac>`` gives
a command; the last two never go stale. All are ASCII and at most ``PAYLOAD_BYTES_MAX`` long.
"""

import hmac
import re
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from flows.identifiers import token

PAYLOAD_BYTES_MAX = 64  # Telegram's callback_data, the tightest of the four
MAC_BYTES = 9
_SHAPE = re.compile(r"[qfc]\..+\.[A-Za-z0-9_-]{12}|m\.[A-Za-z0-9_-]{22}\.p?\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """A button token that is ours. ``subject`` is the question's id, the flow or the command."""

    kind: Literal["question", "flow", "command"]
    subject: str
    option: int = -1


def for_option(question: str, option: int, conversation: UUID, key: bytes) -> str:
    """The payload of one option of a question."""
    return _signed(f"q.{question}.{option}", conversation, key)


def for_flow(flow: str, conversation: UUID, key: bytes) -> str:
    """The payload of a menu button."""
    return _signed(f"f.{flow}", conversation, key)


def for_command(command: str, conversation: UUID, key: bytes) -> str:
    """The payload of a button that gives a command such as ``/help``."""
    return _signed(f"c.{command}", conversation, key)


def read(payload: str, conversation: UUID, key: bytes) -> Press | None:
    """The press, or None when the token is foreign, forged or damaged."""
    body, _, mac = payload.rpartition(".")
    if not payload.isascii() or not hmac.compare_digest(mac, _mac(body, conversation, key)):
        return None
    kind, _, rest = body.partition(".")
    if kind == "f":
        return Press("flow", rest)
    if kind == "c":
        return Press("command", rest)
    question, _, option = rest.rpartition(".")
    return Press("question", question, int(option))


def looks_ours(payload: str) -> bool:
    """Whether a payload has the shape of a token of ours, signed or leading back to a message; it may be forged."""
    return _SHAPE.fullmatch(payload) is not None


def _signed(body: str, conversation: UUID, key: bytes) -> str:
    payload = f"{body}.{_mac(body, conversation, key)}"
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"the button '{body}' needs {len(payload)} bytes, {PAYLOAD_BYTES_MAX} are allowed")
    return payload


def _mac(body: str, conversation: UUID, key: bytes) -> str:
    return token(conversation.bytes + body.encode(), key, MAC_BYTES)
