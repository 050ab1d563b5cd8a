"""The sandbox's one SQLite file: short serialised transactions, and a signal that wakes whoever watches for changes."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

Row = sqlite3.Row
Database = sqlite3.Connection

BUSY_TIMEOUT_S = 10  # another process of the same sandbox may hold the file for a moment

# The last 10,000 changes are kept; a stream that is further behind reads everything anew.
CHANGES = """
CREATE TABLE IF NOT EXISTS sandbox_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    key TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS sandbox_change_forget AFTER INSERT ON sandbox_change
BEGIN
    DELETE FROM sandbox_change WHERE id <= new.id - 10000;
END;
"""


class Signal:
    """Wakes tasks. A wake-up that comes while a task is busy is kept for its next wait."""

    def __init__(self) -> None:
        self._watchers: set[asyncio.Event] = set()

    def fire(self) -> None:
        """Wake all watchers; call it in their event loop."""
        for watcher in self._watchers:
            watcher.set()

    @contextmanager
    def watch(self) -> Iterator["Watcher"]:
        """Every `fire` from here on wakes this watcher."""
        event = asyncio.Event()
        self._watchers.add(event)
        try:
            yield Watcher(event)
        finally:
            self._watchers.discard(event)


class Watcher:
    """One task's view of a `Signal`."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    async def wait(self, timeout_s: float | None) -> bool:
        """Return true when something has changed since the last wait, false when the time is up."""
        try:
            async with asyncio.timeout(timeout_s):  # Python 3.11's wait_for loses a cancellation that meets the event
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class Store:
    """Opens the file, makes the tables, hands out transactions.

    Statements take well under a millisecond, so they run where they are called instead of in a thread.
    """

    def __init__(self, path: Path, *schemas: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._lock = threading.RLock()
        self.changed = Signal()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        for schema in (CHANGES, *schemas):
            self.install(schema)

    def install(self, schema: str) -> None:
        """Run a script of `CREATE ... IF NOT EXISTS` statements."""
        with self._lock:
            self._db.executescript(schema)

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """All or nothing; the watchers of `changed` are woken after the commit. Never await inside."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
        self.changed.fire()

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """Look without changing; wakes nobody. Never await inside."""
        with self._lock:
            yield self._db

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Read what is committed."""
        with self._lock:
            return self._db.execute(sql, tuple(values)).fetchall()

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        self._db.close()
