"""What travels with a message and comes back with the customer's next one: which buttons hung under it.

Viber tells a tapped button from a typed word in no documented way; the text of the button arrives as a message. So a
message lists short hashes of what its buttons say, in the ``tracking_data`` that Viber gives back:
``1;<replies>;<phone requests>;<links>``, each a run of hashes of SIZE characters.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

VERSION = "1"
SIZE = 8


@dataclass(frozen=True, slots=True)
class Tracking:
    """The buttons under the message that a customer's message follows."""

    replies: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()

    def is_reply(self, text: str) -> bool:
        """Whether one of the buttons says this when tapped."""
        return short_hash(text) in self.replies

    def is_phone(self, text: str) -> bool:
        """Whether a request for the phone says this when tapped."""
        return short_hash(text) in self.phones

    def is_link(self, text: str) -> bool:
        """Whether one of the buttons leads there."""
        return short_hash(text) in self.links


def write(replies: Iterable[str], phones: Iterable[str] = (), links: Iterable[str] = ()) -> str:
    """The tracking data of a message whose buttons say these; empty for one without buttons."""
    lists = ["".join(short_hash(text) for text in texts) for texts in (replies, phones, links)]
    return ";".join((VERSION, *lists)) if any(lists) else ""


def read(data: object) -> Tracking:
    """What came back. Anything that we did not write is as good as nothing."""
    if not isinstance(data, str):
        return Tracking()
    version, *lists = data.split(";")
    if version != VERSION or len(lists) != 3:
        return Tracking()
    replies, phones, links = (frozenset(run[at : at + SIZE] for at in range(0, len(run), SIZE)) for run in lists)
    return Tracking(replies, phones, links)


def short_hash(text: str) -> str:
    """Enough to tell the buttons of one message apart."""
    return urlsafe_b64encode(
        blake2b(text.encode(errors="replace"), digest_size=6, person=b"viber button").digest()
    ).decode()
