"""How many pictures people asked for lately, read off the record of jobs: what came to nothing does not count."""

from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import JobRow, SpentRow, StudyPictureRow, StudyRow
from storage.records import JobState, Spent, StudyState
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
    drawn = select(func.count()).where(StudyPictureRow.study_id == StudyRow.id).scalar_subquery()
    pictures = case((StudyRow.state == str(StudyState.STOPPED), drawn), else_=StudyRow.samples)
    begun = (StudyRow.owner == owner, StudyRow.created_at > since, StudyRow.state != str(StudyState.PROPOSED))
    studies = select(StudyRow.created_at, pictures).where(*begun)
    if guild_id is not None:
        jobs, erased = jobs.where(JobRow.guild_id == guild_id), erased.where(SpentRow.guild_id == guild_id)
        studies = studies.where(StudyRow.guild_id == guild_id)
    rows = [each for wanted in (jobs, erased, studies) for each in await session.execute(wanted)]
    return tuple(sorted((Spent(at, pictures) for at, pictures in rows), key=lambda each: each.at))
