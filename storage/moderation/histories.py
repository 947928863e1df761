"""What people did lately, read off the record of jobs: nothing is counted twice, and what fails gives itself back."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.jobs import Clock, now
from storage.models import JobRow
from storage.moderation.records import History
from storage.moderation.sanctions import standing
from storage.records import JobState
from storage.spending import spent
from storage.transactions import Transactions

_DAY = timedelta(days=1)
#: How far back a burst of requests from new accounts is looked for.
BURST = timedelta(minutes=10)


class Histories:
    """The door to what people did lately."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

    async def of(self, server_id: int, person: int, *, newcomer_from: int) -> History:
        """Return what a person did in a server; accounts with ids from ``newcomer_from`` up are new."""
        moment = self._clock()
        async with self._transactions.reading() as session:
            newcomers, newcomers_last_at = await _burst(session, server_id, newcomer_from, moment - BURST)
            return History(
                spent=await spent(session, person, moment - _DAY, guild_id=server_id),
                last_at=await _last(session, server_id, person),
                newcomers=newcomers,
                newcomers_last_at=newcomers_last_at,
                standing=await standing(session, server_id, person, moment),
            )


async def _last(session: AsyncSession, server_id: int, person: int) -> datetime | None:
    theirs = (JobRow.owner == person, JobRow.guild_id == server_id, JobRow.state != str(JobState.FAILED))
    return await session.scalar(select(func.max(JobRow.created_at)).where(*theirs))


async def _burst(
    session: AsyncSession, server_id: int, newcomer_from: int, since: datetime
) -> tuple[int, datetime | None]:
    wanted = select(func.count(JobRow.owner.distinct()), func.max(JobRow.created_at)).where(
        JobRow.guild_id == server_id, JobRow.created_at > since, JobRow.owner >= newcomer_from
    )
    count, last_at = (await session.execute(wanted)).one()
    return int(count), last_at
