"""What a connection of one room may do: no more than the room's role in the database, where there is one."""

import asyncpg
import structlog

CUSTOMERS = "teller_customers"  # CustomerAPI: the rows of its own schema
RUNTIME = "teller_runtime"  # whatever else runs: rows, and no table is made or changed
log = structlog.get_logger("bot.postgres")


async def as_role(dsn: str, role: str) -> dict[str, dict[str, str]]:
    """What to open a connection with, so that it is the role's. Nothing where we may not take it: then it is ours."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f'set role "{role}"')
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError):
        log.warning("role_not_taken", role=role)
        return {}
    finally:
        await connection.close()
    return {"server_settings": {"role": role}}
