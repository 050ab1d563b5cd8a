"""What Telegram allows, written down from its documentation and its answers; one place to correct."""

TEXT_MAX_UTF16 = 4096
CAPTION_MAX_UTF16 = 1024
CALLBACK_DATA_MAX_BYTES = 64
CALLBACK_ANSWER_MAX = 200
CALLBACK_ANSWER_WITHIN_S = 60
BUTTONS_MAX = 100
BUTTONS_PER_ROW_MAX = 8
START_PAYLOAD_MAX = 64
SECRET_TOKEN_MAX = 256
CONNECTIONS_MAX = 100
CONNECTIONS_DEFAULT = 40
COMMANDS_MAX = 100
COMMAND_DESCRIPTION_MAX = 256
DELETE_WITHIN_S = 48 * 3600
PHOTO_MAX_BYTES = 10 * 1024 * 1024
PHOTO_SIDES_SUM_MAX = 10_000
PHOTO_RATIO_MAX = 20
UPLOAD_MAX_BYTES = 50 * 1024 * 1024
DOWNLOAD_MAX_BYTES = 20 * 1024 * 1024
BY_URL_MAX_BYTES = 20 * 1024 * 1024
UPDATES_PER_POLL_MAX = 100
POLL_TIMEOUT_MAX_S = 50
UPDATE_KEPT_S = 24 * 3600

# One message a second to a chat is what the documentation asks for; what is really refused comes after a burst.
CHAT_RATE_PER_S = 1.0
CHAT_BURST = 20
BOT_RATE_PER_S = 30.0
BOT_BURST = 60

# The pauses between attempts to deliver to a webhook that does not answer 2xx.
RETRY_FIRST_S = 1.0
RETRY_MOST_S = 60.0
WEBHOOK_TIMEOUT_S = 30.0

UPDATE_KINDS = (
    "message", "edited_message", "callback_query", "my_chat_member", "chat_member",
    "message_reaction", "message_reaction_count",
)  # fmt: skip
# These come only to a bot that asked for them by name.
UPDATE_KINDS_ON_REQUEST = ("chat_member", "message_reaction", "message_reaction_count")


def utf16_length(text: str) -> int:
    """Telegram counts text and entity offsets in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
