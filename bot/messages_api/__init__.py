"""MessageAPI: colleagues and services write to customers, change what they wrote, and read what customers did.

``Room`` wires it: ``app`` serves callers, ``scheduler`` releases what was asked for a later time, ``changes`` is what
the outbox asks when a message changes another.
"""

from bot.messages_api.room import Room

__all__ = ["Room"]
