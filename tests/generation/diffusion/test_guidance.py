"""The guidance row of a request: weights that sum to 1, and no row that nothing is taken from."""

from collections.abc import Callable

import pytest
import torch

from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.guidance import Guidance
from generation.prompt.plan import plan_prompts
from generation.spec import PromptSpec


@pytest.fixture
def weights(text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]) -> Callable[..., list[float]]:
    def of(prompt: str, scale: float, call: int = 0) -> list[float]:
        spec = spec_of(prompt, guidance_scale=scale)
        plan = plan_prompts(spec.prompt, spec.negative_prompt, steps=spec.steps)
        return [row.weight for row in Guidance(plan, spec, text_encoder).rows(call)]

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
        guidance = Guidance(plan, spec, text_encoder)
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


def test_rows_follow_the_schedule(text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]) -> None:
    spec = spec_of("a [cat|dog]", guidance_scale=4.0)
    plan = plan_prompts(spec.prompt, spec.negative_prompt, steps=4)
    guidance = Guidance(plan, spec, text_encoder)
    contexts = [guidance.rows(call)[0].context for call in range(4)]
    assert contexts[0].equal(contexts[1])
    assert not contexts[1].equal(contexts[2])
    assert contexts[3].equal(contexts[1])


def test_prompts_of_different_length_keep_their_lengths(
    text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    spec = spec_of("cat, " * 50)
    plan = plan_prompts(spec.prompt, spec.negative_prompt, steps=4)
    assert [row.context.shape[0] for row in Guidance(plan, spec, text_encoder).rows(0)] == [154, 77]
