"""One program at a time has a data folder: whoever runs the bot, or puts a backup in its place, holds a lock on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from storage.errors import DatabaseBusy, DatabaseFull

_NAME = ".lock"


@contextmanager
def occupied(folder: Path) -> Iterator[None]:
    """Hold ``folder``, which is made where it is missing, to the end of the ``with``; the system lets go of it if the
    program dies. Raises DatabaseBusy where another program holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _NAME)
        lock.acquire(timeout=0)
    except Timeout:
        raise DatabaseBusy(f"Another bot is running with the folder {folder}; stop it first.") from None
    except OSError as fault:
        raise DatabaseFull(f"Nothing can be written into the folder {folder}: {fault.strerror}.") from fault
    try:
        yield
    finally:
        lock.release()
