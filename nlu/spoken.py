"""An ``Understanding`` that hears which language a message is in, around any engine."""

from dataclasses import dataclass

from flows.facts import Fact
from flows.ports import Understanding
from nlu import language


@dataclass(frozen=True, slots=True)
class InTheirLanguage:
    """Adds ``language`` to the fact where the message's is clear, and spells Ukrainian out before it is understood.

    The engine inside knows all languages; which one is answered in is decided by the conversation, not here.
    """

    engine: Understanding

    async def parse(self, text: str, locale: str) -> Fact:
        """The engine's fact, with ``language``: ``uk``, ``en``, ``ru``, or empty where the message does not tell."""
        reading = language.read(text)
        heard = language.in_cyrillic(text) if reading.latin and reading.sure else text
        fact = await self.engine.parse(heard, locale)
        return {**fact, "language": reading.language if reading.sure else ""}
