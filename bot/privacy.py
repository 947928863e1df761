"""What a person may do with all that is kept of them: have it as a file, and have it deleted."""

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.errors import Refused
from bot.queue import Queue
from bot.words import privacy as words
from storage.people import People
from storage.studies import Studies

_log = structlog.get_logger(__name__)

#: Bytes of a message beside its file, and of an archive beside the content of each picture.
_MARGIN, _EACH = 64 * 2**10, 512
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Archive:
    """A ZIP file, with ``held`` of a person's ``pictures`` in it, the newest."""

    content: bytes
    held: int
    pictures: int


class Privacy:
    """All that is one person's."""

    def __init__(self, *, people: People, studies: Studies, queue: Queue) -> None:
        self._people = people
        self._studies = studies
        self._queue = queue

    async def archive(self, owner: int, *, limit: int) -> Archive:
        """Pack everything that is kept of ``owner`` into at most ``limit`` bytes: the record, and pictures that fit.

        Raises Refused where not even the record fits.
        """
        record = await self._people.record(owner)
        room = limit - _MARGIN - len(await asyncio.to_thread(_packed, record, ()))
        if room < 0:
            raise Refused(words.TOO_MUCH)
        files = await self._people.picture_files(owner)
        held: list[tuple[str, bytes]] = []
        for name, path in files:
            content = await self._people.read(path)
            if content is None:
                continue
            room -= len(content) + _EACH
            if room < 0:
                break
            held.append((name, content))
        return Archive(await asyncio.to_thread(_packed, record, held), len(held), len(files))

    async def erase(self, owner: int) -> None:
        """Delete everything that is kept of ``owner``, for good; what is on its way is taken back first.

        The wish is written down before, so that a process that ends in between fulfils it when it starts again.
        Raises Refused, and nothing is deleted, where a picture is still being delivered.
        """
        await self._people.ask_erasure(owner)
        try:
            if not await self._queue.take_back(owner, within=_PATIENCE):
                raise Refused(words.STILL_ON_THE_WAY)
            await self._studies.remove_files(owner)
            await self._people.erase(owner)
        except Exception:
            await self._people.withdraw_erasure(owner)
            raise
        _log.info("a person's data was deleted")

    async def resume(self) -> None:
        """After a start: fulfil the wishes that the last run left, and let go of what counted for a day."""
        await self._people.tidy()
        for owner in await self._people.erasures():
            try:
                await self.erase(owner)
            except Exception as error:  # noqa: BLE001  (one person's trouble keeps nobody else's wish from fulfilment)
                _log.error("an erasure could not be finished", kind=type(error).__name__)


def _packed(record: Mapping[str, Sequence[Mapping[str, Any]]], pictures: Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP with a JSON file a table, and the pictures as they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", words.README)
        for name, rows in record.items():
            archive.writestr(f"{name}.json", json.dumps(rows, indent=1, ensure_ascii=False))
        for name, content in pictures:
            archive.writestr(f"pictures/{name}", content, zipfile.ZIP_STORED)
    return file.getvalue()
