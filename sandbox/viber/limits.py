"""What Viber allows, written down from its documentation and its answers; one place to correct."""

REQUEST_MAX_BYTES = 30 * 1024
TEXT_MAX = 7000
CAPTION_MAX = 768
SENDER_NAME_MAX = 28
TRACKING_DATA_MAX = 4000
URL_MAX = 2000
FILE_NAME_MAX = 256
CONTACT_NAME_MAX = 28
CONTACT_PHONE_MAX = 18
PICTURE_MAX_BYTES = 1024 * 1024
VIDEO_MAX_BYTES = 26 * 1024 * 1024
FILE_MAX_BYTES = 50 * 1024 * 1024
PICTURE_KINDS = ("image/jpeg", "image/png", "image/gif")
BROADCAST_MAX = 300
ONLINE_ASKED_MAX = 100

# A keyboard: six columns wide; what stands higher than this does not fit over the chat.
COLUMNS = 6
ROWS_OF_BUTTON_MAX = 2
KEYBOARD_ROWS_MAX = 12
CAROUSEL_COLUMNS_MAX = 6
CAROUSEL_ROWS_MAX = 7
BUTTON_TEXT_MAX = 250
ACTION_BODY_MAX = 250
ACTIONS = ("reply", "open-url", "share-phone", "location-picker", "none")
# What the phones here can read, and from which version of the API on some things are known.
PHONE_API_VERSION = 10
RICH_MEDIA_FROM = 2
SHARE_PHONE_FROM = 3

# So many messages in an hour without a word from the person; then status 12.
UNANSWERED_MAX = 100
UNANSWERED_WITHIN_S = 3600

EVENTS_ALWAYS = ("message", "subscribed", "unsubscribed")
EVENTS_ON_WISH = ("conversation_started", "delivered", "seen", "failed")

# A callback is repeated for an hour until 200 comes.
WEBHOOK_TIMEOUT_S = 15.0
CALLBACK_KEPT_S = 3600
RETRY_FIRST_S = 1.0
RETRY_MOST_S = 60.0
FETCH_TIMEOUT_S = 15.0
