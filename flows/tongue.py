"""In which language a customer is answered: as they chose; while they have not chosen, as they write."""

from flows.speaking import system
from flows.turn import Turn


def choose(turn: Turn, locale: str) -> None:
    """The customer has said which language they want. From here on only they change it."""
    turn.session.tongue = "chosen"
    turn.speak(locale)


def follow(turn: Turn, language: str) -> None:
    """The customer writes in another language of the bank and never chose one: answer in it, and say so once.

    ``language`` is empty where the message does not tell; one that the bank does not speak changes nothing.
    """
    session = turn.session
    wanted = next((one for one in turn.library.brand.locales if one.partition("-")[0] == language), "")
    if session.tongue == "chosen" or not wanted or wanted == turn.locale:
        return
    turn.speak(wanted)
    if not session.tongue:
        session.tongue = "followed"
        system(turn, "language_followed", optional=True)
