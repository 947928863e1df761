"""Decisions on cases, each with all it brings in one transaction: the job, the sanctions, the line in the log."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.jobs import move
from storage.models import JobRow
from storage.moderation import rejections
from storage.moderation.log import Line, append
from storage.moderation.models import CaseRow, ReportRow
from storage.moderation.records import Case, CaseKind, CaseState, Penalty, Report, before
from storage.moderation.sanctions import punish
from storage.records import JobState

#: Where a held job goes when its case is decided.
HELD_JOB_GOES_TO: Mapping[CaseState, JobState] = MappingProxyType(
    {
        CaseState.APPROVED: JobState.DRAWN,
        CaseState.REJECTED: JobState.CANCELLED,
        CaseState.EXPIRED: JobState.EXPIRED,
    }
)
#: What brings a picture that was hidden back into sight.
_SHOWN_AGAIN = {CaseState.APPROVED, CaseState.OVERTURNED}


async def decide(
    session: AsyncSession,
    case_id: int,
    to: CaseState,
    moment: datetime,
    *,
    reviewer: int | None,
    detail: Mapping[str, object] | None = None,
    penalty: Penalty | None = None,
) -> bool:
    """As :meth:`Cases.decide`, inside a transaction that does more."""
    decided = (
        update(CaseRow)
        .where(CaseRow.id == case_id, CaseRow.state.in_([str(state) for state in before(to)]))
        .values(state=str(to), reviewer=reviewer, decided_at=moment)
        .returning(CaseRow)
        .execution_options(synchronize_session=False)
    )
    row = await session.scalar(decided)
    if row is None:
        return False
    if row.kind == str(CaseKind.HELD) and row.job_id is not None and to in HELD_JOB_GOES_TO:
        await move(session, row.job_id, HELD_JOB_GOES_TO[to], moment)
    if row.kind == str(CaseKind.REPORTED) and to in _SHOWN_AGAIN:
        await session.execute(update(JobRow).where(JobRow.interaction_id == row.job_id).values(hidden=False))
    line = Line(
        server_id=row.server_id,
        decision=str(to),
        rule=row.rule,
        actor=row.person,
        reviewer=reviewer,
        case_id=row.id,
        detail=detail or {},
    )
    await append(session, line, moment)
    if to is CaseState.REJECTED and row.job_id is not None:
        await rejections.remember(session, row.server_id, row.id, row.job_id)
    if penalty is not None and row.person is not None and reviewer is not None:
        await punish(session, row.server_id, row.person, penalty, moment, by=reviewer, case_id=row.id)
    return True


async def hide(session: AsyncSession, case_id: int, moment: datetime) -> bool:
    """As :meth:`Cases.hide`, inside a transaction that does more."""
    hidden = (
        update(CaseRow)
        .where(CaseRow.id == case_id, CaseRow.state == str(CaseState.OPEN), CaseRow.hidden_at.is_(None))
        .values(hidden_at=moment)
        .returning(CaseRow)
        .execution_options(synchronize_session=False)
    )
    row = await session.scalar(hidden)
    if row is None:
        return False
    await session.execute(update(JobRow).where(JobRow.interaction_id == row.job_id).values(hidden=True))
    line = Line(server_id=row.server_id, decision="hidden", rule=row.rule, actor=row.person, case_id=row.id)
    await append(session, line, moment)
    return True


def case_of(row: CaseRow) -> Case:
    """The record of a case, of its row."""
    return Case(
        id=row.id,
        kind=CaseKind(row.kind),
        state=CaseState(row.state),
        server_id=row.server_id,
        channel_id=row.channel_id,
        person=row.person,
        rule=row.rule,
        job_id=row.job_id,
        scores=row.scores,
        card_channel_id=row.card_channel_id,
        card_message_id=row.card_message_id,
        reviewer=row.reviewer,
        created_at=row.created_at,
        decided_at=row.decided_at,
        explicit_allowed=row.explicit_allowed,
        hidden_at=row.hidden_at,
        told_at=row.told_at,
        entry=row.entry,
    )


def report_of(row: ReportRow) -> Report:
    """The record of a report, of its row."""
    return Report(case_id=row.case_id, reporter=row.reporter, reason=row.reason, created_at=row.created_at)
