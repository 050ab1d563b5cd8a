"""The acquirer: takes money from cards of other banks for its merchants, of which we are one; a system of its own.

`payments` is what it keeps, `cards` the test cards it knows, `face` how a merchant talks to it, `pages` what a payer
sees: the provider's page for the card, and the page of the card's own bank for the 3-D Secure code.
"""
