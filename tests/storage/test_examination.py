"""A database is looked at from outside, and left as it was."""

import asyncio
from pathlib import Path

import pytest

from storage.database import Database
from storage.errors import DatabaseUnfit
from storage.examination import examine


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    seen = asyncio.run(examine(f"sqlite:///{tmp_path}/data/a.sqlite"))
    assert (seen.exists, seen.writable, seen.revision, seen.known) == (False, True, None, True)
    assert list(tmp_path.iterdir()) == []


async def test_a_database_of_today(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.sqlite"
    async with Database.open(url, pictures=tmp_path):
        seen = await examine(url)
    assert (seen.exists, seen.writable, seen.known) == (True, True, True)
    assert seen.revision == seen.newest is not None


async def test_an_empty_file_is_not_filled(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").touch()
    seen = await examine(f"sqlite:///{tmp_path}/a.sqlite")
    assert (seen.exists, seen.revision, seen.known) == (True, None, True)
    assert (tmp_path / "a.sqlite").stat().st_size == 0


async def test_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"something else entirely" * 100)
    with pytest.raises(DatabaseUnfit):
        await examine(f"sqlite:///{tmp_path}/a.sqlite")
