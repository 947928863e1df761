"""Recipes: what is written, what is read back, and what a recipe from elsewhere becomes."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generation.profiles import Profile, load_profiles
from generation.recipe import DRAWING_MODE, choices, compose, left_out, parse, quote, raw_fields, unquote, write
from generation.samplers.names import NAMES
from generation.spec import PromptSpec, resolve

ANYTHING = load_profiles()["anything-v3"]
PROFILES = {
    "anything-v3": ANYTHING,
    "odd one": Profile(
        name="odd one", description="", source="nowhere", native_width=72, native_height=56, cfg_base=3.3
    ),
}
#: What a server or a person may have chosen; nothing of it may show in a picture drawn again from its recipe.
OTHERS_CHOICES = {
    "model": "anything-v3",
    "steps": 7,
    "guidance_scale": 3.0,
    "cfg_base": 5.0,
    "guidance_rescale": 0.4,
    "balance": 0.5,
    "regions": "theirs | too",
    "eta": 0.5,
    "ensd": 4,
    "subseed": 8,
    "subseed_strength": 0.5,
    "clip_skip": 2,
    "emphasis": "No norm",
    "noise_source": "cpu",
    "negative_prompt": "theirs",
    "count": 2,
    "sampler": "Heun",
    "strength": 0.3,
    "larger": 2.0,
    "larger_strength": 0.9,
    "larger_steps": 3,
    "larger_guidance_scale": 2.0,
}


def spec(**chosen: Any) -> PromptSpec:
    return resolve({"model": "anything-v3", "seed": 5, **chosen}, profiles=PROFILES)


def again(text: str) -> PromptSpec:
    return resolve(OTHERS_CHOICES, choices(parse(text), PROFILES), profiles=PROFILES)


PITFALLS = (
    *("\n", " ", "\r", "\u2028", '"', "\\", ",", ":", "512x512", "(a:1.2)", "[a|b]", "<lora:a:1>", "# not this"),
    *("Negative prompt:", "Exact prompt:", "Steps: 5, Sampler: x, Seed: 2"),
)
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.lists(st.text(characters, max_size=12) | st.sampled_from(PITFALLS), max_size=6).map("".join)
finite = st.floats(allow_nan=False, allow_infinity=False)
fraction = st.floats(0, 1)
sides = st.integers(1, 300).map(lambda eighths: 8 * eighths)


@st.composite
def specs(draw: st.DrawFn) -> PromptSpec:
    options: dict[str, st.SearchStrategy[Any]] = {
        "prompt": texts,
        "regions": st.sampled_from(["", "a | b", 'rows 1:2: "a, b" :0.8 #orange | \\(c:', "2x2: a|b|[c|d]|\n"]),
        "width": sides,
        "height": sides,
        "steps": st.integers(2, 10**6),
        "guidance_scale": st.just("auto") | finite,
        "cfg_base": st.floats(-1e6, 1e6),
        "guidance_rescale": fraction,
        "sampler": st.sampled_from(NAMES),
        "eta": st.just("auto") | fraction,
        "seed": st.integers(0, 2**62),
        "ensd": st.integers(0, 2**62),
        "subseed": st.integers(0, 2**62),
        "subseed_strength": fraction,
        "count": st.integers(1, 100),
        "clip_skip": st.integers(1, 12),
        "emphasis": st.sampled_from(["Original", "No norm", "None", "Ignore"]),
        "noise_source": st.sampled_from(["nv", "cpu"]),
        "model": st.sampled_from(sorted(PROFILES)),
        "source": st.none() | st.just("0123456789abcdef" * 4),
        "strength": fraction,
        "larger": st.just(1) | st.floats(1, 4),
        "larger_strength": st.floats(0.1, 1),
        "larger_steps": st.just("auto") | st.integers(2, 10**6),
        "larger_guidance_scale": st.just("auto") | finite,
    }
    negative = draw(
        st.fixed_dictionaries({"negative_prompt": texts})
        | st.fixed_dictionaries({"preset_weight": st.floats(1e-44, 1e38)})
        | st.fixed_dictionaries({"negative_preset": st.sampled_from(["pure", "24x[", "12x[", "none"])})
    )
    return resolve(draw(st.fixed_dictionaries(options)) | negative, profiles=PROFILES)


@given(specs())
@example(spec())
@example(spec(prompt="", negative_prompt=""))
@example(spec(prompt=" \n", negative_prompt="\n"))
@example(spec(prompt="a\nNegative prompt: b", negative_prompt="c"))
def test_a_spec_comes_back_from_its_recipe(made: PromptSpec) -> None:
    assert again(write(made, version="0.1.0")) == made


def test_all_fields_in_order() -> None:
    made = spec(
        prompt="a cat",
        negative_prompt="a dog",
        width=768,
        height=768,
        sampler="DPM++ 2M SDE Karras",
        subseed=9,
        subseed_strength=0.25,
        ensd=31337,
        eta=0.5,
        emphasis="No norm",
        guidance_rescale=0.7,
        regions="rows 1:2: sky | sea :0.8 #orange",
        count=3,
    )
    assert write(made, version="1.2.3", model_hash="0a1b2c3d", extra=[("Balance", "1 : 0.8")]) == (
        "a cat\n"
        "Negative prompt: a dog\n"
        "Steps: 64, Sampler: DPM++ 2M SDE, Schedule type: Karras, CFG scale: 18, Seed: 5, Size: 768x768, "
        "Model hash: 0a1b2c3d, Model: anything-v3, Variation seed: 9, Variation seed strength: 0.25, Clip skip: 2, "
        "ENSD: 31337, RNG: NV, Eta: 0.5, Emphasis: No norm, CFG Rescale: 0.7, "
        'CFG rule: area, Regions: "rows 1:2: sky | sea :0.8 #orange", Count: 3, '
        'Balance: "1 : 0.8", Version: ninewords 1.2.3'
    )


def test_the_mode_of_drawing_is_told_and_no_choice() -> None:
    read = parse(write(spec(), version="0", extra=[(DRAWING_MODE, "fast")]))
    assert read["Drawing mode"] == "fast"
    assert choices(read, PROFILES) == choices(parse(write(spec(), version="0")), PROFILES)
    assert left_out(read, PROFILES) == ()


def test_defaults_are_left_unsaid() -> None:
    read = dict(raw_fields(write(spec(clip_skip=1), version="0")))
    unsaid = {"Clip skip", "ENSD", "Eta", "Emphasis", "CFG Rescale", "Variation seed", "Count", "Model hash"}
    assert not read.keys() & unsaid


def test_the_empty_prompt_has_no_line_of_its_own() -> None:
    text = write(spec(), version="0")
    assert text.startswith("Negative prompt: (bad:0.0001), (comic:0.0001), ")
    assert "Preset weight: 0.0001, " in text
    assert write(spec(negative_prompt=""), version="0").startswith("Steps: ")


@pytest.mark.parametrize(
    ("number", "written"),
    [(18.0, "18"), (10.5, "10.5"), (7.1, "7.1"), (-3.0, "-3"), (1 / 3, "0.3333333333333333")],
)
def test_numbers_are_as_short_as_they_can_be(number: float, written: str) -> None:
    assert f"CFG scale: {written}, " in write(spec(guidance_scale=number), version="0")


def test_a_recipe_says_whether_cfg_was_given() -> None:
    assert "CFG scale: 8, " in write(spec(), version="0")
    assert "CFG rule: area" in write(spec(), version="0")
    assert "CFG rule: given" in write(spec(guidance_scale=8), version="0")


def test_cfg_that_followed_the_area_follows_it_on() -> None:
    read = choices(parse(write(spec(cfg_base=6.0), version="0")), PROFILES)
    assert resolve(read, {"size": "1024x576"}, profiles=PROFILES).guidance_scale == 13.5


@pytest.mark.parametrize("prompt", [" a", "a\t", "a \nb", "\na", "Negative prompt: a", "a\nNegative prompt: b"])
def test_what_the_form_cannot_carry_is_said_again(prompt: str) -> None:
    text = write(spec(prompt=prompt), version="0")
    assert f"Exact prompt: {quote(prompt, always=True)}, " in text
    assert "Exact" not in write(spec(prompt="a\n\nb, Steps: 5\nSteps: 20, Sampler: x, Seed: 7"), version="0")


def test_a_changed_negative_is_no_longer_the_preset() -> None:
    text = write(spec(), version="0").replace("(bad:0.0001)", "(bad:0.5)")
    assert again(text).negative_prompt.startswith("(bad:0.5)")
    assert again(text).preset_weight is None


FOREIGN = """\
1girl, (red:1.2) <lora:foo:0.8>
Negative prompt: lowres
Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 12, Seed: 2870305590, Size: 512x768, Model hash: 6569e224, \
Model: Anything-V3, Denoising strength: 0.7, Clip skip: 2, ENSD: 31337, Hires upscale: 2, Hires resize: 0x0, \
Lora hashes: "foo: 0123456789ab", Version: v1.6.0"""


def test_a_recipe_from_elsewhere() -> None:
    drawn = again(FOREIGN)
    assert drawn == spec(
        prompt="1girl, (red:1.2) <lora:foo:0.8>",
        negative_prompt="lowres",
        steps=28,
        sampler="DPM++ 2M Karras",
        guidance_scale=12,
        seed=2870305590,
        size="512x768",
        ensd=31337,
        larger=2,
        larger_strength=0.7,
        larger_steps=28,
        larger_guidance_scale=12,
    )


def test_what_is_left_out_is_said() -> None:
    assert left_out(parse(FOREIGN), PROFILES) == (
        "Networks that the prompt calls are not used here: '<lora:foo:0.8>'.",
    )
    assert left_out(parse(write(spec(), version="0")), PROFILES) == ()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ("Sampler: LCM", "The sampler 'LCM' is not offered here; another one is used."),
        ("Sampler: Euler, Schedule type: Spiral", "The schedule 'Spiral' is not offered here; Euler is used."),
        ("Model: sd_xl", "The model 'sd_xl' is not here; another one is used, and the picture will be another."),
        ("RNG: TPU", "The noise source 'TPU' is unknown here; another one is used."),
        ("Emphasis: Loud", "The emphasis 'Loud' is unknown here; another one is used."),
        ("CFG scale: NaN", "CFG scale is left out: 'NaN' is no number that it can have."),
        ("Clip skip: two", "Clip skip is left out: 'two' is no number that it can have."),
        ("Hires upscale: 9", "Hires upscale is left out: '9' is no number that it can have."),
        ("Mask blur: 4", "Left out, because there is nothing like it here: Mask blur."),
        ("Postprocess upscale by: 2", "The picture was enlarged afterwards; that is not done again."),
        (f"Clip skip: {'9' * 5000}", f"Clip skip is left out: '{'9' * 59}…' is no number that it can have."),
    ],
)
def test_a_strange_value_is_left_out_and_said(fields: str, sentence: str) -> None:
    text = f"a\nSteps: 20, Seed: -1, {fields}"
    assert left_out(parse(text), PROFILES) == (sentence,)
    assert again(text).steps == 20


@pytest.mark.parametrize("name", ["CFG Rescale", "CFG rescale", "CFG Rescale phi", "CFG Rescale φ"])
def test_cfg_rescale_by_any_of_its_names(name: str) -> None:
    text = f"a\nSteps: 20, Sampler: Euler, Seed: 1, {name}: 0.7"
    assert again(text).guidance_rescale == 0.7
    assert left_out(parse(text), PROFILES) == ()


SOURCE = "0123456789abcdef" * 4


def test_both_passes_in_the_words_of_the_web_ui() -> None:
    assert write(spec(steps=20, size="512x768", larger=1.5, larger_strength=0.5), version="1").endswith(
        "Size: 512x768, Model: anything-v3, Denoising strength: 0.5, Clip skip: 2, RNG: NV, Hires upscale: 1.5, "
        "Hires steps: 10, Hires upscaler: Latent, Hires CFG Scale: 27, CFG rule: area, "
        "Preset weight: 0.0001, Version: ninewords 1"
    )
    over = write(spec(source=SOURCE, strength=0.3, larger=2), version="1")
    assert "Denoising strength: 0.3, " in over
    assert f"Source: {SOURCE}, Hires denoising strength: 0.6, Version" in over


@pytest.mark.parametrize(
    ("fields", "passes"),
    [
        ("Hires upscale: 2, Hires upscaler: Latent, Hires steps: 0", (2.0, 0.6, 20, 7.0)),
        ("Hires resize: 768x768, Denoising strength: 0.5, Hires steps: 8", (1.5, 0.5, 8, 7.0)),
        ("Hires resize: 0x768, Hires CFG Scale: 9.5", (1.5, 0.6, 20, 9.5)),
        ("Hires resize: 768x512", (1.0, 0.0, 0, 0.0)),
        ("Hires upscale: 2, Denoising strength: 0.01", (2.0, 0.6, 20, 7.0)),
    ],
)
def test_second_passes_of_the_web_ui(fields: str, passes: tuple[float, float, int, float]) -> None:
    parsed = parse(f"a\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512, {fields}")
    made = spec(**choices(parsed, PROFILES))
    assert (made.larger, made.larger_strength, made.larger_steps, made.larger_guidance_scale) == passes


def test_a_second_pass_by_other_means_is_made_in_the_latents_and_that_is_said() -> None:
    parsed = parse("a\nSteps: 20, Seed: 1, Size: 512x512, Hires upscale: 2, Hires upscaler: Lanczos")
    assert left_out(parsed, PROFILES) == (
        "The second pass enlarged the picture by 'Lanczos'; here it is done in the latents.",
    )


def test_a_picture_drawn_over_another_one_needs_that_one() -> None:
    parsed = parse("a\nSteps: 20, Seed: 1, Size: 512x512, Denoising strength: 0.4")
    assert choices(parsed, PROFILES)["strength"] == 0.4
    assert left_out(parsed, PROFILES) == (
        "It was drawn over another picture, which a recipe does not hold; give that one to draw over it again.",
    )
    assert spec(**choices(parsed, PROFILES)).source is None


def test_balance_stands_in_the_prompt_and_is_not_applied_again() -> None:
    drawn = spec(prompt="1girl, house, sky", balance=0.4)
    text = write(drawn, version="0")
    assert text.startswith("1girl, (house:0.8), (sky:0.8)\n")
    assert again(text) == drawn


def test_regions_that_cannot_be_read_are_left_out_and_said() -> None:
    text = "a\nSteps: 20, Sampler: Euler, Seed: 1, Regions: everywhere"
    assert again(text).regions == ""
    (sentence,) = left_out(parse(text), PROFILES)
    assert sentence.startswith("The regions are left out. Regions are two parts or more")


def test_an_unknown_sampler_leaves_the_one_that_was_chosen() -> None:
    assert again("a\nSteps: 20, Sampler: LCM, Seed: 1").sampler == "Heun"


def test_noise_of_other_programs_is_that_of_a_gpu() -> None:
    assert again("a\nSteps: 20, Sampler: Euler, Seed: 1").noise_source == "nv"
    assert again("a\nSteps: 20, Sampler: Euler, Seed: 1, RNG: CPU").noise_source == "cpu"


@given(st.text() | texts)
def test_any_text_can_be_parsed(text: str) -> None:
    fields = parse(text)
    assert isinstance(choices(fields, PROFILES)["prompt"], str)
    assert all(isinstance(sentence, str) for sentence in left_out(fields, PROFILES))


@given(texts)
def test_quoting_keeps_every_text(text: str) -> None:
    assert unquote(quote(text, always=True)) == text
    if not (text.startswith('"') and text.endswith('"')):
        assert unquote(quote(text)) == text


@given(st.text(alphabet='ab1_ -/:,."\\\t', max_size=60))
def test_fields_are_found_as_one_expression_finds_them(line: str) -> None:
    whole = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
    assert raw_fields(line) == whole.findall(line.strip())


def test_a_long_line_without_fields_takes_no_time() -> None:
    assert parse("word " * 200_000)["Negative prompt"] == ""


def test_first_pass_of_old_recipes() -> None:
    fields = "Steps: 20, Sampler: Euler, Size: 1024x1536, First pass size:"
    assert parse(f"{fields} 0x0")["Size-2"] == 640
    assert parse(f"{fields} 512x768")["Hires resize-2"] == 1536
    assert parse(f"{fields} {'9' * 5000}x1")["Size-2"] == "1536"


def test_composing_without_prompts() -> None:
    assert compose("", "", [("Steps", 1), ("Note", "a, b")]) == 'Steps: 1, Note: "a, b"'


def test_shipped_profiles_are_the_models_where_none_are_given() -> None:
    assert choices(parse("a\nSteps: 20, Seed: 1, Model: anything-v3"))["model"] == "anything-v3"
