"""What MessageAPI refuses, as types; ``app`` says with which status."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing in a body that does not fit: its path there, what is wrong, what to do."""

    path: str
    what: str
    fix: str


class Unfit(Exception):
    """The body is well formed and cannot be carried out: all that is wrong with it."""

    def __init__(self, misfits: list[Misfit]) -> None:
        super().__init__("; ".join(f"{one.path}: {one.what}; {one.fix}" for one in misfits))
        self.misfits = misfits


class NotThere(Exception):
    """There is no such thing, or it is somebody else's."""


class KeyReused(Exception):
    """The key stands for another body."""


class TooLate(Exception):
    """The message has ended in a way that leaves nothing to change. The text says how."""


class Away(Exception):
    """Something of ours that the request needs does not answer. The text says what."""
