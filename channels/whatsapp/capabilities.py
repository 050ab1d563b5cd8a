"""What WhatsApp can hold, from the Cloud API's documentation (developers.facebook.com/docs/whatsapp/cloud-api).

Meta does not say in what it counts; UTF-16 units are the most any text can be, so what fits in them fits.
"""

from flows.ports import ButtonLimits, Capabilities, ListLimits, MediaLimits

IMAGE_KINDS = frozenset({"image/jpeg", "image/png"})
_OFFICE = "application/vnd.openxmlformats-officedocument"
# What may be uploaded as a document; a picture may go as a file, too. Any other kind is refused at the upload.
DOCUMENT_KINDS = IMAGE_KINDS | {
    "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
    f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet",
    f"{_OFFICE}.presentationml.presentation",
}  # fmt: skip
IMAGE = MediaLimits(IMAGE_KINDS, 5_000_000)
DOCUMENT = MediaLimits(DOCUMENT_KINDS, 100_000_000)
LIST = ListLimits(rows=10, title=24, description=72, payload=200, button=20)
REPLIES = ButtonLimits(most=3, per_row=1, title=20, payload=256, unit="utf16")
TEXT_MAX = 4096
LIST_TEXT_MAX = 4096
BESIDE_MAX = 1024  # a caption, and the text above buttons, a link or a request
LINK_TITLE_MAX = 20
LINKS_MAX = 3  # each is a message of its own; more of them would bury the question
PLACE_NAME_MAX = 1000

CAPABILITIES = Capabilities(
    channel="whatsapp",
    max_text=TEXT_MAX,
    text_unit="utf16",
    max_caption=BESIDE_MAX,
    buttons=REPLIES,
    max_text_beside=BESIDE_MAX,
    choice_list=LIST,
    url_buttons=True,
    mixed_kinds=False,
    request_phone=True,
    own_phone="sender",
    request_location=True,
    replies_to=True,
    typing=True,
    receipts=frozenset({"delivered", "read"}),
    window_h=24,
    templates=True,
    start_payload=64,
    rate_per_s=60.0,  # 80 a second for a number; the rest is for what staff send from elsewhere
    webhook_bytes_max=4_000_000,  # the news of many chats come together, 3 MB at the most by its own words
    media={"image": IMAGE, "document": DOCUMENT},
    # Meta's commerce policy bars asking for and showing whole card, account and identity numbers.
    may_take=frozenset({"last4"}),
    may_show=frozenset({"last4"}),
)
