"""Plays a flow by hand: what staff type becomes turns of the real engine, and the turns can be kept as a test.

``Play`` is one conversation with a made-up bank; ``as_test`` and ``added`` write it down. Nothing here reads a
terminal or writes a file: that is the command line's.
"""

from flows.playing.play import Play, Reply
from flows.playing.saving import CannotSave, added, as_test

__all__ = ["CannotSave", "Play", "Reply", "added", "as_test"]
