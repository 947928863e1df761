"""Colour hints: they move the picture's estimate to a colour, in their region, in the first steps, and nowhere else."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from generation.diffusion.loading import Model
from generation.diffusion.tint import DURATION, STRENGTH, Tint, flat_latents, tint_of
from generation.prompt.regions import parse_regions
from generation.samplers import SamplerTable, names, table

AREA = (4, 16)


@pytest.fixture
def rows(model: Model) -> Callable[[str], SamplerTable]:
    return lambda sampler: table(sampler, 8, alphas_cumprod=model.alphas_cumprod, prediction=model.prediction, eta=None)


def made(regions: str, rows: SamplerTable, model: Model) -> Tint:
    tint = tint_of(parse_regions(regions), rows, model, AREA)
    assert tint is not None
    return tint


def estimate(rows: SamplerTable, call: int, latents: Tensor, guided: Tensor) -> Tensor:
    return float(rows.denoised_x[call]) * latents + float(rows.denoised_out[call]) * guided


def test_without_colours_there_is_none(rows: Callable[[str], SamplerTable], model: Model) -> None:
    assert tint_of(parse_regions("a | b"), rows("Euler"), model, AREA) is None


@pytest.mark.parametrize("sampler", names.NAMES)
def test_in_the_first_call_the_region_is_its_colour(
    sampler: str, rows: Callable[[str], SamplerTable], model: Model
) -> None:
    latents, guided = 9 * torch.randn(2, 4, *AREA, generator=torch.Generator().manual_seed(0))
    before = estimate(rows(sampler), 0, latents, guided)
    after = estimate(rows(sampler), 0, latents, made("| #red", rows(sampler), model)(guided, latents, 0))
    red = flat_latents((255, 0, 0), model).view(4, 1, 1)
    torch.testing.assert_close(after[..., 10:], STRENGTH * red.expand(4, 4, 6), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(after[..., :6], before[..., :6])


def test_it_fades_and_ends(rows: Callable[[str], SamplerTable], model: Model) -> None:
    tint = made("#red | #blue", rows("Euler"), model)
    latents, guided = torch.randn(2, 4, *AREA, generator=torch.Generator().manual_seed(0))
    moved = [
        float((tint(guided, latents, call) - guided).norm() * rows("Euler").denoised_out[call]) for call in range(8)
    ]
    ended = int(DURATION * 8)
    assert all(moved[call] != 0 for call in range(ended))
    assert moved[ended:] == [0.0] * (8 - ended)


def test_two_colours_mix_at_their_edge(rows: Callable[[str], SamplerTable], model: Model) -> None:
    tint = made("#red | #blue", rows("Euler"), model)
    latents = guided = torch.zeros(4, *AREA)
    shown = estimate(rows("Euler"), 0, latents, tint(guided, latents, 0))
    left, right = flat_latents((255, 0, 0), model), flat_latents((0, 0, 255), model)
    torch.testing.assert_close(shown[:, 0, 0], STRENGTH * left)
    torch.testing.assert_close(shown[:, 0, 7] + shown[:, 0, 8], STRENGTH * (left + right))
