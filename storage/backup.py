"""Copies of the database while it is in use, and the way back; both checked before they count.

A copy is one file that needs nothing beside it. Pictures are files already and are copied as such.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from storage.database import parse_url
from storage.errors import DatabaseBusy, DatabaseFull, DatabaseUnfit
from storage.migrating import known_revisions
from storage.records import ENDS, JobState

_PAGES_AT_ONCE = 512
_BESIDE = ("-wal", "-shm")


def database_file(url: str) -> Path:
    """The file of a SQLite database; raise DatabaseUnfit for one on a server, which has means of its own."""
    address = parse_url(url)
    if address.get_backend_name() != "sqlite":
        raise DatabaseUnfit("A PostgreSQL database is backed up and restored with pg_dump and pg_restore.")
    return Path(str(address.database))


def back_up(url: str, copy: Path) -> None:
    """Copy the database at ``url`` to ``copy``, whether or not the bot runs, and check the copy.

    Blocks for as long as it takes. Raises DatabaseUnfit where there is none, where ``copy`` exists or where what was
    copied is damaged; DatabaseFull where there is no room. No half of a copy is left behind.
    """
    file = database_file(url)
    if not file.exists():
        raise DatabaseUnfit(f"There is no database at {file} yet; nothing was copied.")
    if copy.exists():
        raise DatabaseUnfit(f"{copy} exists already; name another file.")
    part = copy.with_name(copy.name + ".part")
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        _copy(file, part)
        _check(part)
        part.replace(copy)
    except OSError as fault:
        raise DatabaseFull(f"{copy} cannot be written: {fault.strerror}.") from fault
    finally:
        _remove(part)


def restore(copy: Path, url: str) -> int:
    """Put ``copy`` in the place of the database at ``url``, whose bot must not be running.

    What was there is kept beside it under a name with the time. Jobs that were on their way when the copy was made
    are marked as expired: they may have been finished since, and nothing is delivered twice. Returns their number.
    Raises DatabaseUnfit for a copy that is damaged, or of another version of the program.
    """
    file = database_file(url)
    if not copy.exists():
        raise DatabaseUnfit(f"There is no file {copy}.")
    part = file.with_name(file.name + ".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _copy(copy, part)
        _check(part)
        expired = _expire_jobs(part)
        if file.exists():
            _put_aside(file)
        part.replace(file)
    except OSError as fault:
        raise DatabaseFull(f"{file} cannot be written: {fault.strerror}.") from fault
    finally:
        _remove(part)
    return expired


def _copy(source: Path, target: Path) -> None:
    """SQLite's online backup: a snapshot, a few pages at a time, so that whoever writes is not kept waiting."""
    _remove(target)
    with _translated(), closing(_reader(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing, pages=_PAGES_AT_ONCE)
        writing.execute("PRAGMA journal_mode = DELETE")


def _check(file: Path) -> None:
    with _translated(), closing(sqlite3.connect(file)) as opened:
        (found,) = opened.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise DatabaseUnfit(f"{file} is damaged: {found}.")
        revisions = opened.execute("SELECT version_num FROM alembic_version").fetchall()
    if not {revision for (revision,) in revisions} <= known_revisions():
        raise DatabaseUnfit("The copy is of another version of this program; install the newest one.")


def _expire_jobs(file: Path) -> int:
    ends = ", ".join(f"'{state}'" for state in sorted(ENDS))
    with _translated(), closing(sqlite3.connect(file)) as opened, opened:
        changed = opened.execute(f"UPDATE jobs SET state = '{JobState.EXPIRED}' WHERE state NOT IN ({ends})")
        return changed.rowcount


def _put_aside(file: Path) -> None:
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for ending in ("", *_BESIDE):
        beside = file.with_name(file.name + ending)
        if beside.exists():
            beside.replace(file.with_name(f"{file.name}.before-{moment}{ending}"))


def _reader(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _remove(part: Path) -> None:
    for ending in ("", "-journal", *_BESIDE):
        with suppress(OSError):  # it is cleared away as far as it can be; what went wrong is told elsewhere
            part.with_name(part.name + ending).unlink()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as fault:
        if fault.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise DatabaseBusy("The database is locked by another program; try again in a moment.") from fault
        if fault.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise DatabaseFull("The disk is full or failing; free some room on it.") from fault
        raise DatabaseUnfit(f"This is no database of this program: {fault}.") from fault
    except sqlite3.DatabaseError as fault:
        raise DatabaseUnfit(f"This is no database, or a damaged one: {fault}.") from fault
