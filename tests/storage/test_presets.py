"""Presets are found by name, whatever its capitals, and belong to one holder."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from storage.database import Database
from storage.errors import NameTaken, TooMany
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


async def test_names_with_what_is_typed_in_them(database: Database) -> None:
    for name in ("100%", "100_", "ábc", "Able", "abc", "slab"):
        await database.presets.save(ME, name, {})

    async def names(typed: str, **where: Any) -> list[str]:
        return [preset.name for preset in await database.presets.matching(typed, ME, **{"limit": 25, **where})]

    assert await names("AB") == ["abc", "Able", "slab"], "those that begin so come first"
    assert await names("100%") == ["100%"]
    assert await names("_") == ["100_"]
    assert len(await names("", limit=4)) == 4
    assert await names("", limit=4) + await names("", limit=4, offset=4) == await names("")
    assert await database.presets.count(ME) == 6
    assert await database.presets.count(YOU) == 0


async def test_ones_own_come_before_the_servers_and_those_shown_there(database: Database) -> None:
    await database.presets.save(SERVER, "b", {})
    shown = await database.presets.save(YOU, "a", {})
    await database.presets.save(YOU, "hidden", {})
    await database.presets.save(ME, "c", {})
    await database.shares.show(shown, SERVER.id)
    found = await database.presets.matching("", ME, SERVER, shown_in=SERVER.id, limit=25)
    assert [preset.name for preset in found] == ["c", "b", "a"]
    assert await database.presets.count(ME, SERVER, shown_in=SERVER.id) == 3
    assert await database.presets.find("A", ME, SERVER, shown_in=SERVER.id) == shown
    assert await database.presets.find("A", ME, SERVER, shown_in=7) is None
    assert await database.presets.find("A", ME, SERVER) is None


async def test_no_more_than_there_may_be(database: Database) -> None:
    made = await asyncio.gather(
        *(database.presets.save(ME, str(number), {}, most=3) for number in range(9)), return_exceptions=True
    )
    assert sum(isinstance(each, TooMany) for each in made) == 6
    assert await database.presets.count(ME) == 3
    await database.presets.save(YOU, "1", {}, most=3)


async def test_changing_what_it_holds_and_its_name(database: Database) -> None:
    preset = await database.presets.save(ME, "night", {"steps": 20, "size": "wide"})
    await database.presets.save(ME, "day", {})
    changed = await database.presets.change(preset, {"steps": None, "clip_skip": 2}, name="Late Night")
    assert changed is not None
    assert (changed.id, changed.name, changed.choices) == (preset.id, "Late Night", {"size": "wide", "clip_skip": 2})
    assert await database.presets.find("late night", ME) == changed
    with pytest.raises(NameTaken):
        await database.presets.change(changed, {"steps": 1}, name="DAY")
    assert await database.presets.find("late night", ME) == changed, "and nothing is changed by halves"


async def test_ids_are_whole_numbers_and_neighbours_stay_apart(database: Database) -> None:
    """As floats these two would be one and the same."""
    one, other = Scope(ScopeKind.PERSON, 2**62), Scope(ScopeKind.PERSON, 2**62 + 1)
    assert float(one.id) == float(other.id)
    mine = await database.presets.save(one, "night", {"steps": 1})
    await database.presets.save(other, "night", {"steps": 2})
    assert await database.presets.find("night", one) == mine
    await database.shares.show(mine, 2**62)
    assert await database.presets.find("night", shown_in=2**62 + 1) is None
    assert await database.presets.find("night", shown_in=2**62) == mine


async def test_nobody_changes_or_deletes_what_is_anothers(database: Database) -> None:
    preset = await database.presets.save(ME, "night", {"steps": 1})
    claimed = replace(preset, holder=YOU)
    assert await database.presets.change(claimed, {"steps": 2}) is None
    assert not await database.presets.delete(claimed)
    assert await database.presets.find("night", ME) == preset


async def test_a_default_follows_the_name_of_its_preset(database: Database) -> None:
    preset = await database.presets.save(ME, "night", {})
    for scope, name in ((ME, "NIGHT"), (YOU, "night")):
        await database.preferences.use(scope, name)
    renamed = await database.presets.change(preset, {}, name="dusk")
    assert renamed is not None
    assert [settings.preset for settings in await database.preferences.of(ME, YOU)] == ["dusk", "night"]
    assert await database.presets.delete(renamed)
    assert [settings.preset for settings in await database.preferences.of(ME, YOU)] == [None, "night"]


async def test_an_id_is_not_used_again(database: Database) -> None:
    first = await database.presets.save(ME, "one", {})
    assert await database.presets.delete(first)
    assert not await database.presets.delete(first)
    assert (await database.presets.save(ME, "one", {})).id > first.id
