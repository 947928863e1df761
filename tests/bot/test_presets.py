"""A picture's manner as choices, and codes."""

from typing import Any

import pytest

from bot.codes import new_code, read_code
from bot.manners import manner
from generation.profiles import load_profiles
from generation.spec import resolve
from storage.models import CHOICES
from tests.bot.specs import spec

PROFILES = load_profiles()


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"negative_preset": "none", "size": "96x64", "guidance_scale": 5.5, "clip_skip": 2},
        {"negative_prompt": "red, (blue:1.2)", "eta": 0.5, "ensd": 31337, "sampler": "Euler a"},
        {"subseed": 8, "subseed_strength": 0.25, "noise_source": "cpu", "emphasis": "No norm"},
        {"cfg_base": 9.0, "width": 96, "preset_weight": 1e-16},
        {"guidance_rescale": 0.7, "larger": 1.5, "larger_strength": 0.4},
    ],
)
def test_with_prompt_and_seed_it_is_the_same_picture(choices: dict[str, Any]) -> None:
    drawn = resolve({"model": "sketch", "prompt": "a cat", "seed": 2**62}, choices, profiles=PROFILES)
    made = manner(drawn, PROFILES["sketch"], prompt=True, seed=True)
    again = resolve({"model": "sketch", "clip_skip": 3, "steps": 99}, made, profiles=PROFILES)
    assert (again.guidance_scale, again.prompt, again.seed) == (drawn.guidance_scale, "a cat", 2**62)
    assert {**_fields(again), "guidance_rule": ""} == {**_fields(drawn), "guidance_rule": ""}


def test_without_them_it_leaves_prompt_seed_and_number_open() -> None:
    made = manner(spec(count=3, subseed_strength=0.5), PROFILES["sketch"])
    assert not made.keys() & {"prompt", "seed", "subseed", "subseed_strength", "count", "model"}
    assert not [name for name in made if "larger" in name or name == "strength"], "what says nothing is not kept"
    assert manner(spec(width=64, height=64, guidance_scale=3.0), PROFILES["sketch"])["guidance_scale"] == "auto"


def test_a_picture_that_was_drawn_over_is_not_kept_but_how_far_is() -> None:
    made = manner(spec(source="0" * 64, strength=0.3), PROFILES["sketch"], prompt=True, seed=True)
    assert made["strength"] == 0.3
    assert "source" not in made
    assert set(made) <= set(CHOICES)


def test_codes_are_read_however_they_are_typed() -> None:
    code = new_code()
    assert len({new_code() for _ in range(100)}) == 100
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')}\n"):
        assert read_code(typed) == code


def _fields(drawn: Any) -> dict[str, Any]:
    return {name: getattr(drawn, name) for name in drawn.__dataclass_fields__}
