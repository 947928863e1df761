"""Favourites: which pictures a person wants to find again."""

from collections.abc import Sequence

from sqlalchemy import delete, select, tuple_
from sqlalchemy.exc import IntegrityError

from storage.jobs import Clock, now
from storage.models import FavouriteRow
from storage.rounds import Rounds
from storage.transactions import Transactions


class Favourites:
    """The door to the table of favourites."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock
        self._asked = Rounds(self._hold)

    async def add(self, owner: int, job_id: int, index: int) -> bool:
        """Keep a picture as a favourite of ``owner``; say whether it was none before and there is such a picture."""
        row = FavouriteRow(owner=owner, job_id=job_id, index=index, created_at=self._clock())
        try:
            async with self._transactions.writing() as session:
                session.add(row)
        except IntegrityError:
            return False
        return True

    async def remove(self, owner: int, job_id: int, index: int) -> bool:
        """Let a picture be no favourite of ``owner`` any more; say whether it was one."""
        gone = delete(FavouriteRow).where(
            FavouriteRow.owner == owner, FavouriteRow.job_id == job_id, FavouriteRow.index == index
        )
        async with self._transactions.writing() as session:
            return (await session.scalar(gone.returning(FavouriteRow.job_id))) is not None

    async def holds(self, owner: int, job_id: int, index: int) -> bool:
        """Whether a picture is a favourite of ``owner``."""
        return await self._asked((owner, job_id, index))

    async def _hold(self, asked: Sequence[tuple[int, int, int]]) -> list[bool]:
        key = FavouriteRow.owner, FavouriteRow.job_id, FavouriteRow.index
        async with self._transactions.reading() as session:
            held = {tuple(row) for row in await session.execute(select(*key).where(tuple_(*key).in_(set(asked))))}
        return [each in held for each in asked]
