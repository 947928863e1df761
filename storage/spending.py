"""How many pictures people asked for lately, read off the record of jobs: what came to nothing does not count."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import JobRow, SpentRow, StudyPictureRow, StudyRow
from storage.records import JobState, Spent, StudyState
from storage.rounds import Rounds
from storage.transactions import Transactions

_TAKEN_BACK = [str(state) for state in (JobState.CANCELLED, JobState.EXPIRED)]

#: Jobs that count: all but those that failed, and those that ended before anybody began to draw them.
COUNTING = and_(JobRow.state != str(JobState.FAILED), or_(JobRow.state.not_in(_TAKEN_BACK), JobRow.attempts > 0))
PICTURES = JobRow.spec["count"].as_integer()


class Spending:
    """The door to what people asked for. Questions that come together share a transaction."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._asked = Rounds(self._of)

    async def of(self, owner: int, *, since: datetime) -> tuple[Spent, ...]:
        """Return what a person asked for after ``since``, oldest first."""
        return await self._asked((owner, since))

    async def _of(self, asked: Sequence[tuple[int, datetime]]) -> list[tuple[Spent, ...]]:
        async with self._transactions.reading() as session:
            found = await spent(session, {owner for owner, _ in asked}, min(since for _, since in asked))
        return [tuple(each for _, each in found[owner] if each.at > since) for owner, since in asked]


async def spent(
    session: AsyncSession, owners: Collection[int], since: datetime
) -> Mapping[int, list[tuple[int, Spent]]]:
    """What people asked for after ``since``, each with the server it was in, oldest first, by person."""
    drawn = select(func.count()).where(StudyPictureRow.study_id == StudyRow.id).scalar_subquery()
    pictures = case((StudyRow.state == str(StudyState.STOPPED), drawn), else_=StudyRow.samples)
    found: dict[int, list[tuple[int, Spent]]] = {owner: [] for owner in owners}
    for row, counted, counting in (
        (JobRow, PICTURES, COUNTING),
        (SpentRow, SpentRow.pictures, true()),
        (StudyRow, pictures, StudyRow.state != str(StudyState.PROPOSED)),
    ):
        wanted = select(row.owner, row.guild_id, row.created_at, counted)
        theirs = wanted.where(row.owner.in_(found), row.created_at > since, counting)
        for owner, guild_id, at, count in await session.execute(theirs):
            found[owner].append((guild_id, Spent(at, count)))
    for each in found.values():
        each.sort(key=lambda one: one[1].at)
    return found
