"""Pictures as files in one folder: whole or not there at all, and on the disk before anyone is told.

Files rather than blobs: a picture is written once and read rarely, and megabytes inside the database would pass twice
through its log while everyone else waits for the one connection that writes. Backups stay small, and a full folder of
pictures can be thinned out without touching a table.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from storage.errors import DatabaseFull


class PictureFiles:
    """The folder, with a level of two-letter folders so that none grows too long to list."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def write(self, path: str, content: bytes) -> None:
        """Keep ``content`` under ``path``, through power failures too; raise DatabaseFull where it cannot be."""
        try:
            await asyncio.to_thread(self._write, self._folder / path, content)
        except OSError as fault:
            raise DatabaseFull(f"A picture could not be kept: {fault.strerror}. Free some room on the disk.") from fault

    async def read(self, path: str) -> bytes | None:
        """Return what is kept under ``path``, or None where nothing is any more."""
        try:
            return await asyncio.to_thread((self._folder / path).read_bytes)
        except FileNotFoundError:
            return None

    async def remove(self, path: str) -> None:
        """Let go of what is kept under ``path``, if anything is."""
        await asyncio.to_thread((self._folder / path).unlink, missing_ok=True)

    async def sizes(self) -> dict[str, int]:
        """The size in bytes of everything that is kept, by its path."""
        return await asyncio.to_thread(lambda: {path: stat.st_size for path, stat in self._all()})

    async def sweep(self, paths: Collection[str], *, older_than: float) -> None:
        """Remove those of ``paths`` that were written more than ``older_than`` seconds ago."""
        await asyncio.to_thread(self._sweep, paths, time.time() - older_than)

    def _all(self) -> Iterator[tuple[str, os.stat_result]]:
        for file in self._folder.rglob("*"):
            with suppress(FileNotFoundError):  # gone since the folder was listed
                if file.is_file():
                    yield file.relative_to(self._folder).as_posix(), file.stat()

    def _sweep(self, paths: Collection[str], before: float) -> None:
        for path, stat in list(self._all()):
            if path in paths and stat.st_mtime < before:
                (self._folder / path).unlink(missing_ok=True)

    @staticmethod
    def _write(file: Path, content: bytes) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _settle(file.parent)


def _settle(folder: Path) -> None:
    """Bring the folder's own entry to the disk; Windows neither can nor needs to."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
