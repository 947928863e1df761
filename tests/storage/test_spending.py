"""What was asked for counts, unless it came to nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database
from storage.jobs import Jobs
from storage.records import JobState, Spent
from tests.storage.conftest import REPLY

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DRAWN = (JobState.QUEUED, JobState.DRAWING)


async def asked(
    database: Database, job_id: int, *way: JobState, owner: int = 1, ago: float = 1, count: int = 2
) -> None:
    jobs = Jobs(database, clock=lambda: NOW - timedelta(hours=ago))
    assert await jobs.accept(job_id, owner=owner, spec={"count": count}, reply=REPLY)
    for state in way:
        assert await jobs.move(job_id, state)


@pytest.mark.parametrize(
    ("way", "counts"),
    [
        ((), True),
        ((JobState.QUEUED,), True),
        (DRAWN, True),
        ((JobState.QUEUED, JobState.HELD), True),
        ((JobState.CANCELLED,), False),
        ((JobState.QUEUED, JobState.CANCELLED), False),
        ((JobState.QUEUED, JobState.EXPIRED), False),
        ((*DRAWN, JobState.CANCELLED), True),
        ((JobState.QUEUED, JobState.FAILED), False),
        ((*DRAWN, JobState.FAILED), False),
    ],
)
async def test_what_counts(database: Database, way: tuple[JobState, ...], counts: bool) -> None:
    await asked(database, 1, *way)
    spent = await database.spending.of(1, since=NOW - timedelta(days=1))
    assert spent == ((Spent(NOW - timedelta(hours=1), 2),) if counts else ())


async def test_ones_own_of_the_last_day_oldest_first(database: Database) -> None:
    await asked(database, 1, ago=1, count=1)
    await asked(database, 2, ago=5, count=4)
    await asked(database, 3, ago=25)
    await asked(database, 4, owner=2)
    spent = await database.spending.of(1, since=NOW - timedelta(days=1))
    assert [each.pictures for each in spent] == [4, 1]
