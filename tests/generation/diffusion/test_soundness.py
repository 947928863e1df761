"""What has fallen apart is noticed, and what is only black is not."""

from collections.abc import Callable

import torch

from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.loading import Model
from generation.diffusion.request import Request, prepare
from generation.diffusion.soundness import Watch, is_black, is_finite, is_lost
from generation.spec import PromptSpec

NAN, INFINITE = float("nan"), float("inf")


def requests_of(model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec], n: int) -> list[Request]:
    return [prepare(spec_of("a cat", seed=seed), model, text_encoder) for seed in range(n)]


def latents_with(*values: float) -> torch.Tensor:
    latents = torch.randn(len(values), 4, 8, 8, generator=torch.Generator().manual_seed(0))
    latents[:, 2, 3, 4] = torch.tensor(values)
    return latents


def test_whose_latents_are_no_numbers_is_told_at_once(
    model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    one, two, three = requests = requests_of(model, text_encoder, spec_of, 3)
    watch = Watch(lagging=False)
    assert watch.broken(requests, latents_with(0, 1e30, -1e30)) == []
    assert watch.broken(requests, latents_with(NAN, 0, INFINITE)) == [one, three]
    assert watch.broken([two], latents_with(-INFINITE)) == [two]


def test_a_lagging_watch_tells_of_the_step_before(
    model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    one, two = requests_of(model, text_encoder, spec_of, 2)
    watch = Watch(lagging=True)
    assert watch.broken([one, two], latents_with(0, NAN)) == []
    assert watch.broken([one], latents_with(NAN)) == [two]
    assert watch.broken([one], latents_with(NAN)) == [one]


def test_black_is_not_lost_while_there_is_something_in_it() -> None:
    black = -0.01 - torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
    assert is_black(black)
    assert not is_lost(black)
    assert is_lost(torch.zeros(3, 8, 8))
    assert is_lost(torch.full((3, 8, 8), -7.0))
    assert not is_black(torch.full((3, 8, 8), 0.5))
    assert not is_lost(torch.full((3, 8, 8), 0.5))
    assert not is_finite(torch.tensor([[[0.0, NAN]]]))
    assert not is_finite(torch.tensor([[[0.0, -INFINITE]]]))
