"""A picture is kept whole, together with its job's new state, or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest

from storage.database import Database
from storage.errors import DatabaseFull
from storage.records import Drawn, JobState
from tests.storage.conftest import REPLY, SPEC

ANN, BEN, CAT = 1, 2, 3
SCORES = {"drawing": 0.75, "porn": 0.25}
PICTURES = [
    Drawn(png=b"png" * n, recipe=f"recipe {n}", seed=n, width=64, height=8, scores=scores)
    for n, scores in ((1, SCORES), (2, None))
]


@pytest.fixture
async def drawing(database: Database) -> Database:
    await database.jobs.accept(1, owner=1, spec=SPEC, reply=REPLY)
    await database.jobs.move(1, JobState.QUEUED)
    await database.jobs.move(1, JobState.DRAWING)
    return database


def files(folder: Path) -> list[Path]:
    return [file for file in (folder / "pictures").rglob("*") if file.is_file()]


async def test_pictures_and_state_together(drawing: Database, tmp_path: Path) -> None:
    assert await drawing.pictures.keep(1, PICTURES)
    job = await drawing.jobs.find(1)
    assert job is not None
    assert job.state is JobState.DRAWN
    kept = await drawing.pictures.of(1)
    assert [(picture.index, picture.recipe, picture.seed) for picture in kept] == [
        (0, "recipe 1", 1),
        (1, "recipe 2", 2),
    ]
    assert [picture.scores for picture in kept] == [SCORES, None], "what could not be checked is not clean"
    assert [await drawing.pictures.read(picture) for picture in kept] == [picture.png for picture in PICTURES]
    assert len(files(tmp_path)) == 2


async def test_nothing_is_kept_of_a_job_that_was_cancelled(drawing: Database, tmp_path: Path) -> None:
    await drawing.jobs.move(1, JobState.CANCELLED)
    assert not await drawing.pictures.keep(1, PICTURES)
    assert await drawing.pictures.of(1) == ()
    assert files(tmp_path) == []


async def test_a_second_time_changes_nothing(drawing: Database, tmp_path: Path) -> None:
    assert await drawing.pictures.keep(1, PICTURES)
    assert not await drawing.pictures.keep(1, PICTURES)
    kept = await drawing.pictures.of(1)
    assert [await drawing.pictures.read(picture) for picture in kept] == [picture.png for picture in PICTURES]
    assert len(files(tmp_path)) == 2


async def test_no_room_for_the_file(drawing: Database, tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("a file where the folder should be")
    with pytest.raises(DatabaseFull, match="could not be kept"):
        await drawing.pictures.keep(1, PICTURES)
    job = await drawing.jobs.find(1)
    assert job is not None
    assert job.state is JobState.DRAWING


async def test_a_file_that_is_gone(drawing: Database, tmp_path: Path) -> None:
    await drawing.pictures.keep(1, PICTURES)
    for file in files(tmp_path):
        file.unlink()
    assert await drawing.pictures.read((await drawing.pictures.of(1))[0]) is None


async def test_a_picture_is_known_again_by_its_pixels_to_those_who_may_know_it(database: Database) -> None:
    for job_id, owner, private in ((1, ANN, False), (2, ANN, True), (3, BEN, True)):
        await database.jobs.accept(job_id, owner=owner, spec=SPEC, reply=replace(REPLY, private=private))
        for state in (JobState.QUEUED, JobState.DRAWING):
            await database.jobs.move(job_id, state)
        drawn = Drawn(png=b"png", recipe="a cat", seed=1, width=64, height=64, pixels_sha256="a" * 64)
        assert await database.pictures.keep(job_id, [drawn])
    like, here, elsewhere = database.pictures.like, REPLY.guild_id, 99

    async def jobs(owner: int, guild_id: int) -> int | None:
        found = await like("a" * 64, owner=owner, guild_id=guild_id)
        return found and found.job_id

    assert await jobs(BEN, here) == 3, "one's own, the newest"
    assert await jobs(ANN, elsewhere) == 2, "one's own wherever it was"
    assert await jobs(CAT, here) == 1, "not what others drew for themselves"
    assert await jobs(CAT, elsewhere) is None
    assert await like("b" * 64, owner=ANN, guild_id=here) is None
