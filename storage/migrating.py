"""Brings a database to the shape this version of the program expects, step by step, before anything else uses it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.errors import DatabaseUnfit, translated

_MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(engine: AsyncEngine) -> None:
    """Bring the database behind ``engine`` up to the newest revision, in one transaction.

    SQLite changes a table by making a new one and dropping the old, so ``engine`` must not enforce foreign keys
    there: dropping would delete what refers to it. They are checked at the end instead.
    Raises DatabaseUnfit when a newer version of the program wrote the database.
    """
    with translated():
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)


def newest_revision() -> str | None:
    """Return the revision that this version of the program expects."""
    return ScriptDirectory.from_config(_configuration()).get_current_head()


def known_revisions() -> frozenset[str]:
    """Return every revision that this version of the program knows."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_configuration()).walk_revisions())


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration


def _upgrade(connection: Connection) -> None:
    if MigrationContext.configure(connection).get_current_revision() == newest_revision():
        return
    configuration = _configuration()
    configuration.attributes["connection"] = connection
    try:
        command.upgrade(configuration, "head")
    except CommandError as fault:
        raise DatabaseUnfit(
            f"The database was written by another version of this program ({fault}). "
            "Install the newest version, or restore a backup made by this one."
        ) from fault
    _check_foreign_keys(connection)


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise DatabaseUnfit("Rows of the database refer to others that are not there. Restore a backup.")
