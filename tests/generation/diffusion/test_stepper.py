"""The stepper against the plain meaning of a table, and its bits against themselves in other company."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from generation import samplers
from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.loading import Model
from generation.diffusion.memory import Gauge
from generation.diffusion.networks import network_of
from generation.diffusion.noise import GENERATORS
from generation.diffusion.request import Request, prepare
from generation.diffusion.rows import Network, RowCounts, Shape, probe, split
from generation.diffusion.stepper import Stepper
from generation.errors import DrawingFailed
from generation.noise import PictureNoise, PictureSeed
from generation.samplers import names
from generation.spec import PromptSpec

PROMPTS = ("a cat", "a [red|blue] cat AND a hat :0.5", "cat, " * 40, "a [dog:cat:0.5], masterpiece")
REGIONS = (
    "",
    "",
    "red hair | [blue|green] hair",
    "rows 1:2: sky #orange | sea :0.5",
    "2x2: a | b | c, " + "d, " * 80 + "|",
)


def counts_of(model: Model, network: Network, *, most: int = 12, probing: bool = True) -> RowCounts:
    return RowCounts(
        network,
        width=32,
        device=model.device,
        reproducible=True,
        most=lambda _: most,
        worth_probing=lambda _: probing,
    )


def finish(stepper: Stepper, requests: list[Request]) -> None:
    while going := [request for request in requests if not request.ended]:
        stepper.step(going)


@pytest.mark.parametrize("sampler", names.NAMES)
def test_one_request_follows_its_table(
    sampler: str, model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    spec = spec_of("a cat", sampler=sampler, steps=6, guidance_scale=3.0)
    request = prepare(spec, model, text_encoder)
    network = network_of(model)
    positive, negative = (row.context for row in request.rows())

    def guided(latents: np.ndarray, timestep: float) -> np.ndarray:
        rows = torch.from_numpy(latents).float().expand(2, -1, -1, -1)
        out = network(rows, torch.full((2,), timestep), torch.stack([positive, negative]))
        return (3.0 * out[0] - 2.0 * out[1]).double().numpy()

    noise = PictureNoise(PictureSeed(seed=spec.seed, shape=(4, 8, 8)), GENERATORS["nv"])
    table = request.table
    begun = samplers.start(table, noise.initial().astype(np.float64))
    expected = samplers.run(table, guided, begun, lambda row: noise.of_row(table, row))

    finish(Stepper(network, counts_of(model, network)), [request])
    np.testing.assert_allclose(request.latents.numpy(), expected, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("probing", [True, False])
def test_alone_and_in_a_crowd_a_picture_has_the_same_bits(
    probing: bool, model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    network = network_of(model)
    stepper = Stepper(network, counts_of(model, network, probing=probing))
    specs = [
        spec_of(
            PROMPTS[index % 4],
            sampler=sampler,
            steps=3 + index % 3,
            seed=index,
            guidance_scale=1.0 + index % 3,
            guidance_rescale=index % 5 / 4,
            regions=REGIONS[index % 5],
        )
        for index, sampler in enumerate(names.NAMES)
    ]
    crowd = [prepare(spec, model, text_encoder) for spec in specs]
    finish(stepper, crowd)
    for spec, in_crowd in list(zip(specs, crowd, strict=True))[:: 1 if probing else 4]:
        alone = prepare(spec, model, text_encoder)
        finish(stepper, [alone])
        assert alone.latents.equal(in_crowd.latents), spec.sampler


def test_cfg_rescale_gives_the_guided_output_the_spread_of_the_conditional_one(
    model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    """Against the formula of Lin et al. 2023, section 3.4, with one network call and one step of Euler."""
    network = network_of(model)
    request = prepare(spec_of("a cat", steps=1, guidance_scale=9.0, guidance_rescale=0.7), model, text_encoder)
    table, latents = request.table, request.latents
    rows = (latents * float(table.input_scale[0])).expand(2, -1, -1, -1)
    contexts = torch.stack([row.context for row in request.rows()])
    conditional, negative = network(rows, torch.full((2,), float(table.timestep[0])), contexts).double()
    guided = negative + 9.0 * (conditional - negative)
    rescaled = guided * conditional.std() / guided.std()
    final = 0.7 * rescaled + 0.3 * guided
    newest = float(table.keep_x[0]) * latents + float(table.keep_out[0]) * final
    expected = float(table.carry[0]) * latents + float(table.kept[0][0]) * newest

    Stepper(network, counts_of(model, network)).step([request])
    torch.testing.assert_close(request.latents.double(), expected.double(), rtol=1e-4, atol=1e-4)


def test_a_refinement_sees_its_own_outputs(
    model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    seen: list[tuple[int, ...]] = []

    def refine(guided: Tensor, outputs: Tensor) -> Tensor:
        seen.append(tuple(outputs.shape))
        return guided * 0

    network = network_of(model)
    plain, refined = (prepare(spec_of("a cat AND a dog", steps=1), model, text_encoder) for _ in range(2))
    refined.refinement = refine
    Stepper(network, counts_of(model, network)).step([plain, refined])
    assert seen == [(3, 4, 8, 8)]
    assert not plain.latents.equal(refined.latents)


def test_an_estimate_is_made_when_it_is_wanted(
    model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    network = network_of(model)
    stepper = Stepper(network, counts_of(model, network))
    request = prepare(spec_of("a cat", steps=1), model, text_encoder)
    request.wants_estimate = True
    stepper.step([request])
    assert request.denoised is not None
    torch.testing.assert_close(request.denoised, request.latents, rtol=1e-3, atol=1e-3)


class Narrow:
    """A network that fits only so many rows, as a full accelerator does."""

    def __init__(self, network: Network, rows: int) -> None:
        self.network, self.rows, self.refused = network, rows, 0

    def __call__(self, latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        if len(latents) > self.rows:
            self.refused += 1
            raise torch.OutOfMemoryError("CUDA out of memory")
        return self.network(latents, timesteps, contexts)


def test_when_memory_runs_out_the_step_is_repeated_in_smaller_calls(
    model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    network = network_of(model)
    narrow = Narrow(network, 100)
    specs = [spec_of("a cat", seed=seed, sampler="Euler a") for seed in range(6)]
    expected = [prepare(spec, model, text_encoder) for spec in specs]
    counts = counts_of(model, network)
    finish(Stepper(network, counts), expected)

    got = [prepare(spec, model, text_encoder) for spec in specs]
    stepper = Stepper(narrow, counts)
    stepper.step(got)
    narrow.rows = counts.of((4, 8, 8), 77)[0]
    finish(stepper, got)
    assert narrow.refused > 0
    assert all(a.latents.equal(b.latents) for a, b in zip(expected, got, strict=True))


def test_when_not_even_the_smallest_call_fits_nothing_has_changed(
    model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]
) -> None:
    network = network_of(model)
    request = prepare(spec_of("a cat", sampler="Euler a"), model, text_encoder)
    before = replace(request)
    with pytest.raises(DrawingFailed, match="memory"):
        Stepper(Narrow(network, 0), counts_of(model, network)).step([request])
    assert request.call == 0
    assert request.latents is before.latents


def test_rows_are_divided_into_calls_of_allowed_counts() -> None:
    assert split(1, (2,)) == [(1, 2)]
    assert split(5, (2,)) == [(2, 2), (2, 2), (1, 2)]
    assert split(5, (4, 8, 12)) == [(5, 8)]
    assert split(27, (4, 8, 12)) == [(12, 12), (12, 12), (3, 4)]
    assert split(0, (4, 8)) == []


def test_the_probe_keeps_to_counts_that_agree() -> None:
    def uneven(latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        return latents + (1e-7 if len(latents) in (2, 6) else 0.0)

    assert probe(uneven, (4, 8, 8), 77, 32, torch.device("cpu"), 16) == (4, 8, 12, 16)


def test_the_probe_leaves_out_counts_in_which_the_place_matters() -> None:
    def placed(latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        shift = torch.arange(len(latents)).view(-1, 1, 1, 1) * (1e-3 if len(latents) == 6 else 0.0)
        return latents + shift

    assert probe(placed, (4, 8, 8), 77, 32, torch.device("cpu"), 16) == (2, 4, 8, 12, 16)


def test_the_probe_leaves_out_counts_that_do_not_fit(model: Model) -> None:
    assert max(probe(Narrow(network_of(model), 4), (4, 8, 8), 77, 32, torch.device("cpu"), 16)) <= 4


class Scales(Gauge):
    """Says that a call takes so many bytes a row, of so many that are free."""

    def __init__(self, per_row: int, free: int) -> None:
        self.per_row, self._bytes, self.tried = per_row, free, list[int]()

    def network(self, latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        self.tried.append(len(latents))
        return latents

    def free(self) -> int:
        return self._bytes

    def taken(self, work: Callable[[], Any]) -> tuple[Any, int]:
        result = work()
        return result, self.per_row * self.tried[-1]


def test_the_probe_does_not_try_what_would_not_fit() -> None:
    scales = Scales(per_row=100, free=1100)
    assert probe(scales.network, (4, 8, 8), 77, 32, torch.device("cpu"), 16, scales) == (2, 4, 6, 8)
    assert max(scales.tried) == 8


@pytest.mark.parametrize(("free", "most"), [(1000, 8), (600, 4), (10, 2), (10_000, 12)])
def test_without_reproducibility_calls_are_as_large_as_fits(free: int, most: int) -> None:
    scales = Scales(per_row=100, free=free)
    counts = RowCounts(
        scales.network,
        width=32,
        device=torch.device("cpu"),
        reproducible=False,
        most=lambda _: 12,
        worth_probing=lambda _: True,
        gauge=scales,
    )
    assert counts.of((4, 8, 8), 77) == tuple(range(1, most + 1))
    assert scales.tried == [2]


def test_a_count_that_did_not_fit_is_tried_again_much_later(model: Model) -> None:
    counts = counts_of(model, network_of(model))
    found = counts.of((4, 8, 8), 77)
    assert len(found) > 1
    assert counts.lower((4, 8, 8), 77)
    later = [counts.of((4, 8, 8), 77) for _ in range(600)]
    assert later[:100] == [found[:-1]] * 100
    assert later[-50:] == [found] * 50
    while counts.lower((4, 8, 8), 77):
        pass
    assert counts.of((4, 8, 8), 77) == found[:1]


def test_without_reproducibility_nothing_is_padded(model: Model) -> None:
    counts = RowCounts(
        network_of(model),
        width=32,
        device=model.device,
        reproducible=False,
        most=lambda _: 8,
        worth_probing=lambda _: True,
    )
    assert counts.of((4, 8, 8), 77) == (1, 2, 3, 4, 5, 6, 7, 8)


def test_dear_rows_go_in_pairs_without_a_probe(model: Model) -> None:
    def never(*_: Tensor) -> Tensor:
        raise AssertionError("called")

    shape: Shape = (4, 64, 64)
    assert counts_of(model, never, probing=False).of(shape, 77) == (2,)
