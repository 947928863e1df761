"""What people did lately: counted by server and day, and given back where it came to nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database
from storage.jobs import Jobs
from storage.moderation.histories import Histories
from storage.moderation.records import History
from storage.records import JobState
from tests.storage.conftest import REPLY

ANN, BEN, NEW = 100, 200, 900
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(database: Database, clock: Clock) -> Jobs:
    return Jobs(database, clock)


@pytest.fixture
def histories(database: Database, clock: Clock) -> Histories:
    return Histories(database, clock)


async def of(histories: Histories, person: int = ANN) -> History:
    return await histories.of(REPLY.guild_id, person, newcomer_from=NEW)


async def spent(histories: Histories, person: int = ANN) -> int:
    return sum(each.pictures for each in (await of(histories, person)).spent)


async def test_pictures_are_counted_by_person_and_server(jobs: Jobs, histories: Histories) -> None:
    assert await of(histories) == History()
    await jobs.accept(1, owner=ANN, spec={"count": 3}, reply=REPLY)
    await jobs.accept(2, owner=ANN, spec={"count": 1}, reply=REPLY)
    await jobs.accept(3, owner=BEN, spec={"count": 4}, reply=REPLY)
    await jobs.accept(4, owner=ANN, spec={"count": 2}, reply=replace(REPLY, guild_id=REPLY.guild_id + 1))
    assert await spent(histories) == 4
    assert await spent(histories, BEN) == 4


async def test_after_a_day_they_no_longer_count(jobs: Jobs, histories: Histories, clock: Clock) -> None:
    await jobs.accept(1, owner=ANN, spec={"count": 3}, reply=REPLY)
    clock.now = NOON + timedelta(hours=23, minutes=59)
    assert await spent(histories) == 3
    clock.now = NOON + timedelta(hours=24)
    history = await of(histories)
    assert (history.spent, history.last_at) == ((), NOON)


@pytest.mark.parametrize("end", [JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED])
async def test_what_comes_to_nothing_is_given_back(jobs: Jobs, histories: Histories, end: JobState) -> None:
    await jobs.accept(1, owner=ANN, spec={"count": 3}, reply=REPLY)
    await jobs.move(1, JobState.QUEUED)
    assert await spent(histories) == 3
    await jobs.move(1, end)
    assert await spent(histories) == 0
    assert ((await of(histories)).last_at is None) == (end is JobState.FAILED), "nor does a failure slow anybody"


async def test_a_burst_is_of_new_accounts_and_of_the_last_minutes(
    jobs: Jobs, histories: Histories, clock: Clock
) -> None:
    await jobs.accept(1, owner=ANN, spec={"count": 1}, reply=REPLY)
    for job_id in (2, 3, 4):
        await jobs.accept(job_id, owner=NEW + job_id, spec={"count": 1}, reply=REPLY)
        await jobs.accept(10 + job_id, owner=NEW + job_id, spec={"count": 1}, reply=REPLY)
    history = await of(histories)
    assert (history.newcomers, history.newcomers_last_at) == (3, NOON)
    clock.now += timedelta(minutes=10)
    history = await of(histories)
    assert (history.newcomers, history.newcomers_last_at) == (0, None)


async def test_what_stands_against_them_is_told_too(database: Database, histories: Histories) -> None:
    await database.sanctions.block(REPLY.guild_id, ANN, ends_at=datetime(2999, 1, 1, tzinfo=UTC), reason="", by=1)
    assert (await of(histories)).standing.block is not None
    assert (await of(histories, BEN)).standing.block is None
