"""What was changed so that a message fits a messenger, in words for whoever writes the texts."""

from collections.abc import Mapping

from bot.cli.preview.samples import Sample
from bot.cli.preview.screen import Screen

CHANGES: Mapping[str, str] = {
    "list": "the answers are a list that opens behind one button",
    "titles_cut": "a title is cut; it stands in full beside the button or in the text",
    "caption_apart": "the picture comes first, its words are a message of their own",
    "choices_apart": "what can be tapped comes in a message of its own",
    "mixed_kinds": "answers, links and requests cannot stand together as written: see above",
    "links_in_text": "links stand in the text: they have no button here",
    "numbered_menu": "the answers stand in the text with numbers, which customers type",
    "short_ids": "",  # nothing that anybody sees
    "no_phone_button": "no button asks for the phone: here the number comes with every message, or is typed",
    "no_place_button": "no button asks for the place: the text asks to type it",
    "media_as_text": "the picture cannot be shown: its words stand in the text",
    "media_as_link": "the picture is a link in the text",
    "media_as_file": "the picture comes as a file",
    "reencoded": "the picture is made smaller",
}


def notes(sample: Sample, screen: Screen) -> list[str]:
    """A line for each change, and first of all what is asked for elsewhere."""
    told = (
        [f"'{sample.asks_for}' may not be asked for in this chat: the bank's page asks for it"]
        if sample.asks_for
        else []
    )
    return told + [line for change in screen.changes if (line := in_words(change))]


def in_words(change: str) -> str:
    """One change; empty where nobody can see it, the sender's own word where we have no better."""
    word, _, number = change.partition(":")
    if word == "text_split":
        return f"the text is too long for one message: it comes in {number}"
    if word == "pages":
        return f"the answers come in {number} pages, with “more” and “back”"
    return CHANGES.get(word, change.replace("_", " "))
