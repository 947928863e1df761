"""What can go wrong with what is kept.

StorageError
├── DatabaseBusy      locked or out of reach just now: the same call may succeed in a moment
├── DatabaseFull      no room left on the disk
├── DatabaseUnfit     cannot be used at all: not a database, damaged, or written by a newer version of this program
├── NameTaken         there is a preset of that name already
├── TooMany           there are as many as there may be: presets, codes, entries of a list, appeals in a day
├── AppealedAlready   the case has had its appeal
└── NumberTooLarge    there is no number as large as the one that was asked for

``str(error)`` is one plain sentence that says what is wrong and what to do.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_UNFIT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
_POSTGRES_FULL = "53100"
_PRIMARY_CODE = 0xFF


class StorageError(Exception):
    """The root of everything that storage raises."""


class DatabaseBusy(StorageError):
    """Locked, or out of reach; trying again may help."""


class DatabaseFull(StorageError):
    """No room left to write."""


class DatabaseUnfit(StorageError):
    """Cannot be used without somebody mending it."""


class NameTaken(StorageError):
    """There is a preset of that name already."""


class TooMany(StorageError):
    """There are as many as there may be."""


class AppealedAlready(StorageError):
    """A case is appealed against once."""


class NumberTooLarge(StorageError):
    """A number, such as the id in a control, is larger than any that is kept."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the driver raises, where it is no fault of the program, into this module's errors."""
    try:
        yield
    except PoolTimeout as fault:
        raise DatabaseBusy("The database has too much to do just now; try again in a moment.") from fault
    except DBAPIError as fault:
        known = _known(fault)
        if known is None:
            raise
        raise known from fault
    except OverflowError as fault:
        raise NumberTooLarge("That number is larger than any that is kept.") from fault
    except OSError as fault:
        raise DatabaseBusy(f"The database cannot be reached: {fault}.") from fault


def _known(fault: DBAPIError) -> StorageError | None:
    code = getattr(fault.orig, "sqlite_errorcode", None)
    if code is None:
        return _known_of_server(fault)
    primary = code & _PRIMARY_CODE
    if primary in _BUSY:
        return DatabaseBusy("The database is locked by another program; try again in a moment.")
    if primary in _FULL:
        return DatabaseFull("The disk that holds the database is full or failing; free some room on it.")
    if primary in _UNFIT:
        return DatabaseUnfit(f"The database cannot be used: {fault.orig}. Check the file, or restore a backup.")
    return None


def _known_of_server(fault: DBAPIError) -> StorageError | None:
    if getattr(fault.orig, "sqlstate", None) == _POSTGRES_FULL:
        return DatabaseFull("The disk of the database server is full; free some room on it.")
    if fault.connection_invalidated:
        return DatabaseBusy("The connection to the database was lost; try again in a moment.")
    return None
