"""Keeps the pictures' folder under its budget: the oldest files go first, favourites last; rows and recipes stay.

Pictures that people gave to be drawn over lie there too, and go with their age as the others do, rows and all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from sqlalchemy import delete, exists, select, update

from storage.files import PictureFiles
from storage.models import FavouriteRow, GivenRow, JobRow, PictureRow
from storage.records import ENDS
from storage.transactions import Transactions

#: A file without a row may be one that is being written; after so many seconds it is not.
_STRAY_SECONDS = 3600.0
_ENDED = [str(state) for state in ENDS]


class Rank(IntEnum):
    """Who takes room before whom."""

    AWAITED = 0
    FAVOURITE = 1
    ORDINARY = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept; ``key`` is a job's id and an index, or somebody's id and a digest of what they gave."""

    key: tuple[int, int | str]
    path: str
    rank: Rank
    created_at: datetime


class Retention:
    """What of the pictures' folder is kept, and what is let go."""

    def __init__(self, transactions: Transactions, files: PictureFiles) -> None:
        self._transactions = transactions
        self._files = files

    async def thin_out(self, budget: int) -> int:
        """Let go of the oldest files until all together have at most ``budget`` bytes; return how many went.

        Never those that a job on its way or held is about; anybody's favourites only when nothing else is left. A file
        that no row speaks of, and that nobody is writing any more, is what a crash has left: it goes too, and is not
        counted.
        """
        kept = await self._kept()
        sizes = await self._files.sizes()
        await self._files.sweep(set(sizes) - {each.path for each in kept}, older_than=_STRAY_SECONDS)
        leaving = list(beyond(budget, kept, sizes))
        for each in leaving:
            await self._let_go(each)
            await self._files.remove(each.path)
        return len(leaving)

    async def _kept(self) -> list[Kept]:
        """Every file that a row speaks of."""
        favourite = exists().where(FavouriteRow.job_id == PictureRow.job_id, FavouriteRow.index == PictureRow.index)
        drawn = (
            select(PictureRow.job_id, PictureRow.index, PictureRow.path, JobRow.state, favourite, PictureRow.created_at)
            .join(JobRow, JobRow.interaction_id == PictureRow.job_id)
            .where(PictureRow.path.is_not(None))
        )
        awaited = exists().where(JobRow.spec["source"].as_string() == GivenRow.digest, JobRow.state.not_in(_ENDED))
        given = select(GivenRow.owner, GivenRow.digest, GivenRow.path, awaited, GivenRow.created_at)
        async with self._transactions.reading() as session:
            return [
                *(
                    Kept((job_id, index), str(path), _rank(state not in ENDS, liked), at)
                    for job_id, index, path, state, liked, at in await session.execute(drawn)
                ),
                *(
                    Kept((owner, digest), path, _rank(wanted), at)
                    for owner, digest, path, wanted, at in await session.execute(given)
                ),
            ]

    async def _let_go(self, one: Kept) -> None:
        """The row first: a row without its file is normal, a file without its row is swept up later."""
        async with self._transactions.writing() as session:
            match one.key:
                case owner, str(digest):
                    await session.execute(
                        delete(GivenRow).where(
                            GivenRow.owner == owner, GivenRow.digest == digest, GivenRow.path == one.path
                        )
                    )
                case job_id, index:
                    gone = update(PictureRow).where(PictureRow.job_id == job_id, PictureRow.index == index)
                    await session.execute(gone.values(path=None))


def beyond(budget: int, kept: Sequence[Kept], sizes: dict[str, int]) -> Iterator[Kept]:
    """Those files that no longer fit: what is awaited takes its room first, then favourites, then the newest."""
    left = budget
    newest = sorted(kept, key=lambda each: (each.created_at, each.key[0], str(each.key[1])), reverse=True)
    for each in sorted(newest, key=lambda each: each.rank):
        left -= sizes.get(each.path, 0)
        if each.rank is not Rank.AWAITED and (left < 0 or each.path not in sizes):
            yield each


def _rank(awaited: bool, favourite: bool = False) -> Rank:
    return Rank.AWAITED if awaited else Rank.FAVOURITE if favourite else Rank.ORDINARY
