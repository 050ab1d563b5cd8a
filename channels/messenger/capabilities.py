"""What Messenger can hold, from the documentation of the Messenger Platform (developers.facebook.com).

Lengths are counted in UTF-16 units: Meta says "characters" and does not say what an emoji is, and this is the stricter
of the two readings. The platform's policy bars asking for and showing numbers of cards and of accounts in a chat.
"""

from typing import Final, Literal

from flows.ports import ButtonLimits, Capabilities, MediaLimits

UNIT: Final[Literal["utf16"]] = "utf16"

CAPABILITIES = Capabilities(
    channel="messenger",
    max_text=2000,
    text_unit=UNIT,
    max_caption=0,  # a picture stands alone, its words are a message of their own
    buttons=ButtonLimits(most=3, per_row=1, title=20, payload=1000, unit=UNIT),
    max_text_beside=640,  # the text of a button template
    quick_replies=ButtonLimits(most=13, per_row=13, title=20, payload=1000, unit=UNIT),
    url_buttons=True,
    mixed_kinds=True,
    request_phone=True,
    own_phone="typed",  # its quick reply can be edited by whoever taps it
    request_location=False,  # the quick reply that asked for it is gone since 2019
    replies_to=True,
    typing=True,
    receipts=frozenset({"delivered", "read"}),
    window_h=24,
    templates=True,
    start_payload=2000,  # m.me/page?ref=…: the documentation allows 2083, an address has to hold the rest too
    webview=True,
    rate_per_s=80.0,  # 300 a second for words, fewer for media; Meta's own answers say when to slow down
    webhook_bytes_max=4_000_000,  # the news of many chats come together, 3 MB at the most by its own words
    media={
        "image": MediaLimits(frozenset({"image/jpeg", "image/png", "image/gif"}), 8_000_000),
        "document": MediaLimits(frozenset(), 25_000_000),
    },
    may_take=frozenset({"last4", "id_document", "tax_id"}),
    may_show=frozenset({"last4"}),
)
