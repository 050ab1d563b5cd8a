"""What Telegram can hold, from the Bot API's documentation (core.telegram.org/bots/api)."""

from flows.ports import ButtonLimits, Capabilities, MediaLimits

CAPABILITIES = Capabilities(
    channel="telegram",
    max_text=4096,
    text_unit="utf16",
    max_caption=1024,
    buttons=ButtonLimits(most=100, per_row=8, title=64, payload=64, unit="byte"),
    url_buttons=True,
    request_phone=True,
    request_location=True,
    replies_to=True,
    edits=True,
    deletes=True,
    delete_max_age_s=48 * 3600,
    typing=True,
    start_payload=64,
    webview=True,
    rate_per_s=25.0,  # 30 a second for all chats together; the rest is for answers to buttons
    media={
        "image": MediaLimits(frozenset({"image/jpeg", "image/png", "image/webp"}), 10_000_000),
        "document": MediaLimits(frozenset(), 50_000_000),
    },
    may_take=frozenset({"card_number", "last4", "iban", "id_document", "tax_id"}),
    may_show=frozenset({"last4", "iban"}),
)
