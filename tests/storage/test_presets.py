"""Presets are found by name, whatever its capitals, and belong to one holder."""

import pytest

from storage.database import Database
from storage.errors import NameTaken
from storage.records import Scope, ScopeKind

ME = Scope(ScopeKind.PERSON, 1)
YOU = Scope(ScopeKind.PERSON, 2)
SERVER = Scope(ScopeKind.SERVER, 1)


async def test_a_name_is_taken_once_for_each_holder(database: Database) -> None:
    saved = await database.presets.save(ME, "Soft Light", {"steps": 20})
    for same in ("soft light", "SOFT  LIGHT", " Soft Light "):
        with pytest.raises(NameTaken, match="already"):
            await database.presets.save(ME, same, {})
    await database.presets.save(YOU, "soft light", {})
    await database.presets.save(SERVER, "soft light", {})
    assert await database.presets.find("sOFT light", ME) == saved


async def test_the_first_holder_that_has_one_wins(database: Database) -> None:
    await database.presets.save(SERVER, "night", {"steps": 1})
    assert (await database.presets.find("night", ME, SERVER)).holder == SERVER  # pyright: ignore[reportOptionalMemberAccess]  (it is there)
    mine = await database.presets.save(ME, "Night", {"steps": 2})
    assert await database.presets.find("night", ME, SERVER) == mine
    assert await database.presets.find("day", ME, SERVER) is None


async def test_names_that_begin_so(database: Database) -> None:
    for name in ("100%", "100_", "ábc", "Able", "abc"):
        await database.presets.save(ME, name, {})
    assert [preset.name for preset in await database.presets.beginning("AB", ME, limit=25)] == ["abc", "Able"]
    assert [preset.name for preset in await database.presets.beginning("100%", ME, limit=25)] == ["100%"]
    assert len(await database.presets.beginning("", ME, YOU, limit=3)) == 3


async def test_an_id_is_not_used_again(database: Database) -> None:
    first = await database.presets.save(ME, "one", {})
    assert await database.presets.delete(ME, "ONE")
    assert not await database.presets.delete(ME, "one")
    assert (await database.presets.save(ME, "one", {})).id > first.id
