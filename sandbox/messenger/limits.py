"""What the Messenger Platform allows, written down from its documents and its answers; one place to correct.

Lengths are in characters: the documents say "UTF-8-encoded text of up to N characters".
"""

TEXT_MAX = 2000
QUICK_REPLIES_MAX = 13
QUICK_REPLY_TITLE_MAX = 20
QUICK_REPLY_PAYLOAD_MAX = 1000
BUTTONS_MAX = 3
BUTTON_TITLE_MAX = 20
BUTTON_PAYLOAD_MAX = 1000
TEMPLATE_TEXT_MAX = 640
ELEMENTS_MAX = 10
ELEMENT_TITLE_MAX = 80
ELEMENT_SUBTITLE_MAX = 80
METADATA_MAX = 1000
MENU_ITEMS_MAX = 20
MENU_TITLE_MAX = 30
GREETING_MAX = 160
ATTACHMENT_MAX_BYTES = 25 * 1024 * 1024
IMAGE_BY_URL_MAX_BYTES = 8 * 1024 * 1024
UPLOAD_KEPT_S = 90 * 24 * 3600

# A person's message opens the standard window; a human agent (by tag) has a week.
WINDOW_S = 24 * 3600
TAG_WINDOWS_S = {"HUMAN_AGENT": 7 * 24 * 3600}
# Since 27 April 2026 these are refused; a utility template takes their place.
TAGS_WITHDRAWN = ("ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE")
MESSAGING_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
SENDER_ACTIONS = ("typing_on", "typing_off", "mark_seen")

# Calls of the Send API a second for one Page: 300 for texts and templates, 10 with sound or film.
PAGE_RATE_PER_S = 300.0
PAGE_BURST = 300

# What the phone itself does not let a person do.
EDITS_MAX = 5
EDIT_WITHIN_S = 15 * 60
REF_MAX = 2083

WEBHOOK_FIELDS = (
    "messages", "messaging_postbacks", "messaging_optins", "messaging_referrals", "message_deliveries",
    "message_reads", "message_echoes", "message_reactions", "message_edits", "messaging_handovers",
    "messaging_policy_enforcement", "standby",
)  # fmt: skip
