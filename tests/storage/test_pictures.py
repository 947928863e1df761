"""A picture is kept whole, together with its job's new state, or not at all."""

from pathlib import Path

import pytest

from storage.database import Database
from storage.errors import DatabaseFull
from storage.records import Drawn, JobState
from tests.storage.conftest import REPLY, SPEC

PICTURES = [Drawn(png=b"png" * n, recipe=f"recipe {n}", seed=n, width=64, height=8) for n in (1, 2)]


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
