"""Backups of a database in use, the way back, and what is refused on either."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import back_up, restore
from storage.database import Database
from storage.errors import DatabaseBusy, DatabaseFull, DatabaseUnfit
from storage.occupancy import occupied
from storage.preferences import Settings
from storage.records import JobState, Reply, Scope, ScopeKind

ANN = Scope(ScopeKind.PERSON, 7)
REPLY = Reply(application_id=1, token="t", guild_id=2, channel_id=3, upload_limit=10)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'kept' / 'bot.sqlite'}"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "copy.sqlite"


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:12288] = bytes(8192)
    file.write_bytes(content)


def leftovers(folder: Path) -> Iterator[str]:
    return (file.name for file in folder.iterdir() if ".part" in file.name)


async def steps_of_ann(url: str, folder: Path) -> Settings:
    async with Database.open(url, pictures=folder / "pictures") as database:
        (own,) = await database.preferences.of(ANN)
        return own


async def test_a_copy_of_a_database_in_use_is_whole(url: str, copy: Path, tmp_path: Path) -> None:
    async with Database.open(url, pictures=tmp_path) as database:
        await database.preferences.choose(ANN, {"steps": 20})
        back_up(url, copy)
        await database.preferences.choose(ANN, {"steps": 30})
    assert (await steps_of_ann(f"sqlite:///{copy}", tmp_path)).choices == {"steps": 20}
    assert list(leftovers(copy.parent)) == []


async def test_a_copy_made_while_somebody_writes(url: str, copy: Path, tmp_path: Path) -> None:
    async with Database.open(url, pictures=tmp_path) as database:
        await database.preferences.choose(ANN, {"steps": 1})
        file, stop = tmp_path / "kept" / "bot.sqlite", threading.Event()

        def write() -> None:
            with closing(sqlite3.connect(file, timeout=10)) as writer:
                while not stop.is_set():
                    with writer:
                        writer.execute("UPDATE settings SET steps = steps + 1")

        writing = threading.Thread(target=write)
        writing.start()
        try:
            for number in range(5):
                back_up(url, copy.with_name(f"{number}.sqlite"))
        finally:
            stop.set()
            writing.join()
    counts = [(await steps_of_ann(f"sqlite:///{copy.with_name(f'{n}.sqlite')}", tmp_path)).choices for n in range(5)]
    assert all(int(choices["steps"]) >= 1 for choices in counts)


async def test_the_way_back_keeps_what_was_there(url: str, copy: Path, tmp_path: Path) -> None:
    async with Database.open(url, pictures=tmp_path) as database:
        await database.preferences.choose(ANN, {"steps": 20})
    back_up(url, copy)
    async with Database.open(url, pictures=tmp_path) as database:
        await database.preferences.choose(ANN, {"steps": 30})
    assert restore(copy, url) == 0
    assert (await steps_of_ann(url, tmp_path)).choices == {"steps": 20}
    (aside,) = (tmp_path / "kept").glob("bot.sqlite.before-*[0-9]")
    assert (await steps_of_ann(f"sqlite:///{aside}", tmp_path)).choices == {"steps": 30}


async def test_requests_on_the_way_in_a_backup_are_not_drawn_again(url: str, copy: Path, tmp_path: Path) -> None:
    async with Database.open(url, pictures=tmp_path) as database:
        for number in (1, 2, 3):
            await database.jobs.accept(number, owner=7, spec={}, reply=REPLY)
        await database.jobs.move(1, JobState.QUEUED)
        await database.jobs.move(2, JobState.CANCELLED)
    back_up(url, copy)
    assert restore(copy, url) == 2
    async with Database.open(url, pictures=tmp_path) as database:
        states = [job.state for number in (1, 2, 3) if (job := await database.jobs.find(number))]
    assert states == [JobState.EXPIRED, JobState.CANCELLED, JobState.EXPIRED]


async def test_restores_where_there_was_nothing(url: str, copy: Path, tmp_path: Path) -> None:
    async with Database.open(url, pictures=tmp_path) as database:
        await database.preferences.choose(ANN, {"steps": 20})
    back_up(url, copy)
    elsewhere = f"sqlite:///{tmp_path / 'new' / 'bot.sqlite'}"
    restore(copy, elsewhere)
    assert (await steps_of_ann(elsewhere, tmp_path)).choices == {"steps": 20}


async def test_a_damaged_copy_changes_nothing(url: str, copy: Path, tmp_path: Path) -> None:
    async with Database.open(url, pictures=tmp_path) as database:
        await database.preferences.choose(ANN, {"steps": 20})
    back_up(url, copy)
    damage(copy)
    with pytest.raises(DatabaseUnfit, match=r"damaged|no database"):
        restore(copy, url)
    assert (await steps_of_ann(url, tmp_path)).choices == {"steps": 20}
    assert list(leftovers(tmp_path / "kept")) == []


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_something_else_is_no_backup(content: bytes, url: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(content)
    with pytest.raises(DatabaseUnfit, match="database"):
        restore(other, url)


async def test_a_copy_of_a_newer_version_is_refused(url: str, copy: Path, tmp_path: Path) -> None:
    async with Database.open(url, pictures=tmp_path):
        pass
    back_up(url, copy)
    with closing(sqlite3.connect(copy)) as opened, opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseUnfit, match="another version"):
        restore(copy, url)


async def test_what_is_refused_before_anything_is_written(url: str, copy: Path, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnfit, match="There is no database at"):
        back_up(url, copy)
    with pytest.raises(DatabaseUnfit, match="There is no file"):
        restore(copy, url)
    with pytest.raises(DatabaseUnfit, match="pg_dump"):
        back_up("postgresql://localhost/bot", copy)
    async with Database.open(url, pictures=tmp_path):
        pass
    back_up(url, copy)
    with pytest.raises(DatabaseUnfit, match="exists already"):
        back_up(url, copy)
    with pytest.raises(DatabaseFull, match="cannot be written"):
        back_up(url, copy / "below" / "a.sqlite")


def test_one_program_at_a_time_has_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with occupied(folder), pytest.raises(DatabaseBusy, match="Another bot is running"), occupied(folder):
        pass
    with occupied(folder):
        assert folder.is_dir()


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseFull, match="Nothing can be written"), occupied(tmp_path / "file" / "data"):
        pass
