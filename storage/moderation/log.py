"""The log: lines are added and never changed, and each line's digest covers the one before it.

People stand in it under pseudonyms, a digest of their id with a salt. Who is behind one is kept in a table beside the
log; to forget a person is to delete that row, so the log need not be touched and the chain stays whole.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.errors import DatabaseUnfit
from storage.jobs import Clock, now
from storage.moderation.models import LogHeadRow, LogRow, PseudonymRow
from storage.moderation.records import LogEntry, Verification
from storage.transactions import Transactions

#: The digest before the first line.
BEGINNING = "0" * 64
_HEAD = 1
_AT_A_TIME = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is to be written into the log; people by their ids. ``detail`` holds no prompt, ever."""

    server_id: int
    decision: str
    rule: str | None = None
    actor: int | None = None
    reviewer: int | None = None
    case_id: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


class Log:
    """The door to the log."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

    async def add(self, line: Line) -> LogEntry:
        """Write a line."""
        async with self._transactions.writing() as session:
            number = await append(session, line, self._clock())
        (entry,) = await self._entries(LogRow.number == number, limit=1)
        return entry

    async def newest(
        self, server_id: int, *, since: datetime | None = None, before: int | None = None, limit: int = 25
    ) -> tuple[LogEntry, ...]:
        """Return up to ``limit`` entries of a server, newest first: those with numbers under ``before``."""
        conditions = [LogRow.server_id == server_id]
        if since is not None:
            conditions.append(LogRow.at >= since)
        if before is not None:
            conditions.append(LogRow.number < before)
        return await self._entries(*conditions, limit=limit)

    async def of(self, person: int) -> tuple[LogEntry, ...]:
        """Return every entry that is about a person, or that they decided, newest first."""
        async with self._transactions.reading() as session:
            found = await session.scalar(select(PseudonymRow.pseudonym).where(PseudonymRow.person == person))
        return () if found is None else await self._entries(or_(LogRow.actor == found, LogRow.reviewer == found))

    async def forget(self, person: int) -> None:
        """Let go of who stands behind a pseudonym; what was decided stays."""
        async with self._transactions.writing() as session:
            await session.execute(delete(PseudonymRow).where(PseudonymRow.person == person))

    async def verify(self) -> Verification:
        """Follow the whole chain and the pseudonyms; ``broken_at`` is the first number that is not as it was written.

        A line that is missing at the end is found at its number too, since the last one is remembered.
        """
        async with self._transactions.reading() as session:
            return await verify(session)

    async def _entries(self, *conditions: object, limit: int | None = None) -> tuple[LogEntry, ...]:
        actor, reviewer = aliased(PseudonymRow), aliased(PseudonymRow)
        wanted = (
            select(LogRow, actor.person, reviewer.person)
            .outerjoin(actor, LogRow.actor == actor.pseudonym)
            .outerjoin(reviewer, LogRow.reviewer == reviewer.pseudonym)
            .where(*conditions)  # pyright: ignore[reportArgumentType]  (they are conditions)
            .order_by(LogRow.number.desc())
        )
        async with self._transactions.reading() as session:
            return tuple(_entry(*row) for row in (await session.execute(wanted.limit(limit))))


async def verify(session: AsyncSession) -> Verification:
    """As :meth:`Log.verify`, inside a transaction."""
    number, digest = 0, BEGINNING
    rows = await session.stream_scalars(select(LogRow).order_by(LogRow.number).execution_options(yield_per=_AT_A_TIME))
    async for row in rows:
        number += 1
        digest = _digest(digest, row)
        if row.number != number or row.digest != digest:
            return Verification(number, row.digest, broken_at=number)
    head = await session.get(LogHeadRow, _HEAD)
    if head is None or (head.number, head.digest) != (number, digest):
        return Verification(number, digest, broken_at=number + 1)
    false = await _false_pseudonyms(session)
    broken = None
    if false:
        named = or_(LogRow.actor.in_(false), LogRow.reviewer.in_(false))
        broken = await session.scalar(select(LogRow.number).where(named).order_by(LogRow.number).limit(1))
    return Verification(number, digest, broken_at=broken)


async def append(session: AsyncSession, line: Line, at: datetime) -> int:
    """Write a line inside a transaction that does more; return its number."""
    head = await session.scalar(select(LogHeadRow).where(LogHeadRow.id == _HEAD).with_for_update())
    if head is None:
        raise DatabaseUnfit("The moderation log has lost its last line's digest; restore a backup.")
    row = LogRow(
        number=head.number + 1,
        at=at,
        server_id=line.server_id,
        decision=line.decision,
        rule=line.rule,
        actor=await _pseudonym(session, line.actor),
        reviewer=await _pseudonym(session, line.reviewer),
        case_id=line.case_id,
        detail=json.dumps(line.detail, ensure_ascii=False, sort_keys=True),
    )
    row.digest = _digest(head.digest, row)
    session.add(row)
    head.number, head.digest = row.number, row.digest
    await session.flush()
    return row.number


async def _pseudonym(session: AsyncSession, person: int | None) -> str | None:
    """The pseudonym of a person, a new one where they have none."""
    if person is None:
        return None
    found = await session.scalar(select(PseudonymRow.pseudonym).where(PseudonymRow.person == person))
    if found is None:
        salt = secrets.token_hex(32)
        found = _conceal(salt, person)
        session.add(PseudonymRow(pseudonym=found, person=person, salt=salt))
        await session.flush()
    return found


async def _false_pseudonyms(session: AsyncSession) -> list[str]:
    """The pseudonyms beside which another person was written."""
    rows = await session.scalars(select(PseudonymRow))
    return [row.pseudonym for row in rows if row.pseudonym != _conceal(row.salt, row.person)]


def _conceal(salt: str, person: int) -> str:
    return hashlib.sha256(f"{salt}:{person}".encode()).hexdigest()


def _digest(before: str, row: LogRow) -> str:
    at = row.at.astimezone(UTC).isoformat()
    parts = (before, row.number, at, row.server_id, row.decision, row.rule, row.actor, row.reviewer, row.case_id)
    return hashlib.sha256(json.dumps([*parts, row.detail]).encode()).hexdigest()


def _entry(row: LogRow, actor: int | None, reviewer: int | None) -> LogEntry:
    return LogEntry(
        number=row.number,
        at=row.at,
        server_id=row.server_id,
        decision=row.decision,
        rule=row.rule,
        actor=actor,
        reviewer=reviewer,
        case_id=row.case_id,
        detail=json.loads(row.detail),
        digest=row.digest,
    )
