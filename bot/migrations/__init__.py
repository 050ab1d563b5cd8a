"""The schema of the database and its one history, with three owners: `bot`, `money` and `customers`.

A revision is a file `versions/NNNN_<owner>_<what>.py` with `revision = "NNNN"` and `down_revision` the number
before; plain SQL through `op.execute`, whole-schema names (`money.operation`), nothing but Postgres 15 to 18
without extensions. Processes call `upgrade(dsn)` at their start, which takes milliseconds when nothing is new.
"""

from bot.migrations.runner import is_current, newest, until_current, upgrade

__all__ = ["is_current", "newest", "until_current", "upgrade"]
