"""Everything of one person is known, handed out, and goes when they want it to; nothing of anybody else's does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.database import Database
from storage.files import PictureFiles
from storage.jobs import Jobs
from storage.models import Base
from storage.people import HOLDINGS, People
from storage.records import Drawn, JobState, Scope, ScopeKind, Spent
from tests.storage.conftest import REPLY, SPEC

ME, YOU = 2**62, 2**62 + 1
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
#: What a column is called that says who somebody is.
PERSONAL = {"owner", "person", "reporter", "holder_id", "scope_id"}
#: Tables that know people and are nobody's own: the log's pseudonyms, without which its lines are about nobody.
MODERATIONS = {"pseudonyms"}


def people(database: Database, folder: Path) -> People:
    return People(database, PictureFiles(folder / "pictures"), clock=lambda: NOW)


async def fill(database: Database, owner: int, job_id: int, *, ago: timedelta = timedelta(hours=1)) -> None:
    """Something of a person in every table of theirs."""
    scope = Scope(ScopeKind.PERSON, owner)
    await database.preferences.choose(scope, {"steps": 7})
    preset = await database.presets.save(scope, "night", {"steps": 3})
    await database.shares.show(preset, owner)
    await database.shares.offer(preset, f"CODE{owner % 10}")
    jobs = Jobs(database, clock=lambda: NOW - ago)
    assert await jobs.accept(job_id, owner=owner, spec={**SPEC, "count": 2}, reply=REPLY)
    for state in (JobState.QUEUED, JobState.DRAWING):
        assert await jobs.move(job_id, state)
    drawn = [Drawn(png=b"png" * n, recipe=f"recipe {n}", seed=n, width=64, height=8) for n in (1, 2)]
    assert await database.pictures.keep(job_id, drawn)
    for state in (JobState.DELIVERING, JobState.DONE):
        assert await jobs.move(job_id, state)


def files(folder: Path) -> int:
    return sum(file.is_file() for file in (folder / "pictures").rglob("*"))


def test_every_table_that_knows_people_is_known() -> None:
    tables = {name for name, table in Base.metadata.tables.items() if PERSONAL & set(table.columns.keys())}
    assert tables - {holding.row.__tablename__ for holding in HOLDINGS} == MODERATIONS


async def test_what_is_handed_out(database: Database, tmp_path: Path) -> None:
    await fill(database, ME, 1)
    await fill(database, YOU, 2)
    record = await people(database, tmp_path).record(ME)
    assert record["settings"] == [{"scope_kind": "person", "scope_id": ME, "steps": 7}]
    (job,) = record["jobs"]
    assert (job["owner"], job["spec"]["prompt"]) == (ME, "a cat")
    assert "token" not in job
    assert [row["recipe"] for row in record["pictures"]] == ["recipe 1", "recipe 2"]
    assert [row["name"] for row in record["presets"]] == ["night"]
    assert [row["code"] for row in record["preset_codes"]] == [f"CODE{ME % 10}"]
    assert len(record["shown_presets"]) == 1
    names = await people(database, tmp_path).picture_files(ME)
    assert [name for name, _ in names] == ["1-0.png", "1-1.png"]
    assert await people(database, tmp_path).read(names[1][1]) == b"png" * 2


async def test_all_of_one_and_nothing_of_anybody_elses_is_erased(database: Database, tmp_path: Path) -> None:
    for owner, job_id in ((ME, 1), (YOU, 2)):
        await fill(database, owner, job_id)
    server = await database.presets.save(Scope(ScopeKind.SERVER, ME), "house", {"steps": 1})
    before = await people(database, tmp_path).record(YOU)
    await people(database, tmp_path).ask_erasure(ME)
    await people(database, tmp_path).erase(ME)
    record = await people(database, tmp_path).record(ME)
    assert {name for name, rows in record.items() if rows} == {"spent"}
    assert await people(database, tmp_path).record(YOU) == before
    assert await database.presets.find("house", server.holder) == server
    assert await people(database, tmp_path).erasures() == ()
    assert files(tmp_path) == 2


async def test_what_was_asked_for_counts_on_for_a_day(database: Database, tmp_path: Path) -> None:
    await fill(database, ME, 1)
    await people(database, tmp_path).erase(ME)
    assert await database.spending.of(ME, since=NOW - timedelta(days=1)) == (Spent(NOW - timedelta(hours=1), 2),)
    later = People(database, PictureFiles(tmp_path), clock=lambda: NOW + timedelta(hours=22))
    await later.tidy()
    assert (await later.record(ME))["spent"]
    later = People(database, PictureFiles(tmp_path), clock=lambda: NOW + timedelta(hours=23))
    await later.tidy()
    assert not any((await later.record(ME)).values())


async def test_it_may_be_done_again_after_ending_in_the_middle(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(database, ME, 1)
    theirs = people(database, tmp_path)
    await theirs.ask_erasure(ME)
    await theirs.ask_erasure(ME)
    monkeypatch.setattr("storage.people._keep_counting", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        await theirs.erase(ME)
    monkeypatch.undo()
    assert files(tmp_path) == 0
    assert (await theirs.record(ME))["settings"], "the rows are there, or gone, all together"
    assert await theirs.erasures() == (ME,)
    await theirs.erase(ME)
    assert {name for name, rows in (await theirs.record(ME)).items() if rows} == {"spent"}
    assert await theirs.erasures() == ()
    await theirs.ask_erasure(YOU)
    await theirs.withdraw_erasure(YOU)
    assert await theirs.erasures() == ()


async def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt
