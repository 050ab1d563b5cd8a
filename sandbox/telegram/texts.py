"""Reads `text` or `caption` of a call with its parse mode, the way the platform measures and refuses them."""

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.entities import Entity, trim, with_found
from sandbox.telegram.failures import bad_request
from sandbox.telegram.html import parse_html
from sandbox.telegram.limits import CAPTION_MAX_UTF16, TEXT_MAX_UTF16, utf16_length
from sandbox.telegram.markdown import parse_markdown


def read_text(arguments: Arguments) -> tuple[str, list[Entity]]:
    """1 to 4096 UTF-16 units after the markup is taken out."""
    text, entities = _parsed(arguments, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > TEXT_MAX_UTF16:
        raise bad_request("message is too long")
    return text, entities


def read_caption(arguments: Arguments) -> tuple[str, list[Entity]]:
    """Up to 1024 UTF-16 units; none is allowed."""
    caption, entities = _parsed(arguments, "caption", "caption_entities")
    if utf16_length(caption) > CAPTION_MAX_UTF16:
        raise bad_request("message caption is too long")
    return caption, entities


def _parsed(arguments: Arguments, name: str, entities_name: str) -> tuple[str, list[Entity]]:
    source = arguments.text(name).replace("\x00", "").replace("\r\n", "\n")
    mode = arguments.text("parse_mode").lower()
    if mode == "html":
        text, entities = parse_html(source)
    elif mode == "markdownv2":
        text, entities = parse_markdown(source)
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        given = arguments.structure(entities_name) or []
        if not isinstance(given, list) or not all(map(_is_entity, given)):
            raise bad_request(f"can't parse {entities_name.replace('_', ' ')}")
        text, entities = source, given
    text, entities = trim(text, entities)
    return text, with_found(text, entities)


def _is_entity(given: object) -> bool:
    return isinstance(given, dict) and {"type", "offset", "length"} <= given.keys()
