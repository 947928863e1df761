"""Finished pictures: the file first, then the row and the job's new state together."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress

from sqlalchemy import delete, select, tuple_

from storage.errors import StorageError
from storage.files import PictureFiles
from storage.jobs import Clock, move, now
from storage.models import PictureRow
from storage.records import Drawn, JobState, Picture
from storage.transactions import Transactions


class Pictures:
    """The door to the table of pictures, and to their folder."""

    def __init__(self, transactions: Transactions, files: PictureFiles, clock: Clock = now) -> None:
        self._transactions = transactions
        self._files = files
        self._clock = clock

    async def keep(self, job_id: int, drawn: Sequence[Drawn]) -> bool:
        """Keep a job's pictures and move it from ``drawing`` to ``drawn``; False, and nothing kept, if it is not there.

        Raises StorageError where they cannot be kept; then, too, nothing is.
        """
        rows = [self._row(job_id, index, picture) for index, picture in enumerate(drawn)]
        try:
            for row, picture in zip(rows, drawn, strict=True):
                await self._files.write(str(row.path), picture.png)
            async with self._transactions.writing() as session:
                kept = await move(session, job_id, JobState.DRAWN, self._clock())
                session.add_all(rows if kept else ())
        except StorageError:
            await self._let_go(rows)
            raise
        if not kept:
            await self._let_go(rows)
        return kept

    async def of(self, job_id: int) -> tuple[Picture, ...]:
        """Return what is known of a job's pictures, in their order."""
        wanted = select(PictureRow).where(PictureRow.job_id == job_id).order_by(PictureRow.index)
        async with self._transactions.reading() as session:
            return tuple(_picture(row) for row in await session.scalars(wanted))

    async def read(self, picture: Picture) -> bytes | None:
        """Return a picture's PNG, or None where the file has been let go or lost."""
        return None if picture.path is None else await self._files.read(picture.path)

    async def delete(self, pictures: Collection[Picture]) -> None:
        """Delete pictures for good: first what is known of them, favourites too, then their files."""
        these = [(picture.job_id, picture.index) for picture in pictures]
        async with self._transactions.writing() as session:
            await session.execute(delete(PictureRow).where(tuple_(PictureRow.job_id, PictureRow.index).in_(these)))
        for picture in pictures:
            if picture.path is not None:
                await self._files.remove(picture.path)

    async def _let_go(self, rows: Sequence[PictureRow]) -> None:
        for row in rows:
            with suppress(OSError, StorageError):
                await self._files.remove(str(row.path))

    def _row(self, job_id: int, index: int, drawn: Drawn) -> PictureRow:
        digest = hashlib.sha256(drawn.png).hexdigest()
        return PictureRow(
            job_id=job_id,
            index=index,
            sha256=digest,
            path=f"{digest[:2]}/{job_id}-{index}-{secrets.token_hex(4)}.png",
            recipe=drawn.recipe,
            seed=drawn.seed,
            width=drawn.width,
            height=drawn.height,
            created_at=self._clock(),
        )


def _picture(row: PictureRow) -> Picture:
    return Picture(
        job_id=row.job_id,
        index=row.index,
        sha256=row.sha256,
        path=row.path,
        recipe=row.recipe,
        seed=row.seed,
        width=row.width,
        height=row.height,
    )
