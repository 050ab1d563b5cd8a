"""The page that the QR code of a receipt leads to, and the receipt as a PDF.

``GET /receipts/{token}`` says whether the bank has such a receipt and how its money stands now, from the operation and
never from the picture. ``GET /receipts/{token}/receipt.pdf`` is the same on paper. Both only look, for whoever has the
address.
"""

from bot.verifying.html import Slip
from bot.verifying.papers import Papers
from bot.verifying.routes import routes

__all__ = ["Papers", "Slip", "routes"]
