"""The file that chats survive a restart in: `{data_dir}/sandbox.sqlite3`, which other faces of the sandbox share."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox import house

BUSY_TIMEOUT_MS = 5_000


def open_database(path: Path) -> sqlite3.Connection:
    """One connection for one event loop; every statement is its own transaction unless `transaction` says otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=normal")
    connection.execute(f"pragma busy_timeout={BUSY_TIMEOUT_MS}")
    connection.executescript(house.SCHEMA)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything inside is kept, or nothing; inside another transaction it joins that one."""
    if connection.in_transaction:
        yield
        return
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
