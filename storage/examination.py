"""Looks at a database from outside: whether it is there, of which shape, and writable. Changes nothing."""

import os
from dataclasses import dataclass
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from storage import sqlite
from storage.database import parse_url
from storage.errors import DatabaseUnfit, translated
from storage.migrating import known_revisions, newest_revision
from storage.moderation.log import verify
from storage.moderation.records import Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was seen. ``revision`` None is an empty database; ``newest`` is what this version expects."""

    description: str
    exists: bool
    writable: bool
    revision: str | None = None
    newest: str | None = None

    @property
    def known(self) -> bool:
        """Whether this version of the program knows the database's shape."""
        return self.revision is None or self.revision in known_revisions()


async def examine(url: str) -> Examination:
    """Look at the database at ``url``; raise StorageError for one that cannot be opened."""
    address = parse_url(url)
    if address.get_backend_name() == "sqlite":
        return await _examine_file(address, Path(str(address.database)))
    return await _examine_server(address)


async def _examine_file(address: URL, file: Path) -> Examination:
    exists, writable = _look_at(file)
    return Examination(
        description=f"SQLite {file}",
        exists=exists,
        writable=writable,
        revision=await _revision(sqlite.reading_engine(address)) if exists else None,
        newest=newest_revision(),
    )


async def _examine_server(address: URL) -> Examination:
    try:
        engine = create_async_engine(address)
    except ModuleNotFoundError as fault:
        raise DatabaseUnfit(f"PostgreSQL needs {fault.name}; install ninewords[postgresql].") from fault
    revision = await _revision(engine)
    return Examination(
        description="PostgreSQL", exists=True, writable=True, revision=revision, newest=newest_revision()
    )


async def _revision(engine: AsyncEngine) -> str | None:
    try:
        with translated():
            async with engine.connect() as connection:
                return await connection.run_sync(
                    lambda opened: MigrationContext.configure(opened).get_current_revision()
                )
    finally:
        await engine.dispose()


def _look_at(file: Path) -> tuple[bool, bool]:
    """Whether the file is there, and whether it, or else what would have to be made, can be written."""
    if file.exists():
        return True, os.access(file, os.W_OK) and os.access(file.absolute().parent, os.W_OK)
    above = next(folder for folder in file.absolute().parents if folder.exists())
    return False, os.access(above, os.W_OK)


async def verify_log(url: str) -> Verification | None:
    """Follow the chain of the log in the database at ``url``; None where it has no log of this version's shape.

    Raises StorageError for a database that cannot be opened.
    """
    seen = await examine(url)
    if not seen.exists or seen.revision != seen.newest:
        return None
    address = parse_url(url)
    is_file = address.get_backend_name() == "sqlite"
    engine = sqlite.reading_engine(address) if is_file else create_async_engine(address)
    try:
        with translated():
            async with AsyncSession(engine) as session, session.begin():
                return await verify(session)
    finally:
        await engine.dispose()
