"""Finished pictures: the file first, then the row and the job's new state together."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress

from sqlalchemy import and_, delete, or_, select, tuple_

from storage.errors import StorageError
from storage.files import PictureFiles
from storage.jobs import Clock, move, now
from storage.models import JobRow, PictureRow
from storage.records import Drawn, JobState, Picture
from storage.rounds import Rounds
from storage.transactions import Transactions


class Pictures:
    """The door to the table of pictures, and to their folder."""

    def __init__(self, transactions: Transactions, files: PictureFiles, clock: Clock = now) -> None:
        self._transactions = transactions
        self._files = files
        self._clock = clock
        self._asked = Rounds(self._of)

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
        return await self._asked(job_id)

    async def _of(self, job_ids: Sequence[int]) -> list[tuple[Picture, ...]]:
        found: dict[int, list[Picture]] = {job_id: [] for job_id in job_ids}
        wanted = select(PictureRow).where(PictureRow.job_id.in_(found)).order_by(PictureRow.index)
        async with self._transactions.reading() as session:
            for row in await session.scalars(wanted):
                found[row.job_id].append(picture_of(row))
        return [tuple(found[job_id]) for job_id in job_ids]

    async def like(self, pixels_sha256: str, *, owner: int, guild_id: int) -> Picture | None:
        """Return the newest picture with these very pixels that ``owner`` may know of: their own, or one shown here.

        What others drew for themselves alone, or in another server, is not theirs to ask about.
        """
        shown_here = and_(JobRow.guild_id == guild_id, JobRow.private.is_(False))
        wanted = (
            select(PictureRow)
            .join(JobRow)
            .where(PictureRow.pixels_sha256 == pixels_sha256, or_(JobRow.owner == owner, shown_here))
            .order_by(PictureRow.created_at.desc(), PictureRow.job_id.desc(), PictureRow.index)
            .limit(1)
        )
        async with self._transactions.reading() as session:
            row = await session.scalar(wanted)
            return None if row is None else picture_of(row)

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
            pixels_sha256=drawn.pixels_sha256,
            path=f"{digest[:2]}/{job_id}-{index}-{secrets.token_hex(4)}.png",
            recipe=drawn.recipe,
            seed=drawn.seed,
            width=drawn.width,
            height=drawn.height,
            likeness=drawn.likeness,
            scores=None if drawn.scores is None else dict(drawn.scores),
            created_at=self._clock(),
        )


def picture_of(row: PictureRow) -> Picture:
    """What is known of a picture, of its row."""
    return Picture(
        job_id=row.job_id,
        index=row.index,
        sha256=row.sha256,
        path=row.path,
        recipe=row.recipe,
        seed=row.seed,
        width=row.width,
        height=row.height,
        scores=row.scores,
        likeness=row.likeness,
    )
