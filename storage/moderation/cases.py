"""Cases: what a rule or a member brought up, with the held job, the decision and the log moved in one transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.jobs import Clock, move, now
from storage.moderation.decisions import case_of, decide, hide, report_of
from storage.moderation.log import Line, append
from storage.moderation.models import BlockRow, CaseRow, ReportRow
from storage.moderation.records import Case, CaseKind, CaseState, Penalty, Report
from storage.records import Job, JobState
from storage.transactions import Transactions


class Cases:
    """The door to the table of cases, and to the reports that belong to them."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

    async def refuse(
        self, *, server_id: int, channel_id: int, person: int, rule: str, entry: str | None = None
    ) -> Case:
        """Write down that a request was refused; ``entry`` is the one of the server's list that hit."""
        row = self._row(CaseKind.REFUSED, CaseState.REFUSED, server_id, channel_id, person, rule)
        row.entry = entry
        async with self._transactions.writing() as session:
            await self._open(session, row)
        return case_of(row)

    async def refuse_pictures(self, job: Job, *, rule: str, scores: Mapping[str, float] | None) -> Case:
        """Write down that a job's finished pictures are not shown; once, however often that is found out."""
        place = (job.reply.guild_id, job.reply.channel_id)
        row = self._row(CaseKind.REFUSED, CaseState.REFUSED, *place, job.owner, rule, job.id, scores)
        try:
            async with self._transactions.writing() as session:
                await self._open(session, row)
        except IntegrityError:
            return next(case for case in await self.of_job(job.id) if case.kind is CaseKind.REFUSED)
        return case_of(row)

    async def hold(
        self, job: Job, *, rule: str, scores: Mapping[str, float] | None, explicit_allowed: bool = False
    ) -> Case | None:
        """Hold a job's finished pictures for review; None where it cannot be held any more, and then nothing is done.

        From here on the job is ``held``, and only :meth:`decide` moves it. ``explicit_allowed`` is what holds where
        they would be shown, so that an approval is not carried over to a place where less is allowed.
        """
        place = (job.reply.guild_id, job.reply.channel_id)
        row = self._row(CaseKind.HELD, CaseState.OPEN, *place, job.owner, rule, job.id, scores)
        row.explicit_allowed = explicit_allowed
        try:
            async with self._transactions.writing() as session:
                if not await move(session, job.id, JobState.HELD, self._clock()):
                    return None
                await self._open(session, row)
        except IntegrityError:  # held once before, and decided: that decision stands
            return None
        return case_of(row)

    async def report(self, job: Job, *, reporter: int, reason: str, rule: str = "report") -> tuple[Case, int] | None:
        """Write down a member's report of a posted picture; None where that member has reported it already.

        Returns the picture's case, opened by its first report, and how many distinct people have reported it now.
        """
        try:
            return await self._report(job, reporter, reason, rule)
        except IntegrityError:  # on a server somebody else may have opened the case meanwhile; now it is there
            return await self._report(job, reporter, reason, rule)

    async def _report(self, job: Job, reporter: int, reason: str, rule: str) -> tuple[Case, int] | None:
        async with self._transactions.writing() as session:
            of_job = select(CaseRow).where(CaseRow.job_id == job.id, CaseRow.kind == str(CaseKind.REPORTED))
            row = await session.scalar(of_job)
            if row is None:
                place = (job.reply.guild_id, job.reply.channel_id)
                row = self._row(CaseKind.REPORTED, CaseState.OPEN, *place, job.owner, rule, job.id)
                session.add(row)
                await session.flush()
            elif await session.get(ReportRow, (row.id, reporter)) is not None:
                return None
            session.add(ReportRow(case_id=row.id, reporter=reporter, reason=reason, created_at=self._clock()))
            await session.flush()
            line = Line(server_id=row.server_id, decision="reported", rule=rule, actor=reporter, case_id=row.id)
            await append(session, line, self._clock())
            count = await session.scalar(select(func.count()).where(ReportRow.case_id == row.id))
            return case_of(row), int(count or 0)

    async def find(self, case_id: int) -> Case | None:
        """Return a case, or None where there is none of that number."""
        async with self._transactions.reading() as session:
            row = await session.get(CaseRow, case_id)
            return None if row is None else case_of(row)

    async def of_job(self, job_id: int) -> tuple[Case, ...]:
        """Return the cases of a job, oldest first."""
        return await self._select(CaseRow.job_id == job_id, newest_first=False)

    async def newest(
        self,
        server_id: int,
        states: Collection[CaseState] = tuple(CaseState),
        *,
        person: int | None = None,
        since: datetime | None = None,
        limit: int = 25,
        offset: int = 0,
    ) -> tuple[Case, ...]:
        """Return up to ``limit`` cases of a server in any of ``states``, newest first; of ``person`` where named.

        The first ``offset`` of them are left out.
        """
        conditions = [CaseRow.server_id == server_id, CaseRow.state.in_([str(state) for state in states])]
        if person is not None:
            conditions.append(CaseRow.person == person)
        if since is not None:
            conditions.append(CaseRow.created_at >= since)
        return await self._select(*conditions, limit=limit, offset=offset)

    async def count(self, server_id: int, *, person: int | None = None) -> int:
        """Return how many cases a server has; of ``person`` where named."""
        wanted = select(func.count(CaseRow.id)).where(CaseRow.server_id == server_id)
        if person is not None:
            wanted = wanted.where(CaseRow.person == person)
        async with self._transactions.reading() as session:
            return int(await session.scalar(wanted) or 0)

    async def of(self, person: int) -> tuple[Case, ...]:
        """Return every case about a person, newest first."""
        return await self._select(CaseRow.person == person)

    async def open_since(self, moment: datetime) -> tuple[Case, ...]:
        """Return the cases that have been open since ``moment`` or longer, oldest first."""
        wanted = (CaseRow.state == str(CaseState.OPEN), CaseRow.created_at <= moment)
        return await self._select(*wanted, newest_first=False)

    async def reports(self, case_id: int) -> tuple[Report, ...]:
        """Return what members said of a case, oldest first."""
        wanted = select(ReportRow).where(ReportRow.case_id == case_id).order_by(ReportRow.created_at)
        async with self._transactions.reading() as session:
            return tuple(report_of(row) for row in await session.scalars(wanted))

    async def note_card(self, case_id: int, *, channel_id: int, message_id: int) -> None:
        """Remember where the card of a case is."""
        card = {"card_channel_id": channel_id, "card_message_id": message_id}
        async with self._transactions.writing() as session:
            await session.execute(update(CaseRow).where(CaseRow.id == case_id).values(card))

    async def untold(self, before: datetime) -> tuple[Case, ...]:
        """Return the held cases decided ``before`` against pictures whose person was not told of it, oldest first."""
        against = [str(CaseState.REJECTED), str(CaseState.EXPIRED)]
        wanted = (CaseRow.kind == str(CaseKind.HELD), CaseRow.state.in_(against), CaseRow.told_at.is_(None))
        return await self._select(*wanted, CaseRow.decided_at < before, newest_first=False)

    async def note_told(self, case_id: int) -> None:
        """Remember that nothing more is to be said to the person of a case."""
        told = update(CaseRow).where(CaseRow.id == case_id, CaseRow.told_at.is_(None))
        async with self._transactions.writing() as session:
            await session.execute(told.values(told_at=self._clock()))

    async def blocks(self, case_id: int) -> bool:
        """Return whether a case is why somebody is blocked."""
        async with self._transactions.reading() as session:
            return await session.scalar(select(BlockRow.person).where(BlockRow.case_id == case_id)) is not None

    async def decide(
        self,
        case_id: int,
        to: CaseState,
        *,
        reviewer: int | None,
        detail: Mapping[str, object] | None = None,
        penalty: Penalty | None = None,
    ) -> bool:
        """Move a case to ``to`` if it stands where it may go there from; say whether it did. The first one wins.

        A held job goes with it: approved to ``drawn``, whence it is delivered; rejected to ``cancelled``; expired to
        ``expired``. Pictures that were hidden are no longer, once approved. ``detail`` goes into the log; ``penalty``
        meets the case's person.
        """
        moment = self._clock()
        async with self._transactions.writing() as session:
            return await decide(session, case_id, to, moment, reviewer=reviewer, detail=detail, penalty=penalty)

    async def hide(self, case_id: int) -> bool:
        """Take the pictures of an open, reported case out of sight; say whether that was still to be done."""
        async with self._transactions.writing() as session:
            return await hide(session, case_id, self._clock())

    async def forget(self, person: int) -> None:
        """Let go of who a case that is not open was about, and of what a person reported in one."""
        closed = select(CaseRow.id).where(CaseRow.state != str(CaseState.OPEN))
        async with self._transactions.writing() as session:
            theirs = update(CaseRow).where(CaseRow.person == person, CaseRow.id.in_(closed))
            await session.execute(theirs.values(person=None).execution_options(synchronize_session=False))
            reported = delete(ReportRow).where(ReportRow.reporter == person, ReportRow.case_id.in_(closed))
            await session.execute(reported.execution_options(synchronize_session=False))

    async def _select(
        self, *conditions: Any, newest_first: bool = True, limit: int | None = None, offset: int = 0
    ) -> tuple[Case, ...]:
        order = CaseRow.id.desc() if newest_first else CaseRow.id
        async with self._transactions.reading() as session:
            wanted = select(CaseRow).where(*conditions).order_by(order).limit(limit).offset(offset)
            rows = await session.scalars(wanted)
            return tuple(case_of(row) for row in rows)

    async def _open(self, session: AsyncSession, row: CaseRow) -> None:
        session.add(row)
        await session.flush()
        line = Line(
            server_id=row.server_id,
            decision="held" if row.kind == str(CaseKind.HELD) else row.kind,
            rule=row.rule,
            actor=row.person,
            case_id=row.id,
            detail={} if row.scores is None else {"scores": row.scores},
        )
        await append(session, line, self._clock())

    def _row(
        self,
        kind: CaseKind,
        state: CaseState,
        server_id: int,
        channel_id: int,
        person: int,
        rule: str,
        job_id: int | None = None,
        scores: Mapping[str, float] | None = None,
    ) -> CaseRow:
        return CaseRow(
            kind=str(kind),
            state=str(state),
            server_id=server_id,
            channel_id=channel_id,
            person=person,
            rule=rule,
            job_id=job_id,
            scores=None if scores is None else dict(scores),
            created_at=self._clock(),
        )
