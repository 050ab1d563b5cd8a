"""What the Cloud API accepts, written down from its documentation a second time, to hold what we send to it."""

import re
from typing import Any

INTERACTIVE_BODY = {
    "button": 1024, "list": 4096, "cta_url": 1024, "location_request_message": 1024, "request_contact_info": 1024,
}  # fmt: skip


def check(body: dict[str, Any]) -> None:
    """Fails on the first thing that WhatsApp would refuse."""
    assert body["messaging_product"] == "whatsapp"
    assert ("to" in body) != ("recipient" in body)
    assert re.fullmatch(r"\d+", body["to"]) if "to" in body else re.fullmatch(r"[A-Z]{2}\.\w+", body["recipient"])
    assert isinstance(body[body["type"]], dict)
    _KINDS[body["type"]](body[body["type"]])


def _text(block: dict[str, Any]) -> None:
    assert_holds(block["body"], 4096)


def _interactive(block: dict[str, Any]) -> None:
    assert_holds(block["body"]["text"], INTERACTIVE_BODY[block["type"]])
    action = block["action"]
    if block["type"] == "button":
        assert 1 <= len(action["buttons"]) <= 3
        _named([button["reply"] for button in action["buttons"]], id_max=256, title_max=20)
    elif block["type"] == "list":
        assert_holds(action["button"], 20)
        (section,) = action["sections"]
        assert 1 <= len(section["rows"]) <= 10
        _named(section["rows"], id_max=200, title_max=24)
        for row in section["rows"]:
            if "description" in row:
                assert_holds(row["description"], 72)
    elif block["type"] == "cta_url":
        assert action["name"] == "cta_url"
        assert_holds(action["parameters"]["display_text"], 20)
        assert action["parameters"]["url"].startswith(("http://", "https://"))
    else:
        assert action == {"location_request_message": {"name": "send_location"}}.get(
            block["type"], {"name": "request_contact_info"}
        )


def _named(items: list[dict[str, Any]], id_max: int, title_max: int) -> None:
    for item in items:
        assert_holds(item["id"], id_max)
        assert item["id"] == item["id"].strip()
        assert_holds(item["title"], title_max)
    assert len({item["id"] for item in items}) == len(items)
    assert len({item["title"] for item in items}) == len(items)


def _media(block: dict[str, Any]) -> None:
    assert block["id"]
    if "caption" in block:
        assert_holds(block["caption"], 1024)


def _location(block: dict[str, Any]) -> None:
    assert -90 <= block["latitude"] <= 90
    assert -180 <= block["longitude"] <= 180


def _template(block: dict[str, Any]) -> None:
    assert block["name"]
    assert block["language"]["code"]
    for component in block.get("components", []):
        for parameter in component["parameters"]:
            assert_holds(parameter["text"], 1024)
            assert not re.search(r"[\n\t]| {4}", parameter["text"])


def assert_holds(words: str, most: int) -> None:
    assert words.strip()
    assert len(words) <= most
    assert len(words.encode("utf-16-le")) // 2 <= most


_KINDS = {
    "text": _text, "interactive": _interactive, "image": _media, "document": _media, "location": _location,
    "template": _template,
}  # fmt: skip
