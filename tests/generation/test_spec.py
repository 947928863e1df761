"""The spec: layers of choices become one complete picture, or a sentence about the choice that cannot be."""

import math
from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation import passes
from generation.errors import InvalidChoice
from generation.presets import BUILT_IN
from generation.profiles import Profile, load_profiles
from generation.spec import CHOICE_NAMES, SEED_END, PromptSpec, parse_size, picture, resolve

ANYTHING = load_profiles()["anything-v3"]
SMALL = Profile(
    name="sketch",
    description="",
    source="nowhere",
    native_width=64,
    native_height=64,
    cfg_base=4.0,
    text_layers=2,
    sizes={"square": (64, 64), "wide": (96, 56)},
    defaults={"steps": 20, "negative_preset": "none"},
)
PROFILES = {"anything-v3": ANYTHING, "sketch": SMALL}


def made(*layers: Mapping[str, Any], **options: Any) -> PromptSpec:
    return resolve({"model": "anything-v3"}, *layers, options, profiles=PROFILES, draw_seed=lambda: 77)


def refused(**options: Any) -> InvalidChoice:
    with pytest.raises(InvalidChoice) as raised:
        made(**options)
    sentence = str(raised.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return raised.value


def test_nothing_chosen_is_the_pure_negative_picture() -> None:
    spec = made()
    assert spec == PromptSpec(
        prompt="",
        negative_prompt=spec.negative_prompt,
        preset_weight=1e-4,
        width=512,
        height=512,
        steps=64,
        guidance_scale=8.0,
        guidance_rule="area",
        sampler="Euler",
        eta=None,
        seed=77,
        ensd=0,
        subseed=0,
        subseed_strength=0.0,
        count=1,
        clip_skip=2,
        emphasis="Original",
        noise_source="nv",
        model="anything-v3",
    )
    assert spec.negative_prompt.startswith("(bad:0.0001), ")


def test_a_spec_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        made().steps = 3  # pyright: ignore[reportAttributeAccessIssue]  (that is the point)


def test_stronger_layers_win_and_none_is_no_choice() -> None:
    spec = made({"steps": 10, "seed": 1}, {"steps": 20, "seed": None}, steps=None)
    assert (spec.steps, spec.seed) == (20, 1)


def test_the_model_is_chosen_first_and_its_profile_lies_lowest() -> None:
    spec = resolve({"model": "anything-v3"}, {"model": "sketch"}, profiles=PROFILES)
    assert (spec.model, spec.width, spec.steps, spec.negative_prompt, spec.clip_skip) == ("sketch", 64, 20, "", 1)
    assert resolve(profiles=PROFILES).model == "sketch"
    assert resolve({"steps": 9}, profiles=PROFILES).steps == 9


@pytest.mark.parametrize(
    ("size", "scale"), [("512x512", 8.0), ("768x768", 18.0), ("1024x576", 18.0), ("384x384", 4.5), ("wide", 18.0)]
)
def test_guidance_left_out_follows_the_area(size: str, scale: float) -> None:
    spec = made(size=size)
    assert (spec.guidance_scale, spec.guidance_rule) == (scale, "area")


def test_the_base_is_a_setting_and_a_given_scale_is_given() -> None:
    assert made({"cfg_base": 4.0}, size="768x768").guidance_scale == 9.0
    given = made({"cfg_base": 4.0}, guidance_scale=8, size="768x768")
    assert (given.guidance_scale, given.guidance_rule) == (8.0, "given")
    assert made({"guidance_scale": 3}, guidance_scale="auto").guidance_scale == 8.0


@pytest.mark.parametrize(
    ("text", "size"), [("768x512", (768, 512)), (" 768 × 512 ", (768, 512)), ("Portrait", (512, 768))]
)
def test_sizes_are_numbers_or_names(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text, ANYTHING) == size
    assert (made(size=text).width, made(size=text).height) == size


def test_width_and_height_may_be_chosen_apart() -> None:
    spec = made({"size": "wide"}, width=640)
    assert (spec.width, spec.height) == (640, 576)


@pytest.mark.parametrize("size", ["", "x", "768", "768x", "-8x8", "8x8x8", "²x2", "huge", 512])
def test_what_is_no_size_is_refused_with_the_names_there_are(size: object) -> None:
    fault = refused(size=size)
    assert fault.field == "size"
    assert "square, portrait, landscape, wide, large" in str(fault)


def test_a_side_that_is_no_multiple_of_eight_names_the_nearest() -> None:
    fault = refused(size="500x512")
    assert fault.field == "width"
    assert str(fault) == "A width of 500 is no multiple of 8; 496 would be."


class TestNegatives:
    def test_a_text_of_ones_own_is_no_preset(self) -> None:
        spec = made({"preset_weight": 0.5}, negative_prompt="blurry")
        assert (spec.negative_prompt, spec.preset_weight) == ("blurry", None)
        assert made(negative_prompt="").negative_prompt == ""

    def test_a_weight_alone_is_that_of_the_nine_words(self) -> None:
        spec = made({"negative_prompt": "blurry"}, preset_weight="1e-16")
        assert spec.negative_prompt.startswith("(bad:0.0000000000000001), ")
        assert spec.preset_weight == 1e-16

    def test_the_weight_of_a_lower_layer_stays_with_its_preset(self) -> None:
        assert made({"preset_weight": 0.5}, negative_preset="pure").preset_weight == 0.5
        assert made({"preset_weight": 0.5}, {"negative_preset": "none"}, negative_preset="pure").preset_weight == 1e-4

    @pytest.mark.parametrize(
        ("name", "beginning", "weight"),
        [
            ("pure", "(bad:0.0001), ", 1e-4),
            ("pure-0.105", "(bad:0.105), ", 0.105),
            ("24x[", "[" * 24 + "bad]", None),
            ("12x[", "[" * 12 + "bad]", None),
            ("none", "", None),
        ],
    )
    def test_built_in_presets(self, name: str, beginning: str, weight: float | None) -> None:
        spec = made(BUILT_IN[name])
        assert spec.negative_prompt.startswith(beginning)
        assert spec.preset_weight == weight
        assert name != "none" or spec.negative_prompt == ""

    @pytest.mark.parametrize("weight", [0, -1, math.nan, math.inf, 1e-60, "0", "nan"])
    def test_weights_that_cannot_be(self, weight: object) -> None:
        fault = refused(preset_weight=weight)
        assert fault.field == "preset_weight"
        assert "must be greater than zero" in str(fault)

    def test_even_a_weight_that_another_layer_hides_is_looked_at(self) -> None:
        assert refused(preset_weight=0, negative_prompt="mine").field == "preset_weight"

    def test_brackets_take_no_weight(self) -> None:
        assert refused(negative_preset="24x[", preset_weight=0.5).field == "preset_weight"

    def test_a_text_of_ones_own_takes_no_weight_beside_it(self) -> None:
        assert "give one of them" in str(refused(negative_prompt="dull", preset_weight=0.1))

    def test_an_unknown_negative(self) -> None:
        assert "There are: pure, 24x[" in str(refused(negative_preset="impure"))


class TestSeeds:
    def test_a_seed_is_drawn_where_none_is_given(self) -> None:
        assert made().seed == 77
        assert made(seed=-1).seed == 77
        assert made(seed="-1").seed == 77
        assert resolve(profiles=PROFILES).seed != resolve(profiles=PROFILES).seed

    def test_a_subseed_counts_only_with_a_strength(self) -> None:
        assert made(subseed=5).subseed == 0
        assert made(subseed=5, subseed_strength=0.1).subseed == 5
        assert made(subseed_strength=0.1).subseed == 77

    @pytest.mark.parametrize("seed", [0, 2**53 + 1, SEED_END - 2])
    def test_seeds_of_any_length_are_kept_exactly(self, seed: int) -> None:
        assert made(seed=seed).seed == seed
        assert made(seed=str(seed)).seed == seed

    def test_a_batch_counts_the_seed_up(self) -> None:
        spec = made(seed=10, count=3)
        assert [picture(spec, k).seed for k in range(3)] == [10, 11, 12]
        assert {picture(spec, k).count for k in range(3)} == {1}

    def test_a_batch_of_variations_counts_the_subseed_up(self) -> None:
        spec = made(seed=10, subseed=20, subseed_strength=0.5, count=2)
        assert [(picture(spec, k).seed, picture(spec, k).subseed) for k in range(2)] == [(10, 20), (10, 21)]

    def test_the_last_picture_of_a_batch_still_has_a_seed(self) -> None:
        assert refused(seed=SEED_END - 2, count=3).field == "seed"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("steps", [0, -1, 1.5, "many", math.nan, math.inf, [], "--5"]),
        ("count", [0, 2.5]),
        ("width", [0, 4, 8.5, -8]),
        ("guidance_scale", ["high", math.nan, math.inf, {}]),
        ("cfg_base", ["high", 1e308]),
        ("guidance_rescale", [-0.1, 1.1, "much", math.nan]),
        ("eta", [-0.1, 1.1, "own"]),
        ("seed", [-2, 1.5, SEED_END, "x"]),
        ("ensd", [-1, SEED_END]),
        ("subseed_strength", [-0.1, 1.01]),
        ("clip_skip", [0, 13, 1.5]),
        ("emphasis", ["Loud", 1]),
        ("noise_source", ["gpu"]),
        ("sampler", ["Nope"]),
        ("model", ["elsewhere"]),
        ("prompt", ["a\0b", "\ud800"]),
        ("negative_prompt", ["\udfff"]),
    ],
)
def test_values_that_cannot_be(field: str, values: list[object]) -> None:
    for value in values:
        fault = refused(**{field: value})
        assert fault.field == ("guidance_scale" if value == 1e308 else field)


def test_cfg_is_not_rescaled_unless_asked() -> None:
    assert made().guidance_rescale == 0.0
    assert made({"guidance_rescale": 0.5}).guidance_rescale == 0.5
    assert str(refused(guidance_rescale=2)) == "CFG rescale must lie between 0 and 1; 2 does not."


def test_regions_are_checked_and_kept_as_they_were_written() -> None:
    assert made().regions == ""
    assert made(regions=" a | b :0.8 ").regions == "a | b :0.8"
    assert made({"regions": "a | b"}, regions=" ").regions == "", "a stronger layer may take them back"
    assert refused(regions="a").field == "regions"
    assert refused(regions="a | \0").field == "regions"


def test_balance_is_written_into_the_prompt() -> None:
    assert made(prompt="1girl, house").prompt == "1girl, house"
    assert made({"balance": 0.4}, prompt="1girl, house").prompt == "1girl, (house:0.8)"
    assert str(refused(balance=2)) == "Balance must lie between -1 and 1; 2 does not."


def test_an_unknown_choice_is_named() -> None:
    assert str(refused(stepz=3)) == "Nothing is called 'stepz': it cannot be chosen."


def test_steps_have_no_ceiling_but_some_samplers_a_floor() -> None:
    assert made(steps=10**9).steps == 10**9
    assert made(steps=1).steps == 1
    assert refused(sampler="DDIM", steps=1).field == "steps"


def test_eta_auto_takes_back_what_a_lower_layer_chose() -> None:
    assert made({"eta": 0.5}).eta == 0.5
    assert made({"eta": 0.5}, eta="auto").eta is None


def test_names_of_samplers_become_canonical() -> None:
    assert made(sampler="dpmpp_2m").sampler == "DPM++ 2M Karras"


def test_a_strength_is_of_a_picture_to_draw_over() -> None:
    assert (made(strength=0.3).source, made(strength=0.3).strength) == (None, 0.0)
    over = made(source="AB" * 32)
    assert (over.source, over.strength) == ("ab" * 32, 0.75)
    assert refused(source="AB" * 32, strength=1.5).field == "strength"
    assert refused(source="https://example.org/cat.png").field == "source"


def test_a_second_pass_has_steps_as_dense_and_a_cfg_that_grew_with_the_area() -> None:
    plain = made(size="512x768")
    assert (plain.larger, plain.larger_steps, plain.finished_size) == (1.0, 0, (512, 768))
    spec = made(size="512x768", larger=1.5, steps=20)
    assert spec.finished_size == (768, 1152)
    assert (spec.larger_strength, spec.larger_steps) == (0.6, 12)
    assert spec.larger_guidance_scale == pytest.approx(8.0 * 768 * 1152 / 512**2)
    assert made(guidance_scale=4, larger=2).larger_guidance_scale == 16
    assert made(larger=2, larger_steps=7, larger_guidance_scale=5, larger_strength=1).larger_steps == 7
    assert refused(larger=5).field == refused(larger=0.5).field == "larger"
    assert refused(larger=2, larger_strength=0).field == "larger_strength"
    assert refused(larger=2, sampler="DDIM", larger_steps=1).field == "larger_steps"


def test_larger_asks_for_a_second_pass_over_what_was_drawn() -> None:
    assert passes.larger(made(size="512x768", steps=20), 1.5) == made(size="512x768", steps=20, larger=1.5)
    again = passes.larger(made(larger=4, larger_steps=3), 2)
    assert again == made(larger=2)
    with pytest.raises(InvalidChoice):
        passes.larger(made(), 9)


def test_the_second_pass_is_a_picture_of_its_own() -> None:
    spec = made(steps=20, larger=2, source="ab" * 32, strength=0.5)
    second = passes.second_pass(spec)
    assert (second.width, second.height, second.steps) == (1024, 1024, 12)
    assert (second.guidance_scale, second.source, second.larger) == (32.0, None, 1.0)
    assert passes.steps_taken(spec) == 11 + 12
    assert passes.steps_taken(made(steps=20)) == 20


numbers = st.integers() | st.floats() | st.text(max_size=8) | st.none() | st.booleans()


@given(st.dictionaries(st.sampled_from(sorted(CHOICE_NAMES - {"model"})), numbers))
def test_any_choices_make_a_valid_spec_or_a_sentence(choices: dict[str, Any]) -> None:
    try:
        spec = made(choices)
    except InvalidChoice:
        return
    assert spec.width % 8 == spec.height % 8 == 0
    assert spec.steps >= 1
    assert math.isfinite(spec.guidance_scale)
    assert spec.preset_weight is None or 0 < spec.preset_weight < math.inf
