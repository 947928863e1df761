"""What is shared reaches those it is for, stays as it was shared, and can be taken back."""

import pytest

from storage.database import Database
from storage.errors import NameTaken, TooMany
from storage.records import Preset, Scope, ScopeKind

ME = Scope(ScopeKind.PERSON, 1)
YOU = Scope(ScopeKind.PERSON, 2)
CHOICES = {"prompt": "{prompt}, soft", "preset_weight": 1e-45, "seed": 2**63 - 1, "guidance_scale": "auto"}


@pytest.fixture
async def preset(database: Database) -> Preset:
    return await database.presets.save(ME, "night", CHOICES)


async def test_a_name_leads_to_one_preset_in_a_server(database: Database, preset: Preset) -> None:
    other = await database.presets.save(YOU, "NIGHT", {})
    await database.shares.show(preset, 8)
    await database.shares.show(preset, 8)
    with pytest.raises(NameTaken):
        await database.shares.show(other, 8)
    await database.shares.show(other, 9)
    assert await database.shares.shown_in(8) == {preset.id}
    assert await database.shares.hide(preset, 8)
    assert not await database.shares.hide(preset, 8)
    await database.shares.show(other, 8)
    assert await database.shares.shown_in(8) == {other.id}


async def test_a_shown_preset_is_found_by_its_new_name(database: Database, preset: Preset) -> None:
    await database.shares.show(preset, 8)
    await database.shares.show(await database.presets.save(YOU, "day", {}), 8)
    renamed = await database.presets.change(preset, {}, name="dusk")
    assert renamed is not None
    assert await database.presets.find("dusk", shown_in=8) == renamed
    with pytest.raises(NameTaken):
        await database.presets.change(renamed, {}, name="day")
    await database.shares.show(await database.presets.save(YOU, "night", {}), 8)


async def test_a_code_leads_to_the_preset_as_it_was(database: Database, preset: Preset) -> None:
    assert await database.shares.offer(preset, "AAAA") == "AAAA"
    changed = await database.presets.change(preset, {"seed": None}, name="dusk")
    assert changed is not None
    behind = await database.shares.behind("AAAA")
    assert behind is not None
    assert (behind.name, behind.choices) == ("night", CHOICES)
    assert await database.shares.offer(preset, "BBBB") == "AAAA", "the same once more needs no other code"
    assert await database.shares.offer(changed, "BBBB") == "BBBB"
    assert await database.shares.behind("CCCC") is None


async def test_no_more_codes_than_there_may_be(database: Database, preset: Preset) -> None:
    await database.shares.offer(preset, "AAAA", most=1)
    changed = await database.presets.change(preset, {"seed": None})
    assert changed is not None
    with pytest.raises(TooMany):
        await database.shares.offer(changed, "BBBB", most=1)
    await database.shares.offer(await database.presets.save(YOU, "day", {}), "BBBB", most=1)


async def test_taking_back_what_was_shared(database: Database, preset: Preset) -> None:
    other = await database.presets.save(ME, "day", {})
    await database.shares.offer(other, "CCCC")
    assert not await database.shares.withdraw(preset)
    await database.shares.show(preset, 8)
    await database.shares.offer(preset, "AAAA")
    assert await database.shares.withdraw(preset)
    assert await database.shares.shown_in(8) == frozenset()
    assert await database.shares.behind("AAAA") is None
    assert await database.shares.behind("CCCC") is not None
    assert await database.presets.find("night", ME) == preset


async def test_what_leads_to_a_deleted_preset_goes_with_it(database: Database, preset: Preset) -> None:
    await database.shares.show(preset, 8)
    await database.shares.offer(preset, "AAAA")
    await database.presets.delete(preset)
    assert await database.shares.shown_in(8) == frozenset()
    assert await database.shares.behind("AAAA") is None
