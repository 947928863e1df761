"""What a week brought a server's moderators, counted; and which weeks they have been told of."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select, update

from storage.jobs import Clock, now
from storage.moderation.models import CaseRow, LogRow, ServerRow, SummaryRow
from storage.moderation.records import CaseState, Tally
from storage.transactions import Transactions


class Summaries:
    """The door to the table of weekly summaries."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

    async def due(self, week: str) -> tuple[tuple[int, int, bool], ...]:
        """Return the servers that have not had ``week`` (a date, year first), and their moderators' channels.

        Beside them, whether the summary was begun before, so that it may be there already.
        """
        wanted = (
            select(ServerRow.server_id, ServerRow.moderators_channel, SummaryRow.week)
            .outerjoin(SummaryRow, SummaryRow.server_id == ServerRow.server_id)
            .where(
                ServerRow.moderators_channel.is_not(None),
                SummaryRow.week.is_(None) | (SummaryRow.week < week) | SummaryRow.posted_at.is_(None),
            )
            .order_by(ServerRow.server_id)
        )
        async with self._transactions.reading() as session:
            rows = (await session.execute(wanted)).all()
        return tuple((server_id, int(channel_id or 0), begun == week) for server_id, channel_id, begun in rows)

    async def begin(self, server_id: int, week: str) -> None:
        """Note that the summary of a week is on its way."""
        async with self._transactions.writing() as session:
            await session.merge(SummaryRow(server_id=server_id, week=week, posted_at=None))

    async def finish(self, server_id: int, week: str) -> None:
        """Note that a server has had the summary of a week."""
        had = update(SummaryRow).where(SummaryRow.server_id == server_id, SummaryRow.week == week)
        async with self._transactions.writing() as session:
            await session.execute(had.values(posted_at=self._clock()))

    async def decisions(self, server_id: int, start: datetime, end: datetime) -> tuple[Tally, ...]:
        """Count the log's lines of a server from ``start`` until before ``end``, by decision and rule."""
        by = (LogRow.decision, LogRow.rule)
        counted = select(*by, func.count()).where(LogRow.server_id == server_id, LogRow.at >= start, LogRow.at < end)
        async with self._transactions.reading() as session:
            rows = (await session.execute(counted.group_by(*by))).all()
        return _sorted(Tally(decision=decision, rule=rule, count=number) for decision, rule, number in rows)

    async def false_alarms(self, server_id: int, start: datetime, end: datetime) -> tuple[Tally, ...]:
        """Count the cases in which an appeal was upheld in that time, by rule and entry."""
        by, overturned = (CaseRow.rule, CaseRow.entry), str(CaseState.OVERTURNED)
        counted = select(*by, func.count()).where(CaseRow.server_id == server_id, CaseRow.state == overturned)
        within = (CaseRow.decided_at >= start, CaseRow.decided_at < end)
        async with self._transactions.reading() as session:
            rows = (await session.execute(counted.where(*within).group_by(*by))).all()
        return _sorted(Tally(decision=overturned, rule=rule, entry=entry, count=number) for rule, entry, number in rows)


def _sorted(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """The most frequent first."""
    return tuple(sorted(tallies, key=lambda each: (-each.count, each.decision, each.rule or "", each.entry or "")))
