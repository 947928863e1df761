"""Strikes fade, blocks end, appeals undo what a case brought, and each of it is in the log."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database
from storage.errors import AppealedAlready, TooMany
from storage.moderation.appeals import Appeals
from storage.moderation.cases import Cases
from storage.moderation.records import AppealState, Case, CaseState
from storage.moderation.rejections import remember
from storage.moderation.sanctions import Sanctions
from storage.records import Drawn, JobState
from tests.storage.conftest import REPLY, SPEC

SERVER, ANN, MODERATOR = 10, 1, 9
DAY = timedelta(days=1)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sanctions(database: Database, clock: Clock) -> Sanctions:
    return Sanctions(database, clock)


async def refused(database: Database, clock: Clock) -> Case:
    return await Cases(database, clock).refuse(server_id=SERVER, channel_id=7, person=ANN, rule="list")


async def looked_like(database: Database, case: Case, *likenesses: int) -> None:
    """As if a job's pictures with these likenesses had been rejected by ``case``."""
    await database.jobs.accept(case.id, owner=ANN, spec=SPEC, reply=REPLY)
    for state in (JobState.QUEUED, JobState.DRAWING):
        await database.jobs.move(case.id, state)
    drawn = [Drawn(png=b"png", recipe="", seed=1, width=8, height=8, likeness=each) for each in likenesses]
    assert await database.pictures.keep(case.id, drawn)
    async with database.writing() as session:
        await remember(session, case.server_id, case.id, case.id)


async def decisions(database: Database) -> list[str]:
    return [entry.decision for entry in reversed(await database.log.newest(SERVER, limit=100))]


async def test_strikes_fade_one_by_one(sanctions: Sanctions, clock: Clock) -> None:
    await sanctions.strike(SERVER, ANN, lasts=3 * DAY, by=MODERATOR)
    clock.now += DAY
    standing = await sanctions.strike(SERVER, ANN, lasts=3 * DAY, by=MODERATOR)
    assert [strike.fades_at - clock.now for strike in standing.strikes] == [2 * DAY, 3 * DAY]
    clock.now += 2 * DAY
    assert len((await sanctions.standing(SERVER, ANN)).strikes) == 1
    assert (await sanctions.standing(SERVER + 1, ANN)).strikes == ()
    clock.now += DAY
    assert (await sanctions.standing(SERVER, ANN)).strikes == ()


async def test_a_block_ends(database: Database, sanctions: Sanctions, clock: Clock) -> None:
    await sanctions.block(SERVER, ANN, ends_at=clock.now + DAY, reason="spam", by=MODERATOR)
    longer = await sanctions.block(SERVER, ANN, ends_at=clock.now + 2 * DAY, reason="more spam", by=MODERATOR)
    assert (await sanctions.standing(SERVER, ANN)).block == longer
    assert await sanctions.blocks(SERVER) == (longer,)
    clock.now += 2 * DAY
    assert (await sanctions.standing(SERVER, ANN)).block is None
    assert await sanctions.blocks(SERVER) == ()
    assert not await sanctions.unblock(SERVER, ANN, by=MODERATOR), "it had ended"
    assert await decisions(database) == ["blocked", "blocked"]


async def test_a_block_can_be_ended_early(database: Database, sanctions: Sanctions, clock: Clock) -> None:
    await sanctions.block(SERVER, ANN, ends_at=clock.now + DAY, reason="", by=MODERATOR)
    assert await sanctions.unblock(SERVER, ANN, by=MODERATOR)
    assert (await sanctions.standing(SERVER, ANN)).block is None
    assert await decisions(database) == ["blocked", "unblocked"]


async def test_five_appeals_a_day_and_one_a_case(database: Database, clock: Clock) -> None:
    appeals = Appeals(database, clock)
    cases = [await refused(database, clock) for _ in range(7)]
    for case in cases[:5]:
        await appeals.lodge(case, person=ANN, text="please")
    with pytest.raises(TooMany):
        await appeals.lodge(cases[5], person=ANN, text="please")
    clock.now += DAY
    await appeals.lodge(cases[5], person=ANN, text="please")
    with pytest.raises(AppealedAlready):
        await appeals.lodge(cases[5], person=ANN, text="please")
    assert len(await appeals.of(ANN)) == 6


async def test_an_upheld_appeal_undoes_what_the_case_brought(
    database: Database, sanctions: Sanctions, clock: Clock
) -> None:
    appeals, case = Appeals(database, clock), await refused(database, clock)
    await sanctions.strike(SERVER, ANN, lasts=DAY, by=MODERATOR, case_id=case.id)
    await sanctions.block(SERVER, ANN, ends_at=clock.now + DAY, reason="", by=MODERATOR, case_id=case.id)
    await sanctions.strike(SERVER, ANN, lasts=DAY, by=MODERATOR)
    await looked_like(database, case, 5)
    appeal = await appeals.lodge(case, person=ANN, text="it was a heron")
    decided = await appeals.decide(appeal.id, AppealState.UPHELD, reviewer=MODERATOR)
    assert decided is not None
    assert (decided.state, decided.reviewer) == (AppealState.UPHELD, MODERATOR)
    standing = await sanctions.standing(SERVER, ANN)
    assert len(standing.strikes) == 1, "another case's stays"
    assert standing.block is None
    assert await database.rejections.nearest(SERVER, [5], within=64) is None
    after = await database.cases.find(case.id)
    assert after is not None
    assert after.state is CaseState.OVERTURNED
    assert (await decisions(database))[-4:] == ["appeal upheld", "overturned", "strike withdrawn", "unblocked"]
    assert await appeals.decide(appeal.id, AppealState.DISMISSED, reviewer=MODERATOR) is None
    assert await appeals.of_case(case.id) == decided


async def test_a_dismissed_appeal_changes_nothing(database: Database, sanctions: Sanctions, clock: Clock) -> None:
    appeals, case = Appeals(database, clock), await refused(database, clock)
    await sanctions.strike(SERVER, ANN, lasts=DAY, by=MODERATOR, case_id=case.id)
    appeal = await appeals.lodge(case, person=ANN, text="")
    assert await appeals.decide(appeal.id, AppealState.DISMISSED, reviewer=MODERATOR)
    assert len((await sanctions.standing(SERVER, ANN)).strikes) == 1
    assert (await database.cases.find(case.id)) == case


async def test_what_is_over_is_forgotten_and_what_is_in_force_is_not(
    database: Database, sanctions: Sanctions, clock: Clock
) -> None:
    await sanctions.strike(SERVER, ANN, lasts=DAY, by=MODERATOR)
    await sanctions.strike(SERVER, ANN, lasts=3 * DAY, by=MODERATOR)
    await sanctions.block(SERVER, ANN, ends_at=clock.now + 3 * DAY, reason="", by=MODERATOR)
    clock.now += 2 * DAY
    await sanctions.forget(ANN)
    standing = await sanctions.standing(SERVER, ANN)
    assert len(standing.strikes) == 1
    assert standing.block is not None
    clock.now -= 2 * DAY
    assert len((await sanctions.standing(SERVER, ANN)).strikes) == 1, "the other one is gone"


async def test_likenesses_are_compared_by_their_bits(database: Database, clock: Clock) -> None:
    first, second = [await refused(database, clock) for _ in range(2)]
    await looked_like(database, first, 0, 2**64 - 1)
    await looked_like(database, second, 0b1111)
    assert await database.rejections.nearest(SERVER, [0b1], within=3) == first.id
    assert await database.rejections.nearest(SERVER, [2**40 - 1, 0b111], within=3) == second.id
    assert await database.rejections.nearest(SERVER, [2**63 - 1], within=3) == first.id
    assert await database.rejections.nearest(SERVER, [0b11 << 30], within=1) is None
    assert await database.rejections.nearest(SERVER + 1, [0], within=64) is None
    assert await database.rejections.nearest(SERVER, [], within=64) is None
