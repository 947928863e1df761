"""Purges: that a moderator wants all pictures of somebody in a server taken down, kept until it is done."""

from sqlalchemy import delete, select, update

from storage.jobs import Clock, job_of, now
from storage.models import JobRow
from storage.moderation.log import Line, append
from storage.moderation.models import PurgeRow
from storage.moderation.records import Purge
from storage.records import Job, JobState
from storage.transactions import Transactions


class Purges:
    """The door to the table of purges."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

    async def ask(self, server_id: int, person: int, *, by: int) -> Purge:
        """Write down that it is wanted, into the log too; one that is wanted already stays as it is."""
        moment = self._clock()
        async with self._transactions.writing() as session:
            row = await session.get(PurgeRow, (server_id, person))
            if row is None:
                row = PurgeRow(server_id=server_id, person=person, by=by, asked_at=moment)
                session.add(row)
                await append(session, Line(server_id=server_id, decision="purged", actor=person, reviewer=by), moment)
            return _purge(row)

    async def unfinished(self) -> tuple[Purge, ...]:
        """Return the purges that are not done yet, oldest first."""
        async with self._transactions.reading() as session:
            return tuple(_purge(row) for row in await session.scalars(select(PurgeRow).order_by(PurgeRow.asked_at)))

    async def jobs(self, purge: Purge) -> tuple[Job, ...]:
        """Return the person's jobs whose pictures still stand in the server's channels, newest first."""
        wanted = select(JobRow).where(
            JobRow.owner == purge.person,
            JobRow.guild_id == purge.server_id,
            JobRow.state == str(JobState.DONE),
            JobRow.private.is_(False),
            JobRow.message_id.is_not(None),
        )
        async with self._transactions.reading() as session:
            return tuple(job_of(row) for row in await session.scalars(wanted.order_by(JobRow.interaction_id.desc())))

    async def taken_down(self, job_id: int) -> None:
        """Note that a job has no message any more."""
        async with self._transactions.writing() as session:
            await session.execute(update(JobRow).where(JobRow.interaction_id == job_id).values(message_id=None))

    async def finish(self, purge: Purge) -> None:
        """Note that all is done."""
        this = (PurgeRow.server_id == purge.server_id, PurgeRow.person == purge.person)
        async with self._transactions.writing() as session:
            await session.execute(delete(PurgeRow).where(*this))


def _purge(row: PurgeRow) -> Purge:
    return Purge(server_id=row.server_id, person=row.person, by=row.by)
