"""The guidance row of a request: weights that sum to 1, and no row that nothing is taken from."""

from collections.abc import Callable

import pytest

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
