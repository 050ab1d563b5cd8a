"""What Viber can hold, from its documentation for bots (developers.viber.com) where it says so.

A keyboard has rows of six columns; twelve rows are what a phone held upright shows. A title of more than two lines is
cut by the phone, so it is cut by us, where the whole can stand in the text beside it.
"""

from flows.ports import ButtonLimits, Capabilities, MediaLimits

COLUMNS = 6
ROWS_MAX = 12
TITLE_MAX = 80
REQUEST_BYTES_MAX = 30_000
TRACKING_MAX = 4000
SENDER_NAME_MAX = 28
FILE_NAME_MAX = 256
# Asking for the phone or the place needs clients of this version, and so does the browser inside Viber.
ASKING_API_VERSION = 3

CAPABILITIES = Capabilities(
    channel="viber",
    max_text=7000,
    text_unit="char",
    max_caption=512,
    buttons=ButtonLimits(most=ROWS_MAX, per_row=COLUMNS, title=TITLE_MAX, payload=250),
    url_buttons=True,
    standing_choices=True,
    request_phone=True,
    request_location=True,
    receipts=frozenset({"delivered", "read"}),
    start_payload=500,  # the context of a viber://pa link
    webview=True,
    unanswered_per_h=100,
    media={
        "image": MediaLimits(frozenset({"image/jpeg"}), 1_000_000, by="url"),
        "document": MediaLimits(frozenset(), 50_000_000, by="url"),
    },
    may_take=frozenset({"card_number", "last4", "iban", "id_document", "tax_id"}),
    may_show=frozenset({"last4", "iban"}),
)
