"""Studies outlive restarts, and everybody's last word on a picture counts."""

from pathlib import Path

import pytest

from storage.database import Database
from storage.errors import DatabaseFull
from storage.records import Study, StudyKind, StudyLabel, StudyState

MINE, YOURS = 1, 2


async def propose(database: Database, study_id: int, *, title: str = "a study", owner: int = MINE) -> Study | None:
    return await database.studies.propose(
        study_id,
        kind=StudyKind.STUDY,
        owner=owner,
        guild_id=8,
        channel_id=9,
        title=title,
        content={"spec": {"seed": 2**63 - 1, "preset_weight": 1e-45}},
        samples=20,
    )


async def test_is_kept_as_it_was_proposed(database: Database) -> None:
    made = await propose(database, 5)
    assert await database.studies.find(5) == made
    assert made is not None
    assert made.state is StudyState.PROPOSED
    assert made.content == {"spec": {"seed": 2**63 - 1, "preset_weight": 1e-45}}
    assert await database.studies.find(6) is None


async def test_one_interaction_makes_one_study(database: Database) -> None:
    assert await propose(database, 5) is not None
    assert await propose(database, 5) is None


async def test_goes_only_where_it_may(database: Database) -> None:
    await propose(database, 5)
    assert not await database.studies.move(5, StudyState.DRAWN)
    assert await database.studies.move(5, StudyState.DRAWING)
    assert not await database.studies.move(5, StudyState.DRAWING)
    assert await database.studies.move(5, StudyState.STOPPED)
    assert await database.studies.move(5, StudyState.DRAWING)
    assert await database.studies.move(5, StudyState.DRAWN)
    assert await database.studies.move(5, StudyState.CLOSED)
    assert not await database.studies.move(5, StudyState.DRAWING)


async def test_is_found_by_its_state_and_by_its_title(database: Database) -> None:
    for number, title in ((1, "Pure 512"), (2, "none 512"), (3, "100% pure")):
        await propose(database, number, title=title)
        await database.studies.move(number, StudyState.DRAWING)
    await propose(database, 4, title="pure, only proposed")
    assert [study.id for study in await database.studies.among(StudyState.DRAWING)] == [1, 2, 3]
    assert [study.id for study in await database.studies.of_server(8, holding="PURE", limit=9)] == [3, 1]
    assert [study.id for study in await database.studies.of_server(8, holding="%", limit=9)] == [3]
    assert [study.id for study in await database.studies.of_server(8, holding="", limit=1)] == [3]
    assert await database.studies.of_server(7, holding="", limit=9) == ()


async def test_the_message_is_remembered(database: Database) -> None:
    await propose(database, 5)
    await database.studies.posted(5, 77)
    found = await database.studies.find(5)
    assert found is not None
    assert found.message_id == 77


async def test_pictures_with_their_measures(database: Database, tmp_path: Path) -> None:
    await propose(database, 5)
    for index in (1, 0, 1):
        await database.studies.keep(5, index, b"png %d" % index, brightness=0.5, colourfulness=30.25)
    kept = await database.studies.pictures(5)
    assert [(picture.index, picture.brightness, picture.colourfulness) for picture in kept] == [
        (0, 0.5, 30.25),
        (1, 0.5, 30.25),
    ]
    assert [await database.studies.read(picture) for picture in kept] == [b"png 0", b"png 1"]
    assert len(list((tmp_path / "studies").rglob("*.png"))) == 2


async def test_retention_of_finished_pictures_leaves_studies_alone(database: Database) -> None:
    await propose(database, 5)
    picture = await database.studies.keep(5, 0, b"png", brightness=0, colourfulness=0)
    await database.retention.thin_out(0)
    assert await database.studies.read(picture) == b"png"


async def test_where_there_is_no_room_nothing_is_kept(database: Database, tmp_path: Path) -> None:
    await propose(database, 5)
    (tmp_path / "studies").write_text("in the way")
    with pytest.raises(DatabaseFull):
        await database.studies.keep(5, 0, b"png", brightness=0, colourfulness=0)
    assert await database.studies.pictures(5) == ()


async def test_the_last_word_counts(database: Database) -> None:
    await propose(database, 5)
    for label in (
        StudyLabel(index=0, rater=MINE, category="Pattern", shape=None),
        StudyLabel(index=0, rater=YOURS, category="Pattern", shape=None),
        StudyLabel(index=0, rater=MINE, category="Legit Human", shape="Slim"),
    ):
        await database.studies.label(5, label)
    said = {(label.rater, label.category, label.shape) for label in await database.studies.labels(5)}
    assert said == {(YOURS, "Pattern", None), (MINE, "Legit Human", "Slim")}


async def test_a_person_can_be_forgotten_files_and_all(database: Database, tmp_path: Path) -> None:
    await propose(database, 5, owner=MINE)
    await propose(database, 6, owner=YOURS)
    for number in (5, 6):
        await database.studies.keep(number, 0, b"png", brightness=0, colourfulness=0)
        for rater in (MINE, YOURS):
            await database.studies.label(number, StudyLabel(index=0, rater=rater, category="Pattern", shape=None))
    await database.studies.remove_files(MINE)
    await database.people.erase(MINE)
    assert await database.studies.find(5) is None
    assert await database.studies.labels(5) == ()
    assert [label.rater for label in await database.studies.labels(6)] == [YOURS]
    assert [file.parent.name for file in (tmp_path / "studies").rglob("*.png")] == ["6"]
