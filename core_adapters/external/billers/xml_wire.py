"""One exchange in XML: HTTP 200 says nothing, the status stands in the body.

An answer is `<answer>` with `<status>` and flat fields; the one list there is has parts that are flat, too. A document
type, an entity, a comment or CDATA is not read: whoever needs none of them has no business to send any.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

import httpx

from core_adapters.failures import BankFailure, Declined, Missing, TurnedAway, Unavailable, Unclear
from core_adapters.http import MAYBE_AT_WORK, NOT_SENT, PLAIN, body_of, label_of

REPLY_BYTES_MAX = 100_000
LABELS = frozenset({"application/xml", "text/xml"})
WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)
NUMBERS = frozenset({"due_minor", "amount_minor"})
DONE, NO_ACCOUNT, NO_PAYMENT, WRONG_LOGIN, REFUSED, UNREADABLE = 0, 1, 4, 5, 6, 7

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its flat fields, and the parts that are lists of fields."""

    fields: Fields
    parts: tuple[Fields, ...]


@dataclass(frozen=True, slots=True)
class XmlWire:
    """Where a partner is and how one logs in. Everything raises BankFailure."""

    client: httpx.AsyncClient
    url: str
    login: httpx.Auth

    async def ask(self, command: str, fields: Mapping[str, object]) -> Answer:
        """One request, sent once and never repeated here."""
        try:
            status, data = await self._exchange(written(command, fields))
        except NOT_SENT as error:
            raise Unavailable(type(error).__name__) from None
        except (httpx.HTTPError, httpx.StreamError, ValueError) as error:
            raise Unclear(type(error).__name__) from None
        if status != httpx.codes.OK:
            raise _of_http(status)
        return read(data)

    async def _exchange(self, body: bytes) -> tuple[int, bytes]:
        headers = {"content-type": "application/xml", **PLAIN}
        async with self.client.stream("POST", self.url, content=body, headers=headers, auth=self.login) as answer:
            data = await body_of(answer, REPLY_BYTES_MAX)
            if answer.status_code == httpx.codes.OK and label_of(answer) not in LABELS:
                raise ValueError("the answer is not XML by its label")
            return answer.status_code, data


def written(command: str, fields: Mapping[str, object]) -> bytes:
    """A request as bytes; every value is escaped."""
    root = ElementTree.Element("request")
    for name, value in {"command": command, **fields}.items():
        ElementTree.SubElement(root, name).text = str(value)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def read(data: bytes) -> Answer:
    """A good answer. Raises Unclear for what cannot be read, and what its status means for any other."""
    root = _root(data)
    fields = _flat(root)
    status = fields.pop("status", "")
    if not isinstance(status, str) or not WHOLE.fullmatch(status):
        raise Unclear("the answer has no status")
    if int(status) != DONE:
        raise _of_status(int(status), str(fields.get("code", "")))
    return Answer(fields, tuple(_flat(part) for part in root if len(part)))


def _root(data: bytes) -> ElementTree.Element:
    if b"<!" in data:
        raise Unclear("the answer has a '<!' in it")
    try:
        root = ElementTree.fromstring(data.decode("utf-8"))  # noqa: S314 # nosec B314 # no '<!' in UTF-8, so no entities
    except (ElementTree.ParseError, ValueError):
        raise Unclear("the answer is no XML") from None
    deep = any(len(leaf) for part in root for leaf in part)
    if root.tag != "answer" or deep:
        raise Unclear("the answer is not of the agreed shape")
    return root


def _flat(element: ElementTree.Element) -> dict[str, object]:
    """The fields right under an element. Raises Unclear when a name comes twice or a number is none."""
    fields: dict[str, object] = {}
    for field in element:
        if len(field):
            continue
        text = field.text or ""
        if field.tag in fields or (field.tag in NUMBERS and not WHOLE.fullmatch(text)):
            raise Unclear("a field of the answer cannot be read")
        fields[field.tag] = int(text) if field.tag in NUMBERS else text
    return fields


def _of_status(status: int, code: str) -> BankFailure:
    if status in (NO_ACCOUNT, REFUSED):
        return Declined("account_unknown" if status == NO_ACCOUNT else code or "refused")
    if status == NO_PAYMENT:
        return Missing("the partner knows no such payment")
    if status in (WRONG_LOGIN, UNREADABLE):
        return TurnedAway(f"status {status}")
    return Unclear(f"status {status}")


def _of_http(status: int) -> BankFailure:
    if 400 <= status < 500 and status not in MAYBE_AT_WORK:
        return TurnedAway(f"HTTP {status}")
    return Unclear(f"HTTP {status}")
