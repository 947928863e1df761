"""Whose choices hold, and what a choice takes back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import preferences
from generation.presets import BUILT_IN, NEGATIVES
from generation.profiles import load_profiles
from generation.spec import CHOICE_NAMES, resolve
from storage.database import Database
from storage.models import CHOICES
from storage.records import Scope, ScopeKind


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(f"sqlite:///{tmp_path / 'ninewords.db'}", pictures=tmp_path) as database:
        yield database


def test_everything_that_can_be_chosen_can_be_kept() -> None:
    assert set(CHOICES) == CHOICE_NAMES - {"source"}, "a picture to draw over is given, not kept as a habit"
    assert set(preferences.OFFERED.values()) - {"hints"} <= CHOICE_NAMES


async def test_the_nearest_choice_lies_on_top(database: Database) -> None:
    kept = database.preferences
    await kept.choose(preferences.server(1), {"steps": 1}, hints=False)
    await kept.choose(Scope(ScopeKind.CHANNEL, 2), {"steps": 2})
    await kept.choose(preferences.person(3), {"steps": 3})
    chosen = await preferences.chosen(kept, user_id=3, channel_id=2, guild_id=1)
    assert [layer["steps"] for layer in chosen.layers] == [1, 2, 3]
    assert chosen.hints is False
    await kept.choose(preferences.person(3), {}, hints=True)
    assert (await preferences.chosen(kept, user_id=3, channel_id=2, guild_id=1)).hints is True
    assert (await preferences.chosen(kept, user_id=9, channel_id=9, guild_id=9)).hints is True


async def test_a_preset_is_ones_own_then_the_servers_then_everybodys(database: Database) -> None:
    async def steps() -> Any:
        found = await preferences.preset(database.presets, " PURE ", user_id=3, guild_id=1)
        assert found is not None
        return found.get("steps")

    assert await preferences.preset(database.presets, "pure", user_id=3, guild_id=1) == BUILT_IN["pure"]
    await database.presets.save(preferences.server(1), "Pure", {"steps": 1})
    assert await steps() == 1
    await database.presets.save(preferences.person(3), "pure", {"steps": 3})
    assert await steps() == 3
    assert await preferences.preset(database.presets, "nowhere", user_id=3, guild_id=1) is None


def _is_pure(made: dict[str, Any]) -> bool:
    return made.get("negative_preset") == "pure" and "negative_prompt" not in made


NEGATIVE = st.fixed_dictionaries(
    {},
    optional={
        "negative_prompt": st.just("dull"),
        "negative_preset": st.sampled_from(sorted(NEGATIVES)),
        "preset_weight": st.sampled_from([1e-4, 0.105]),
    },
).filter(lambda made: "preset_weight" not in made or made.keys() <= {"preset_weight"} or _is_pure(made))


@given(st.lists(NEGATIVE, max_size=5))
def test_settings_never_contradict_one_another(made: list[dict[str, Any]]) -> None:
    kept: dict[str, Any] = {}
    for choices in made:
        kept |= preferences.change(choices)
        kept = {name: choice for name, choice in kept.items() if choice is not None}
    profiles = load_profiles()
    spec = resolve({"model": "anything-v3"}, kept, profiles=profiles)
    if made and made[-1]:
        assert spec.negative_prompt == resolve({"model": "anything-v3"}, made[-1], profiles=profiles).negative_prompt
