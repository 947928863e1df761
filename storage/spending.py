"""How many pictures people asked for lately, read off the record of jobs: what came to nothing does not count."""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import JobRow, SpentRow
from storage.records import JobState, Spent
from storage.transactions import Transactions

_TAKEN_BACK = [str(state) for state in (JobState.CANCELLED, JobState.EXPIRED)]

#: Jobs that count: all but those that failed, and those that ended before anybody began to draw them.
COUNTING = and_(JobRow.state != str(JobState.FAILED), or_(JobRow.state.not_in(_TAKEN_BACK), JobRow.attempts > 0))
PICTURES = JobRow.spec["count"].as_integer()


class Spending:
    """The door to what people asked for."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def of(self, owner: int, *, since: datetime) -> tuple[Spent, ...]:
        """Return what a person asked for after ``since``, oldest first."""
        async with self._transactions.reading() as session:
            return await spent(session, owner, since)


async def spent(
    session: AsyncSession, owner: int, since: datetime, *, guild_id: int | None = None
) -> tuple[Spent, ...]:
    """As :meth:`Spending.of`, inside a transaction that does more; in one server alone where it is named."""
    jobs = select(JobRow.created_at, PICTURES).where(JobRow.owner == owner, JobRow.created_at > since, COUNTING)
    erased = select(SpentRow.created_at, SpentRow.pictures).where(SpentRow.owner == owner, SpentRow.created_at > since)
    if guild_id is not None:
        jobs, erased = jobs.where(JobRow.guild_id == guild_id), erased.where(SpentRow.guild_id == guild_id)
    rows = [*(await session.execute(jobs)), *(await session.execute(erased))]
    return tuple(sorted((Spent(at, pictures) for at, pictures in rows), key=lambda each: each.at))
