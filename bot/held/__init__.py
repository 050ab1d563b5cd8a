"""All that is held of one person: a copy of it, and its end. `tables` says where people's data lie, in every schema."""

from bot.held.copying import Copies
from bot.held.erasing import Erasing
from bot.held.tables import HELD, NOBODYS, Held

__all__ = ["HELD", "NOBODYS", "Copies", "Erasing", "Held"]
