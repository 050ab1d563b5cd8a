"""Pages for whoever pays with a card of another bank.

``GET /pay/{token}`` asks for money in a customer's name and leads to the acquirer. ``GET /secure/return/{token}`` is
where a payer comes back to, and says how it stands.

Both only look: a messenger's preview may, and spends nothing. No card is typed here.
"""

from bot.paying.html import Sheet
from bot.paying.routes import routes

__all__ = ["Sheet", "routes"]
