"""What is typed into the form becomes exactly the changes that were meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import editing, specs
from bot.drafts import Drafts
from generation.errors import InvalidChoice
from generation.presets import pure_negative
from generation.profiles import load_profiles
from generation.spec import PromptSpec, resolve
from tests.bot.specs import spec

PURE = {"negative_prompt": pure_negative(1e-4), "preset_weight": 1e-4}
PROFILE = load_profiles()["sketch"]


def shown(asked: PromptSpec) -> dict[str, str]:
    return editing.shown(asked)


def test_the_form_shows_what_there_is() -> None:
    assert shown(spec(guidance_rule="given", guidance_scale=7.5)) == {
        "prompt": "a cat",
        "negative": "",
        "size": "768x512",
        "sampler": "Euler",
        "numbers": "64, 7.5, 5",
    }
    assert shown(spec())["numbers"] == "64, auto, 5"


def test_what_stays_as_it_was_is_no_change() -> None:
    asked = spec(prompt=" a cat\n", **PURE)
    assert editing.changes(asked, shown(asked)) == {}
    assert editing.changes(asked, {"prompt": "a cat"}) == {}, "the form may trim what it shows"


@pytest.mark.parametrize(
    ("typed", "changed"),
    [
        ({"prompt": "a dog"}, {"prompt": "a dog"}),
        ({"prompt": ""}, {"prompt": ""}),
        ({"negative": "red"}, {"negative_prompt": "red"}),
        ({"size": "64x64"}, {"size": "64x64"}),
        ({"size": " "}, {}),
        ({"sampler": "Heun"}, {"sampler": "Heun"}),
        ({"numbers": "20, auto, 5"}, {"steps": "20", "guidance_scale": None, "seed": None}),
        ({"numbers": "64,3.5,5"}, {"steps": None, "guidance_scale": 3.5, "seed": None}),
        ({"numbers": "64, auto, -1"}, {"steps": None, "guidance_scale": None, "seed": -1}),
        ({"numbers": "64, auto, random"}, {"steps": None, "guidance_scale": None, "seed": -1}),
        ({"numbers": "64, auto, 7"}, {"steps": None, "guidance_scale": None, "seed": "7"}),
    ],
)
def test_each_field_changes_its_own(typed: dict[str, str], changed: dict[str, object]) -> None:
    assert editing.changes(spec(), typed) == changed


@pytest.mark.parametrize("typed", ["64", "64, 7", "64, 7, 5, 1", "", "many, 7"])
def test_a_line_that_is_not_three_values_is_said_to_be(typed: str) -> None:
    with pytest.raises(InvalidChoice, match="three values between commas"):
        editing.changes(spec(), {"numbers": typed})


@given(
    prompt=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100),
    negative=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100),
    seed=st.integers(0, 2**40),
    count=st.integers(1, 4),
    strength=st.sampled_from([0.0, 0.2]),
    pure=st.booleans(),
)
def test_a_spec_comes_back_from_its_own_choices(
    prompt: str, negative: str, seed: int, count: int, strength: float, pure: bool
) -> None:
    negatives = PURE if pure else {"negative_prompt": negative, "preset_weight": None}
    varied = {"subseed": 9 if strength else 0, "subseed_strength": strength}
    asked = spec(prompt=prompt, seed=seed, count=count, **negatives, **varied)
    assert resolve(specs.choices(asked, PROFILE), profiles={"sketch": PROFILE}) == asked


def test_drafts_are_kept_apart_and_the_oldest_go() -> None:
    drafts = Drafts()
    for job_id in range(501):
        drafts.keep((1, job_id, None), {"prompt": str(job_id)})
    drafts.keep((2, 500, None), {"prompt": "another's"})
    drafts.keep((1, 500, 0), {"prompt": "of one picture"})
    assert drafts.find((1, 500, None)) == {"prompt": "500"}
    assert drafts.find((1, 0, None)) == {}, "there is an end"
    drafts.drop((1, 500, None))
    assert drafts.find((1, 500, None)) == {}
    assert drafts.find((2, 500, None)) == {"prompt": "another's"}
