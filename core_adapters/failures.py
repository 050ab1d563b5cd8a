"""How a call to a bank can fail. The class alone says what may be done next.

BankFailure
├── Refused      we did not ask: what we would have sent is not valid
├── Unavailable  no byte left for the bank: nothing has happened there
├── Declined     the bank said no: final, with the catalogue's error code
├── TurnedAway   the bank did not take the request (login, rate, form): nothing was done by this request
└── Unclear      no usable answer came: it may have happened; ask before doing anything again
"""


class BankFailure(Exception):
    """Base of all. The text names no customer, amount, card or token."""


class Refused(BankFailure):
    """Cerberus refused what we would have sent. Our mistake or a forged input: never retry, tell a developer."""


class Unavailable(BankFailure):
    """The connection could not be made. Asking again later is harmless."""


class Declined(BankFailure):
    """The bank said no. Never retry; tell the customer why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the bank declined: {code}")
        self.code = code


class TurnedAway(BankFailure):
    """The bank did not take this request at all (401, 403, 404, 429 and the like). An earlier one may have landed."""


class Missing(TurnedAway):
    """The bank knows no such thing (404)."""


class Unclear(BankFailure):
    """No answer, or one that cannot be read. Ask for the status before doing it again."""
