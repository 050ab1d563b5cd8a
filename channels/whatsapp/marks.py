"""Payloads of buttons that this channel makes up itself."""

# A tap that shares the phone which the customer writes from. It proves nothing by itself: the number is taken from
# the message's sender, which WhatsApp vouches for.
OWN_PHONE = "wa.own_phone"
