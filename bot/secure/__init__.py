"""One-time pages for what a chat may not take: ``GET|POST /secure/{token}``.

A link lives three minutes and is used once; looking at it spends nothing, so a messenger's preview may. The page is
bound to the conversation and customer it was made for, holds one field, and works without JavaScript. What is typed
becomes ``FormSubmitted`` in the inbox; a card number is in the vault before that.

The bank's own pages (``bank_routes``) stand at the same path. They are opened by operations and kept by core_adapters:
looking at one shows no more than a button, and what it shows is shown once.
"""

from bot.secure.bank import BankPages
from bot.secure.forms import Form, Forms
from bot.secure.html import Face
from bot.secure.pages import Pages
from bot.secure.papers import Papers
from bot.secure.routes import routes

__all__ = ["BankPages", "Face", "Form", "Forms", "Pages", "Papers", "routes"]
