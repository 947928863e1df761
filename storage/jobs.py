"""Jobs: written down before anyone is told of them, and moved on only from where they may."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import JobRow
from storage.records import Job, JobState, Reply, before
from storage.rounds import Rounds
from storage.transactions import Transactions

Clock = Callable[[], datetime]

#: What a start finds that nobody works on any more, and where it goes back to.
_ORPHANS = {JobState.DRAWING: JobState.QUEUED, JobState.DELIVERING: JobState.DRAWN}


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Move:
    """That a job shall go to ``to``."""

    job_id: int
    to: JobState
    error_id: str | None
    message_id: int | None


class Jobs:
    """The door to the table of jobs. New ones, moves and questions that come together share a transaction."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock
        self._accepted = Rounds(self._accept)
        self._found = Rounds(self._find)
        self._moved = Rounds(self._move)

    async def accept(self, job_id: int, *, owner: int, spec: Mapping[str, object], reply: Reply) -> Job | None:
        """Write a new job down as ``accepting``; return None where the interaction ``job_id`` has one already."""
        moment = self._clock()
        row = JobRow(
            interaction_id=job_id,
            owner=owner,
            state=str(JobState.ACCEPTING),
            spec=dict(spec),
            application_id=reply.application_id,
            token=reply.token,
            guild_id=reply.guild_id,
            channel_id=reply.channel_id,
            message_id=reply.message_id,
            upload_limit=reply.upload_limit,
            private=reply.private,
            spoiler=reply.spoiler,
            attempts=0,
            created_at=moment,
            updated_at=moment,
        )
        return await self._accepted(row)

    async def _accept(self, rows: Sequence[JobRow]) -> list[Job | None]:
        try:
            new = await self._add(rows)
        except IntegrityError:  # on a server another program may have written one meanwhile: only that one is refused
            if len(rows) == 1:
                return [None]
            return [job for row in rows for job in await self._accept([_copy(row)])]
        return [job_of(row) if row in new else None for row in rows]

    async def _add(self, rows: Sequence[JobRow]) -> set[JobRow]:
        """Write down those that are not there yet; return them."""
        ids = [row.interaction_id for row in rows]
        async with self._transactions.writing() as session:
            there = set(await session.scalars(select(JobRow.interaction_id).where(JobRow.interaction_id.in_(ids))))
            new = {row.interaction_id: row for row in reversed(rows) if row.interaction_id not in there}
            session.add_all(new.values())
        return set(new.values())

    async def find(self, job_id: int) -> Job | None:
        """Return the job, or None where there is none of that id."""
        return await self._found(job_id)

    async def _find(self, job_ids: Sequence[int]) -> list[Job | None]:
        wanted = select(JobRow).where(JobRow.interaction_id.in_(set(job_ids)))
        async with self._transactions.reading() as session:
            found = {row.interaction_id: job_of(row) for row in await session.scalars(wanted)}
        return [found.get(job_id) for job_id in job_ids]

    async def of_message(self, message_id: int) -> Job | None:
        """Return the job whose pictures are on a message, or None where there is none."""
        wanted = select(JobRow).where(JobRow.message_id == message_id).limit(1)
        async with self._transactions.reading() as session:
            row = await session.scalar(wanted)
            return None if row is None else job_of(row)

    async def among(self, states: Collection[JobState], *, owner: int | None = None) -> tuple[Job, ...]:
        """Return the jobs in any of ``states``, oldest first; of ``owner`` alone where one is named."""
        wanted = select(JobRow).where(JobRow.state.in_([str(state) for state in states]))
        if owner is not None:
            wanted = wanted.where(JobRow.owner == owner)
        async with self._transactions.reading() as session:
            rows = await session.scalars(wanted.order_by(JobRow.created_at, JobRow.interaction_id))
            return tuple(job_of(row) for row in rows)

    async def newest(self, owner: int) -> Job | None:
        """Return the newest job of ``owner`` whose pictures they have, or None where there is none."""
        wanted = select(JobRow).where(JobRow.owner == owner, JobRow.state == str(JobState.DONE))
        newest = wanted.order_by(JobRow.created_at.desc(), JobRow.interaction_id.desc()).limit(1)
        async with self._transactions.reading() as session:
            row = await session.scalar(newest)
            return None if row is None else job_of(row)

    async def counts(self) -> dict[JobState, int]:
        """Return how many jobs there are in each state."""
        wanted = select(JobRow.state, func.count()).group_by(JobRow.state)
        async with self._transactions.reading() as session:
            return {JobState(state): count for state, count in await session.execute(wanted)}

    async def move(
        self, job_id: int, to: JobState, *, error_id: str | None = None, message_id: int | None = None
    ) -> bool:
        """Move a job to ``to`` if it stands where it may go there from; say whether it did.

        The condition is part of the update, so two that want to move the same job cannot both succeed.
        """
        return await self._moved(_Move(job_id, to, error_id, message_id))

    async def _move(self, moves: Sequence[_Move]) -> list[bool]:
        async with self._transactions.writing() as session:
            moment = self._clock()
            return [
                await move(session, each.job_id, each.to, moment, error_id=each.error_id, message_id=each.message_id)
                for each in moves
            ]

    async def note_message(self, job_id: int, message_id: int) -> None:
        """Remember which message a job is answered by, before its pictures are there."""
        noted = update(JobRow).where(JobRow.interaction_id == job_id).values(message_id=message_id)
        async with self._transactions.writing() as session:
            await session.execute(noted)

    async def recover(self) -> None:
        """After a start: hand back what was being drawn to the queue, and what was on its way to delivery."""
        async with self._transactions.writing() as session:
            for left_in, goes_to in _ORPHANS.items():
                orphans = update(JobRow).where(JobRow.state == str(left_in))
                await session.execute(orphans.values(state=str(goes_to), updated_at=self._clock()))


async def move(
    session: AsyncSession,
    job_id: int,
    to: JobState,
    moment: datetime,
    *,
    error_id: str | None = None,
    message_id: int | None = None,
) -> bool:
    """As :meth:`Jobs.move`, inside a transaction that does more."""
    changes: dict[str, object] = {"state": str(to), "updated_at": moment}
    if error_id is not None:
        changes["error_id"] = error_id
    if message_id is not None:
        changes["message_id"] = message_id
    if to is JobState.DRAWING:
        changes["attempts"] = JobRow.attempts + 1
    here = [str(state) for state in before(to)]
    moved = (
        update(JobRow)
        .where(JobRow.interaction_id == job_id, JobRow.state.in_(here))
        .values(changes)
        .returning(JobRow.interaction_id)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalar(moved)) is not None


def _copy(row: JobRow) -> JobRow:
    """The same row for another session."""
    return JobRow(**{column.key: getattr(row, column.key) for column in JobRow.__table__.columns})


def job_of(row: JobRow) -> Job:
    """The record of a job, of its row."""
    reply = Reply(
        application_id=row.application_id,
        token=row.token,
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        message_id=row.message_id,
        upload_limit=row.upload_limit,
        private=row.private,
        spoiler=row.spoiler,
    )
    return Job(
        id=row.interaction_id,
        owner=row.owner,
        state=JobState(row.state),
        spec=row.spec,
        reply=reply,
        attempts=row.attempts,
        error_id=row.error_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        hidden=row.hidden,
    )
