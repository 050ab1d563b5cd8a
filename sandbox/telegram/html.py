"""parse_mode HTML: the platform's few tags, and its words when they do not fit."""

import re
from html import unescape

from sandbox.telegram.entities import Builder, Entity, cannot_parse

KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "a": "text_link", "tg-spoiler": "spoiler", "span": "spoiler", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
CHARACTER = re.compile(r"&(lt|gt|amp|quot|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
TAG = re.compile(r"<(?P<name>[A-Za-z-]+)(?P<rest>[^>]*)>")
END = re.compile(r"</(?P<name>[A-Za-z-]*)\s*>")
ATTRIBUTE = re.compile(r"""([A-Za-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")

Open = tuple[str, dict[str, str], int]


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Raises Refused with "can't parse entities" and where."""
    built, stack, at = Builder(), list[Open](), 0
    while at < len(source):
        if source[at] == "<":
            at = _tag(source, at, built, stack)
        elif character := CHARACTER.match(source, at):
            built.add(unescape(character.group()))
            at = character.end()
        else:
            stop = _next_special(source, at + 1)
            built.add(source[at:stop])
            at = stop
    if stack:
        raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"', source, at)
    return built.finish()


def _next_special(source: str, at: int) -> int:
    found = [place for place in (source.find("<", at), source.find("&", at)) if place >= 0]
    return min(found, default=len(source))


def _tag(source: str, at: int, built: Builder, stack: list[Open]) -> int:
    if end := END.match(source, at):
        _close(source, at, end.group("name").lower(), built, stack)
        return end.end()
    start = TAG.match(source, at)
    if start is None:
        raise cannot_parse("Unclosed start tag" if ">" not in source[at:] else "Empty tag name", source, at)
    name, attributes = start.group("name").lower(), _attributes(start.group("rest"))
    if name not in KINDS or (name == "span" and attributes.get("class") != "tg-spoiler"):
        raise cannot_parse(f'Unsupported start tag "{name}"', source, at)
    stack.append((name, attributes, built.length))
    return start.end()


def _attributes(rest: str) -> dict[str, str]:
    return {name.lower(): unescape(double or single or bare) for name, double, single, bare in ATTRIBUTE.findall(rest)}


def _close(source: str, at: int, name: str, built: Builder, stack: list[Open]) -> None:
    if not stack:
        raise cannot_parse("Unexpected end tag", source, at)
    opened, attributes, start = stack.pop()
    if name and name != opened:
        raise cannot_parse(f'Unmatched end tag, expected "</{opened}>", found "</{name}>"', source, at)
    if opened == "a":
        _link(built, start, attributes.get("href") or built.since(start))
    elif opened == "code" and stack and stack[-1][0] == "pre" and "class" in attributes:
        stack[-1][1]["language"] = attributes["class"].removeprefix("language-")
    else:
        more = {"language": attributes["language"]} if "language" in attributes else {}
        built.close(KINDS[opened], start, **more)


def _link(built: Builder, start: int, url: str) -> None:
    """A link that leads nowhere is plain text."""
    if re.match(r"(https?|tg|mailto)://?\S+|mailto:\S+|tel:\S+", url):
        built.close("text_link", start, url=url)
