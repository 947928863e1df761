"""Samplers against what was measured, from their names: latents, network calls, noises, and what recipes call them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from generation.diffusion.noise import TorchGenerator
from generation.noise import PictureNoise, PictureSeed
from generation.samplers import ImageToImage, SamplerTable, image_to_image, run, start, table
from generation.samplers.names import SAMPLERS, canonical, eta_field, infotext_names
from tests.conformance import toys

Arrays = Callable[[str], Mapping[str, np.ndarray]]
TOLERANCE = 1e-4
#: Timesteps were measured in float32, by way of logarithms.
TIMESTEP_TOLERANCE = 5e-4


@pytest.mark.vectors("samplers.json")
def test_latents(case: dict[str, Any], arrays: Arrays) -> None:
    tensors = arrays("samplers.safetensors")
    made = made_table(case)
    network, timesteps = toys.of_case(case), []

    def noted(latents: np.ndarray, timestep: float) -> np.ndarray:
        timesteps.append(timestep)
        return network(latents, timestep)

    noises = iter(tensors[case["noise"]].astype(np.float64))
    latent = tensors["img2img_init"].astype(np.float64) if noised(case) else None
    begun = start(made, tensors[case["x"]].astype(np.float64), latent)
    ended = run(made, noted, begun, lambda _: next(noises).reshape(begun.shape))

    assert len(timesteps) == case["model_calls"]
    np.testing.assert_allclose(timesteps, case["model_t"], atol=TIMESTEP_TOLERANCE)
    np.testing.assert_allclose(ended, tensors[case["result"]], rtol=0, atol=TOLERANCE)


@pytest.mark.vectors("samplers.json")
def test_noises_from_the_seed(case: dict[str, Any], arrays: Arrays) -> None:
    """First noise and later ones follow from seed and ENSD alone.

    A Brownian path asked at a point a millionth off answers with another leaf of its tree: of 64 steps, where the last
    bit of a level differs, the odd noise is some hundredths off.
    """
    tensors = arrays("samplers.safetensors")
    made = made_table(case)
    expected = tensors[case["noise"]]
    first = tensors[case["x"]][0]
    noise = PictureNoise(PictureSeed(seed=case["seed"], shape=first.shape, ensd=case["ensd"]), TorchGenerator)
    np.testing.assert_allclose(noise.initial(), first, atol=2e-6)
    drawn = [noise.of_row(made, row) for row in range(len(made)) if made.draws[row]]
    differences = [np.abs(mine - theirs).max() for mine, theirs in zip(drawn, expected, strict=False)]
    if case["noise_kind"] == "interval":
        assert len(drawn) == len(expected)
        assert np.median(differences) < 1e-5
    assert max(differences, default=0.0) < (0.2 if case["noise_kind"] == "interval" else 2e-6)


@pytest.mark.vectors("samplers.json")
def test_names_in_recipes(case: dict[str, Any]) -> None:
    name = canonical(case["sampler"], case["schedule"])
    fields = case.get("infotext_params", {})
    sampler, schedule = infotext_names(name)
    assert sampler == case["sampler"]
    assert schedule == fields.get("Schedule type", "Automatic")
    if "eta" in case:
        assert fields.get(eta_field(name), SAMPLERS[sampler].eta) == case["eta"]


@pytest.mark.vectors("samplers.json", "img2img_steps")
def test_image_to_image_steps(case: dict[str, Any]) -> None:
    made = image_to_image(case["steps"], case["denoising_strength"], exact_steps=case["fix_steps"])
    assert made == ImageToImage(case["result_steps"], case["t_enc"])


def made_table(case: dict[str, Any]) -> SamplerTable:
    """The table that the case was measured on."""
    return table(
        canonical(case["sampler"], case["schedule"]),
        case["steps"],
        eta=case.get("eta"),
        image_to_image=image_to_image(case["steps"], case["denoising_strength"]) if noised(case) else None,
        discard_penultimate_sigma=case.get("discard_penultimate_sigma", False),
    )


def noised(case: dict[str, Any]) -> bool:
    """Whether the case begins at a noised picture."""
    return "denoising_strength" in case
