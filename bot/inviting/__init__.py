"""The page behind a customer's own link, ``GET /i/{code}``: the way into each messenger, and a QR code of the link.

It only looks: a preview of a messenger may, and nobody is anybody's friend by it. The code travels on in the link into
the chat, and can be typed there, too.
"""

from bot.inviting.asking import Codes, rules_of
from bot.inviting.routes import PATH, routes
from bot.inviting.ways import Way, ways_in

__all__ = ["PATH", "Codes", "Way", "routes", "rules_of", "ways_in"]
