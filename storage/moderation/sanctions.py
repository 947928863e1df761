"""Sanctions: strikes, which fade by themselves, and blocks, which end; each is in the log before it holds."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.jobs import Clock, now
from storage.moderation.log import Line, append
from storage.moderation.models import BlockRow, StrikeRow
from storage.moderation.records import Block, Penalty, Standing, Strike
from storage.transactions import Transactions


class Sanctions:
    """The door to strikes and blocks."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

    async def standing(self, server_id: int, person: int) -> Standing:
        """Return what stands against a person in a server now."""
        async with self._transactions.reading() as session:
            return await _standing(session, server_id, person, self._clock())

    async def strike(
        self, server_id: int, person: int, *, lasts: timedelta, by: int, case_id: int | None = None
    ) -> Standing:
        """Give a strike that fades after ``lasts``; return what stands against the person then."""
        moment = self._clock()
        async with self._transactions.writing() as session:
            await punish(session, server_id, person, Penalty(strike=lasts), moment, by=by, case_id=case_id)
            return await _standing(session, server_id, person, moment)

    async def withdraw(self, case_id: int, *, by: int) -> int:
        """Take back the strikes and the block that a case brought; return how many they were."""
        moment = self._clock()
        async with self._transactions.writing() as session:
            return await withdraw(session, case_id, moment, by=by)

    async def block(
        self, server_id: int, person: int, *, ends_at: datetime, reason: str, by: int, case_id: int | None = None
    ) -> Block:
        """Block a person until ``ends_at``, in place of any block before."""
        moment = self._clock()
        penalty = Penalty(block=ends_at - moment, reason=reason)
        async with self._transactions.writing() as session:
            await punish(session, server_id, person, penalty, moment, by=by, case_id=case_id)
            return _block(await session.get_one(BlockRow, (server_id, person)))

    async def unblock(self, server_id: int, person: int, *, by: int) -> bool:
        """End a block early; say whether one was in force."""
        moment = self._clock()
        async with self._transactions.writing() as session:
            row = await session.get(BlockRow, (server_id, person))
            if row is None:
                return False
            in_force = row.ends_at > moment
            await session.delete(row)
            if in_force:
                await append(session, _line("unblocked", server_id, person, by, row.case_id, {}), moment)
            return in_force

    async def blocks(self, server_id: int) -> tuple[Block, ...]:
        """Return the blocks in force in a server, those that end first before the others."""
        wanted = select(BlockRow).where(BlockRow.server_id == server_id, BlockRow.ends_at > self._clock())
        async with self._transactions.reading() as session:
            return tuple(_block(row) for row in await session.scalars(wanted.order_by(BlockRow.ends_at)))

    async def forget(self, person: int) -> None:
        """Let go of a person's strikes and blocks that are over; what is in force holds until it ends."""
        moment = self._clock()
        async with self._transactions.writing() as session:
            await session.execute(delete(StrikeRow).where(StrikeRow.person == person, StrikeRow.fades_at <= moment))
            await session.execute(delete(BlockRow).where(BlockRow.person == person, BlockRow.ends_at <= moment))


async def standing(
    session: AsyncSession, places: Collection[tuple[int, int]], moment: datetime
) -> dict[tuple[int, int], Standing]:
    """As :meth:`Sanctions.standing` for many, each a server and a person, inside a transaction that reads more."""
    servers, persons = {server for server, _ in places}, {person for _, person in places}
    struck = (StrikeRow.server_id.in_(servers), StrikeRow.person.in_(persons), StrikeRow.fades_at > moment)
    strikes: dict[tuple[int, int], list[Strike]] = {place: [] for place in places}
    for row in await session.scalars(select(StrikeRow).where(*struck).order_by(StrikeRow.fades_at, StrikeRow.id)):
        if (row.server_id, row.person) in strikes:
            strikes[row.server_id, row.person].append(_strike(row))
    blocked = (BlockRow.server_id.in_(servers), BlockRow.person.in_(persons), BlockRow.ends_at > moment)
    rows = await session.scalars(select(BlockRow).where(*blocked))
    blocks = {(row.server_id, row.person): _block(row) for row in rows}
    return {place: Standing(strikes=tuple(strikes[place]), block=blocks.get(place)) for place in places}


async def _standing(session: AsyncSession, server_id: int, person: int, moment: datetime) -> Standing:
    place = server_id, person
    return (await standing(session, {place}, moment))[place]


async def punish(
    session: AsyncSession,
    server_id: int,
    person: int,
    penalty: Penalty,
    moment: datetime,
    *,
    by: int,
    case_id: int | None,
) -> None:
    """Give a person the strike and the block of ``penalty``, inside a transaction that does more.

    A block takes the place of the one before.
    """
    if penalty.strike is not None:
        fades_at = moment + penalty.strike
        row = {"server_id": server_id, "person": person, "case_id": case_id, "created_at": moment}
        session.add(StrikeRow(**row, fades_at=fades_at))
        line = _line("struck", server_id, person, by, case_id, {"fades": fades_at.isoformat()})
        await append(session, line, moment)
    if penalty.block is not None:
        ends_at, reason = moment + penalty.block, penalty.reason
        block = await session.get(BlockRow, (server_id, person)) or BlockRow(server_id=server_id, person=person)
        block.ends_at, block.reason, block.by, block.case_id, block.created_at = ends_at, reason, by, case_id, moment
        session.add(block)
        detail = {"ends": ends_at.isoformat(), "reason": reason}
        await append(session, _line("blocked", server_id, person, by, case_id, detail), moment)
    await session.flush()


async def withdraw(session: AsyncSession, case_id: int, moment: datetime, *, by: int) -> int:
    """As :meth:`Sanctions.withdraw`, inside a transaction that does more."""
    count = 0
    for kind, decision in ((StrikeRow, "strike withdrawn"), (BlockRow, "unblocked")):
        for row in (await session.scalars(select(kind).where(kind.case_id == case_id))).all():
            await session.delete(row)
            await append(session, _line(decision, row.server_id, row.person, by, case_id, {}), moment)
            count += 1
    return count


def _line(
    decision: str, server_id: int, person: int, by: int, case_id: int | None, detail: Mapping[str, object]
) -> Line:
    return Line(server_id=server_id, decision=decision, actor=person, reviewer=by, case_id=case_id, detail=detail)


def _strike(row: StrikeRow) -> Strike:
    return Strike(
        id=row.id,
        server_id=row.server_id,
        person=row.person,
        case_id=row.case_id,
        created_at=row.created_at,
        fades_at=row.fades_at,
    )


def _block(row: BlockRow) -> Block:
    return Block(
        server_id=row.server_id,
        person=row.person,
        ends_at=row.ends_at,
        reason=row.reason,
        by=row.by,
        case_id=row.case_id,
        created_at=row.created_at,
    )
