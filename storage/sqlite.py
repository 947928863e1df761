"""How SQLite is opened: what every connection is told first, and how its transactions begin.

Reading first and writing later in one plain BEGIN fails at once when somebody else has written in between, whatever
the busy timeout. So whoever will write says so when the transaction begins, over the only connection that writes.
"""

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

#: How long one statement waits for another program's lock. Discord waits three seconds in all for an acknowledgement.
BUSY_MILLISECONDS = 500
#: How long a call waits for its turn at the writing connection.
TURN_SECONDS = 1.5
_READERS = 4


def writing_engine(url: URL, *, foreign_keys: bool = True) -> AsyncEngine:
    """One connection, durable, whose transactions take the write lock when they begin."""
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=TURN_SECONDS)
    _tell(engine, "journal_mode = WAL", f"foreign_keys = {'ON' if foreign_keys else 'OFF'}", "synchronous = FULL")
    _begin_with(engine, "BEGIN IMMEDIATE")
    return engine


def reading_engine(url: URL) -> AsyncEngine:
    """A few connections that cannot write, each transaction a snapshot that waits for nobody."""
    engine = create_async_engine(url, pool_size=_READERS, max_overflow=0, pool_timeout=TURN_SECONDS)
    _tell(engine, "query_only = ON")
    _begin_with(engine, "BEGIN")
    return engine


def version() -> str:
    """Return the version of the SQLite library, not of Python's module."""
    return sqlite3.sqlite_version


def _tell(engine: AsyncEngine, *pragmas: str) -> None:
    def on_connect(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions begin where this module says, not where the driver guesses
        cursor = connection.cursor()
        for pragma in (f"busy_timeout = {BUSY_MILLISECONDS}", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", on_connect)


def _begin_with(engine: AsyncEngine, statement: str) -> None:
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine.sync_engine, "begin", on_begin)
