"""Card numbers in any writing, as the door takes them out of a text: ``find(text)`` gives places and digits.

The reading is the flows' own, so that the door, the parsers and the redaction agree on what a card number is.
"""

from flows.entities.cards import Span, find

__all__ = ["Span", "find"]
