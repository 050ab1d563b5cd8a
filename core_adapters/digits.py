"""A card number in clear, for the few lines that must hold one: it never shows itself."""


class CardDigits:
    """The digits of a card, masked in every text form. ``clear()`` is for the request body to the bank alone."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        self._digits = digits

    def clear(self) -> str:
        """The digits themselves. Never log, store or raise them."""
        return self._digits

    @property
    def last4(self) -> str:
        return self._digits[-4:]

    def __repr__(self) -> str:
        return f"••••{self.last4}"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CardDigits) and self._digits == other._digits

    def __hash__(self) -> int:
        return hash(self._digits)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("card digits are never pickled")
