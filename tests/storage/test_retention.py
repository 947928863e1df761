"""The pictures' folder stays under its budget; nothing that somebody waits for goes."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import Database
from storage.records import Drawn, JobState, Picture
from storage.retention import Kept, Rank, beyond
from tests.storage.conftest import REPLY, SPEC

SIZE = 100


async def finish(database: Database, job_id: int, *, to: JobState | None = JobState.DONE) -> None:
    """A job with one picture of a hundred bytes, in the state ``to``; None leaves it drawn."""
    await database.jobs.accept(job_id, owner=1, spec=SPEC, reply=REPLY)
    for state in (JobState.QUEUED, JobState.DRAWING):
        await database.jobs.move(job_id, state)
    drawn = Drawn(png=bytes([job_id]) * SIZE, recipe=f"recipe {job_id}", seed=1, width=8, height=8)
    assert await database.pictures.keep(job_id, [drawn])
    if to is not None:
        await database.jobs.move(job_id, JobState.HELD if to is JobState.HELD else JobState.DELIVERING)
        await database.jobs.move(job_id, to)


async def picture(database: Database, job_id: int) -> Picture:
    (found,) = await database.pictures.of(job_id)
    return found


async def there(database: Database, *job_ids: int) -> list[int]:
    return [each for each in job_ids if await database.pictures.read(await picture(database, each)) is not None]


async def test_the_oldest_go_and_their_recipes_stay(database: Database) -> None:
    for job_id in (1, 2, 3, 4):
        await finish(database, job_id)
    assert await database.retention.thin_out(2 * SIZE) == 2
    assert await there(database, 1, 2, 3, 4) == [3, 4]
    gone = await picture(database, 1)
    assert gone.path is None
    assert gone.recipe == "recipe 1"


async def test_within_the_budget_nothing_goes(database: Database) -> None:
    await finish(database, 1)
    assert await database.retention.thin_out(SIZE) == 0
    assert await there(database, 1) == [1]


@pytest.mark.parametrize("state", [None, JobState.HELD])
async def test_what_somebody_waits_for_stays(database: Database, state: JobState | None) -> None:
    await finish(database, 1, to=state)
    await finish(database, 2)
    assert await database.retention.thin_out(0) == 1
    assert await there(database, 1, 2) == [1]


async def test_files_that_a_crash_left_are_swept_up(database: Database, tmp_path: Path) -> None:
    await finish(database, 1)
    folder = tmp_path / "pictures" / "ab"
    folder.mkdir(exist_ok=True)
    old, young = folder / "old.png", folder / "young.part"
    for file in (old, young):
        file.write_bytes(b"x")
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    await database.retention.thin_out(10 * SIZE)
    assert not old.exists()
    assert young.exists()
    assert await there(database, 1) == [1]


async def test_an_empty_folder_is_no_trouble(database: Database) -> None:
    assert await database.retention.thin_out(0) == 0


async def test_favourites_go_last(database: Database) -> None:
    for job_id in (1, 2, 3):
        await finish(database, job_id)
    assert await database.favourites.add(9, 1, 0)
    assert await database.retention.thin_out(2 * SIZE) == 1
    assert await there(database, 1, 2, 3) == [1, 3], "the oldest is somebody's favourite"
    assert await database.retention.thin_out(SIZE) == 1
    assert await there(database, 1, 2, 3) == [1]
    assert await database.retention.thin_out(SIZE - 1) == 1, "nothing else is left"


async def test_what_somebody_gave_goes_with_its_age_unless_a_job_waits_for_it(database: Database) -> None:
    for digest in ("aa", "bb"):
        await database.given.keep(1, digest, digest.encode() * 50)
    await database.jobs.accept(7, owner=1, spec=SPEC | {"source": "aa"}, reply=REPLY)
    assert await database.retention.thin_out(0) == 1
    assert [await database.given.read(digest) for digest in ("aa", "bb")] == [b"aa" * 50, None]
    await database.jobs.move(7, JobState.CANCELLED)
    assert await database.retention.thin_out(2 * SIZE) == 0
    assert await database.retention.thin_out(0) == 1
    assert await database.given.read("aa") is None


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from(Rank)), max_size=20), st.integers(0, 300))
def test_what_is_left_fits_unless_it_must_stay(files: list[tuple[int, Rank]], budget: int) -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    kept = [Kept((number, 0), str(number), rank, when) for number, (_, rank) in enumerate(files)]
    sizes = {str(number): size for number, (size, _) in enumerate(files)}
    gone = {each.path for each in beyond(budget, kept, sizes)}
    left = sum(size for path, size in sizes.items() if path not in gone)
    must = sum(size for size, rank in files if rank is Rank.AWAITED)
    assert left <= max(budget, must)
    assert all(each.rank is not Rank.AWAITED for each in kept if each.path in gone)
