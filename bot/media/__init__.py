"""Pictures and files on their way in and out: encrypted, checked, and gone after a while."""

from bot.media.collecting import Collector
from bot.media.lending import Lending
from bot.media.routes import PREFIX, build, routes
from bot.media.store import MediaStore, Stored

__all__ = ["PREFIX", "Collector", "Lending", "MediaStore", "Stored", "build", "routes"]
