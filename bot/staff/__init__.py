"""Pages for staff, behind a token of theirs: ``/staff/partners`` shows what partners were told, and sends it again."""

from bot.staff.asking import Partners
from bot.staff.html import Paper
from bot.staff.routes import routes

__all__ = ["Paper", "Partners", "routes"]
