"""Favourites: which pictures a person wants to find again."""

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from storage.jobs import Clock, now
from storage.models import FavouriteRow
from storage.transactions import Transactions


class Favourites:
    """The door to the table of favourites."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

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
        async with self._transactions.reading() as session:
            return await session.get(FavouriteRow, (owner, job_id, index)) is not None
