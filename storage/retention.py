"""Keeps the pictures' folder under its budget: the oldest files go first, their rows and recipes stay."""

from collections.abc import Iterator

from sqlalchemy import select, update

from storage.files import PictureFiles
from storage.models import JobRow, PictureRow
from storage.records import ENDS
from storage.transactions import Transactions

#: A file without a row may be one that is being written; after so many seconds it is not.
_STRAY_SECONDS = 3600.0
_Key = tuple[int, int]


class Retention:
    """What of the pictures' folder is kept, and what is let go."""

    def __init__(self, transactions: Transactions, files: PictureFiles) -> None:
        self._transactions = transactions
        self._files = files

    async def thin_out(self, budget: int) -> int:
        """Let go of the oldest files until all together have at most ``budget`` bytes; return how many went.

        Never those of a job that is on its way or held. A file that no row speaks of, and that nobody is writing any
        more, is what a crash has left: it goes too, and is not counted.
        """
        rows = await self._rows()
        sizes = await self._files.sizes()
        await self._files.sweep(set(sizes) - {path for _, path, _ in rows}, older_than=_STRAY_SECONDS)
        leaving = list(beyond(budget, rows, sizes))
        for key, path in leaving:
            await self._let_go(key)
            await self._files.remove(path)
        return len(leaving)

    async def _rows(self) -> list[tuple[_Key, str, bool]]:
        """Every picture that has a file, newest first: its key, its path, and whether its job has ended."""
        wanted = (
            select(PictureRow.job_id, PictureRow.index, PictureRow.path, JobRow.state)
            .join(JobRow, JobRow.interaction_id == PictureRow.job_id)
            .where(PictureRow.path.is_not(None))
            .order_by(PictureRow.created_at.desc(), PictureRow.job_id.desc(), PictureRow.index.desc())
        )
        async with self._transactions.reading() as session:
            found = await session.execute(wanted)
            return [((job, index), path, state in ENDS) for job, index, path, state in found if path is not None]

    async def _let_go(self, key: _Key) -> None:
        """The row first: a row without its file is normal, a file without its row is swept up later."""
        async with self._transactions.writing() as session:
            gone = update(PictureRow).where(PictureRow.job_id == key[0], PictureRow.index == key[1])
            await session.execute(gone.values(path=None))


def beyond(budget: int, rows: list[tuple[_Key, str, bool]], sizes: dict[str, int]) -> Iterator[tuple[_Key, str]]:
    """Those files, newest first, that no longer fit; what must stay takes its room before any other."""
    left = budget - sum(sizes.get(path, 0) for _, path, ended in rows if not ended)
    for key, path, ended in rows:
        if not ended:
            continue
        left -= sizes.get(path, 0)
        if left < 0 or path not in sizes:
            yield key, path
