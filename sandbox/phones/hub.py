"""What a phone hears while it is on: events of one person, handed to every screen that shows this person.

Nothing is kept here. A screen that was away, or too slow, is told to read the history again.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

QUEUE_MAX = 500
MISSED: dict[str, Any] = {"kind": "missed"}
CLOSED: dict[str, Any] = {"kind": "closed"}

Queue = asyncio.Queue[dict[str, Any]]


class Hub:
    """Passes events on. `closed` is heard once, when the sandbox stops."""

    def __init__(self) -> None:
        self._screens: dict[int, set[Queue]] = {}

    @contextmanager
    def listen(self, person: int) -> Iterator[Queue]:
        screen = Queue(QUEUE_MAX)
        self._screens.setdefault(person, set()).add(screen)
        try:
            yield screen
        finally:
            self._screens[person].discard(screen)
            if not self._screens[person]:
                del self._screens[person]

    def watched(self, person: int) -> bool:
        """Whether somebody has this person's phones before them now."""
        return person in self._screens

    def tell(self, person: int, event: dict[str, Any]) -> None:
        for screen in self._screens.get(person, ()):
            _put(screen, event)

    def tell_everyone(self, event: dict[str, Any]) -> None:
        for person in tuple(self._screens):
            self.tell(person, event)

    def close(self) -> None:
        self.tell_everyone(CLOSED)


def _put(screen: Queue, event: dict[str, Any]) -> None:
    try:
        screen.put_nowait(event)
    except asyncio.QueueFull:
        while not screen.empty():
            screen.get_nowait()
        screen.put_nowait(MISSED)
        if event is CLOSED:
            screen.put_nowait(CLOSED)
