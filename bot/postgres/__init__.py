"""The database of this process: the one given by TELLER_DATABASE_URL, or an embedded server that we start.

`database_of(settings)` is what processes call; `ensure_postgres(data_dir)` is for tests and tools.
"""

from bot.postgres.binaries import NoPostgres
from bot.postgres.launch import Dsn, ensure_postgres, stop
from bot.postgres.postmaster import PostgresDidNotStart
from bot.settings import Settings

__all__ = ["Dsn", "NoPostgres", "PostgresDidNotStart", "database_of", "ensure_postgres", "sqlalchemy_url", "stop"]


def database_of(settings: Settings) -> Dsn:
    """The address for asyncpg. Blocking; starts the embedded server unless TELLER_DATABASE_URL is set.

    :raises NoPostgres, PostgresDidNotStart, OSError: see `ensure_postgres`.
    """
    given = settings.database_url.get_secret_value()
    if given:
        return Dsn(given.replace("postgresql+asyncpg://", "postgresql://", 1))
    return ensure_postgres(settings.data_dir, settings.pg)


def sqlalchemy_url(dsn: str) -> str:
    """The same address for `create_async_engine`."""
    _, rest = dsn.split("://", 1)
    return f"postgresql+asyncpg://{rest}"
