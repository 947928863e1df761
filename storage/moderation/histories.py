"""What people did lately, read off the record of jobs: nothing is counted twice, and what fails gives itself back."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.jobs import Clock, now
from storage.models import JobRow
from storage.moderation.records import History
from storage.moderation.sanctions import standing
from storage.records import JobState
from storage.rounds import Rounds
from storage.spending import spent
from storage.transactions import Transactions

_DAY = timedelta(days=1)
#: How far back a burst of requests from new accounts is looked for.
BURST = timedelta(minutes=10)


class _Asked(NamedTuple):
    server_id: int
    person: int
    newcomer_from: int


class Histories:
    """The door to what people did lately. Questions that come together share a transaction."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock
        self._asked = Rounds(self._of)

    async def of(self, server_id: int, person: int, *, newcomer_from: int) -> History:
        """Return what a person did in a server; accounts with ids from ``newcomer_from`` up are new."""
        return await self._asked(_Asked(server_id, person, newcomer_from))

    async def _of(self, asked: Sequence[_Asked]) -> list[History]:
        moment = self._clock()
        persons, places = {each.person for each in asked}, {(each.server_id, each.person) for each in asked}
        async with self._transactions.reading() as session:
            drawn = await spent(session, persons, moment - _DAY)
            last = await _last(session, places)
            standings = await standing(session, places, moment)
            # Those who ask together do so within a moment, in which hardly an account grows old enough.
            eldest = {each.server_id: each.newcomer_from for each in reversed(asked)}
            bursts = {server: await _burst(session, server, new, moment - BURST) for server, new in eldest.items()}
        return [
            History(
                spent=tuple(one for guild_id, one in drawn[each.person] if guild_id == each.server_id),
                last_at=last.get((each.server_id, each.person)),
                newcomers=bursts[each.server_id][0],
                newcomers_last_at=bursts[each.server_id][1],
                standing=standings[each.server_id, each.person],
            )
            for each in asked
        ]


async def _last(session: AsyncSession, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], datetime]:
    """When people last asked in their servers."""
    wanted = (
        select(JobRow.guild_id, JobRow.owner, func.max(JobRow.created_at))
        .where(JobRow.owner.in_({person for _, person in places}), JobRow.state != str(JobState.FAILED))
        .group_by(JobRow.guild_id, JobRow.owner)
    )
    return {(server, person): at for server, person, at in await session.execute(wanted)}


async def _burst(
    session: AsyncSession, server_id: int, newcomer_from: int, since: datetime
) -> tuple[int, datetime | None]:
    wanted = select(func.count(JobRow.owner.distinct()), func.max(JobRow.created_at)).where(
        JobRow.guild_id == server_id, JobRow.created_at > since, JobRow.owner >= newcomer_from
    )
    count, last_at = (await session.execute(wanted)).one()
    return int(count), last_at
