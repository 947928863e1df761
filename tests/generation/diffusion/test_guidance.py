"""The guidance row of a request: weights that sum to 1, and no row that nothing is taken from."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.guidance import Guidance
from generation.prompt.plan import plan_prompts
from generation.spec import PromptSpec

AREA = (2, 8)


@pytest.fixture
def weights(text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]) -> Callable[..., list[float]]:
    def of(prompt: str, scale: float, call: int = 0) -> list[float]:
        spec = spec_of(prompt, guidance_scale=scale)
        plan = plan_prompts(spec.prompt, spec.negative_prompt, steps=spec.steps)
        return [float(row.weight) for row in Guidance(plan, spec, text_encoder, area=AREA).rows(call)]

    return of


def test_classifier_free_guidance(weights: Callable[..., list[float]]) -> None:
    assert weights("a cat", 7.5) == [7.5, -6.5]


def test_a_scale_of_one_needs_no_unconditional_row(weights: Callable[..., list[float]]) -> None:
    assert weights("a cat", 1.0) == [1.0]


def test_a_scale_of_zero_is_the_negative_alone(weights: Callable[..., list[float]]) -> None:
    assert weights("a cat", 0.0) == [1.0]


def test_prompts_joined_by_and_pull_with_their_weights(weights: Callable[..., list[float]]) -> None:
    assert weights("a cat AND a dog :0.5 AND a hat :-0.25", 4.0) == [4.0, 2.0, -1.0, -4.0]


def test_a_prompt_of_no_weight_is_not_computed(weights: Callable[..., list[float]]) -> None:
    assert weights("a cat AND a dog :0", 4.0) == [4.0, -3.0]


@pytest.fixture
def refined(text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]) -> Callable[..., float | None]:
    """The spread after CFG rescale of a guided output of spread 8, with outputs of spread 1, 2, 4, … for the rows."""

    def of(prompt: str, scale: float = 4.0, share: float = 1.0) -> float | None:
        spec = spec_of(prompt, guidance_scale=scale, guidance_rescale=share)
        plan = plan_prompts(spec.prompt, spec.negative_prompt, steps=spec.steps)
        guidance = Guidance(plan, spec, text_encoder, area=AREA)
        if guidance.refinement is None:
            return None
        noise = torch.randn(4, 8, 8, generator=torch.Generator().manual_seed(0))
        noise /= noise.std()
        outputs = torch.stack([2.0**row * noise for row in range(len(guidance.rows(0)))])
        return round(float(guidance.refinement(8 * noise, outputs).std()), 3)

    return of


def test_cfg_rescale_takes_the_spread_of_the_prompt(refined: Callable[..., float | None]) -> None:
    assert refined("a cat") == 1.0
    assert refined("a cat", share=0.5) == 4.5
    assert refined("a cat", share=0.0) is None


def test_cfg_rescale_of_several_prompts_takes_the_mean_of_those_that_are_wanted(
    refined: Callable[..., float | None],
) -> None:
    assert refined("a cat AND a dog :3") == 1.75  # (1 + 3 × 2) / 4
    assert refined("a cat AND a dog :-1") == 1.0
    assert refined("a cat :0 AND a dog") == 1.0, "what is not computed has no row"


def test_cfg_rescale_has_nothing_to_go_by_without_a_prompt_that_pulls(refined: Callable[..., float | None]) -> None:
    assert refined("a cat", scale=0.0) is None
    assert refined("a cat :-1") is None


@pytest.fixture
def columns(text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]) -> Callable[..., list[float | list[float]]]:
    """The weights of a request's rows along the first line of latents: one number where all are the same."""

    def of(prompt: str, regions: str, scale: float = 4.0) -> list[float | list[float]]:
        spec = spec_of(prompt, regions=regions, guidance_scale=scale)
        plan = plan_prompts(spec.prompt, spec.negative_prompt, steps=spec.steps, regions=spec.regions)
        rows = Guidance(plan, spec, text_encoder, area=AREA).rows(0)
        return [row.weight[0, 0].tolist() if isinstance(row.weight, Tensor) else row.weight for row in rows]

    return of


def test_each_region_pulls_in_its_own_part(columns: Callable[..., list[float | list[float]]]) -> None:
    left, right = [1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1]
    assert columns("2girls", "red hair | blue hair") == [
        [4.0 * share for share in left],
        [4.0 * share for share in right],
        [-3.0] * 8,
    ]
    assert columns("2girls", "red hair :0.5 | blue hair")[2] == [-1.0] * 4 + [-3.0] * 4
    assert columns("2girls AND night :0.5", "red hair | blue hair")[2:] == [2.0, [-5.0] * 8]


def test_regions_at_a_scale_of_one_need_no_unconditional_row(columns: Callable[..., list[float | list[float]]]) -> None:
    assert len(columns("2girls", "columns 5:3:7: a | b | c", scale=1.0)) == 3
    assert len(columns("2girls", "a :0 | b", scale=2.0)) == 2, "what has no weight anywhere is not computed"


def test_cfg_rescale_with_regions_takes_the_prompt_of_each_place(
    text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    spec = spec_of("", regions="a | b :0", guidance_scale=4.0, guidance_rescale=1.0)
    plan = plan_prompts(spec.prompt, spec.negative_prompt, steps=spec.steps, regions=spec.regions)
    guidance = Guidance(plan, spec, text_encoder, area=AREA)
    assert guidance.refinement is not None
    left, negative = torch.randn(2, 4, *AREA, generator=torch.Generator().manual_seed(0))
    expected = torch.cat([left[..., :4], negative[..., 4:]], dim=-1).std()
    guided = guidance.refinement(7 * left, torch.stack([left, negative]))
    torch.testing.assert_close(guided.std(), expected)


def test_rows_follow_the_schedule(text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]) -> None:
    spec = spec_of("a [cat|dog]", guidance_scale=4.0)
    plan = plan_prompts(spec.prompt, spec.negative_prompt, steps=4)
    guidance = Guidance(plan, spec, text_encoder, area=AREA)
    contexts = [guidance.rows(call)[0].context for call in range(4)]
    assert contexts[0].equal(contexts[1])
    assert not contexts[1].equal(contexts[2])
    assert contexts[3].equal(contexts[1])


def test_prompts_of_different_length_keep_their_lengths(
    text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    spec = spec_of("cat, " * 50)
    plan = plan_prompts(spec.prompt, spec.negative_prompt, steps=4)
    assert [row.context.shape[0] for row in Guidance(plan, spec, text_encoder, area=AREA).rows(0)] == [154, 77]
