"""What Alembic runs for a command. It works on the connection that `runner.py` hands over, inside its transaction
and under its lock."""

from alembic import context
from sqlalchemy import Connection, text

from bot.migrations.runner import VERSION_SCHEMA

connection: Connection = context.config.attributes["connection"]
connection.execute(text(f"create schema if not exists {VERSION_SCHEMA}"))
context.configure(connection=connection, version_table_schema=VERSION_SCHEMA)
context.run_migrations()
