"""What goes out where a platform cannot change or delete what it has delivered: the truth as a message of its own."""

from dataclasses import replace

from channels.words import say
from flows.messages import OutboundMessage

EDIT_AS_CORRECTION = "edit_as_correction"
DELETE_AS_NOTICE = "delete_as_notice"


def instead(message: OutboundMessage) -> tuple[OutboundMessage, tuple[str, ...]]:
    """A message that can be sent anywhere in the place of an edit or a deletion, and what was changed to do so."""
    if message.delete_of is not None:
        text = say("withdrawn", message.locale)
        bare = replace(message, text=text, choices=(), picture=None, file=None, place=None)
        return replace(bare, delete_of=None, reply_to=message.delete_of), (DELETE_AS_NOTICE,)
    if message.edit_of is not None:
        text = f"{say('correction', message.locale)}\n{message.text}" if message.text else message.text
        return replace(message, text=text, edit_of=None, reply_to=message.edit_of), (EDIT_AS_CORRECTION,)
    return message, ()
