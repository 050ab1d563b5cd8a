"""The Telegram Bot API as a bot sees it, over its true wire protocol, and the phone that a person holds.

What differs from the real platform, on purpose: a token is any `digits:characters` and is neither checked nor kept
(the digits are the bot); webhooks may be plain http on any port; a button's URL may point to this machine.
"""
