"""What the Cloud API allows, written down from Meta's documents; one place to correct. Lengths are in characters."""

WINDOW_S = 24 * 3600

TEXT_MAX = 4096
CAPTION_MAX = 1024
FILE_NAME_MAX = 240
PLACE_WORDS_MAX = 1000

# Interactive messages: the body of a list is as long as a text, that of all others as a caption.
BODY_MAX = 1024
LIST_BODY_MAX = 4096
HEADER_MAX = 60
FOOTER_MAX = 60
BUTTONS_MAX = 3
BUTTON_TITLE_MAX = 20
BUTTON_ID_MAX = 256
LIST_BUTTON_MAX = 20
SECTIONS_MAX = 10
SECTION_TITLE_MAX = 24
ROWS_MAX = 10
ROW_ID_MAX = 200
ROW_TITLE_MAX = 24
ROW_DESCRIPTION_MAX = 72
URL_TITLE_MAX = 20

TEMPLATE_BODY_MAX = 1024
TEMPLATE_SPACES_MAX = 4

MEGABYTE = 1024 * 1024
KILOBYTE = 1024
UPLOAD_MAX_BYTES = 100 * MEGABYTE
MEDIA_KEPT_S = 30 * 24 * 3600
MEDIA_OF_PEOPLE_KEPT_S = 7 * 24 * 3600
MEDIA_URL_S = 5 * 60
LINK_TIMEOUT_S = 5.0

OFFICE = "application/vnd.openxmlformats-officedocument"
DOCUMENT_KINDS = (
    "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
    f"{OFFICE}.wordprocessingml.document", f"{OFFICE}.spreadsheetml.sheet",
    f"{OFFICE}.presentationml.presentation",
)  # fmt: skip
# What each type of message may carry, and up to how many bytes.
MEDIA: dict[str, tuple[tuple[str, ...], int]] = {
    "image": (("image/jpeg", "image/png"), 5 * MEGABYTE),
    "sticker": (("image/webp",), 500 * KILOBYTE),
    "audio": (("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"), 16 * MEGABYTE),
    "video": (("video/mp4", "video/3gpp"), 16 * MEGABYTE),
    "document": (DOCUMENT_KINDS, 100 * MEGABYTE),
}
# A link to a document may be of any type; an upload must be of one that the platform knows.
UPLOAD_KINDS = {mime: most for kinds, most in MEDIA.values() for mime in kinds}

# A business sends up to 80 messages a second; to one person one every six seconds, after a burst of 45.
THROUGHPUT_PER_S = 80.0
PAIR_PER_S = 1 / 6
PAIR_BURST = 45

# What a person may do on the phone.
EDIT_WITHIN_S = 15 * 60
DELETE_WITHIN_S = 48 * 3600
