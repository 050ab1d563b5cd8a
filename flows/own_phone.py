"""The customer's own phone number: how it comes depends on the messenger, and so does what it proves.

Some let the customer share the own contact, some tell the number with every message, and some know none: there it is
typed. Whichever way, a code by SMS follows before anybody is believed.
"""

from flows.messages import InboundEvent
from flows.turn import Turn
from flows.values import SharedContact


def remember(turn: Turn, event: InboundEvent) -> None:
    """Keep the number that the channel answers for."""
    if turn.channel is None or turn.channel.own_phone != "sender":
        return
    digits = "".join(char for char in event.sender.alt_ids.get("phone", "") if char.isascii() and char.isdigit())
    turn.session.phone = f"+{digits}" if digits else ""
    turn.session.name = event.sender.display_name


def known(turn: Turn) -> SharedContact | None:
    """The sender's own contact where the channel tells it; the customer need not be asked."""
    if not turn.session.phone:
        return None
    first, _, last = turn.session.name.partition(" ")
    return SharedContact(turn.session.phone, own=True, first_name=first, last_name=last.strip(), proof="sender")


def may_be_typed(turn: Turn) -> bool:
    """Whether the channel has no better way than to let the customer type it."""
    return turn.channel is not None and turn.channel.own_phone != "shared" and not turn.session.phone
