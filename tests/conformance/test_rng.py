"""Noise against what was measured: generators, and a picture's first and later noises."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from generation.diffusion.noise import TorchGenerator
from generation.noise import CudaGenerator, MakeGenerator, PictureNoise, PictureSeed, slerp

Arrays = Callable[[str], Mapping[str, np.ndarray]]
TOLERANCE = 2e-6
GENERATORS: dict[str, MakeGenerator] = {"NV": CudaGenerator, "CPU": TorchGenerator}
#: Pixels of a picture to a cell of its latents.
CELL = 8


@pytest.mark.vectors("rng.json")
def test_noise(case: dict[str, Any], arrays: Arrays) -> None:
    measured = arrays("rng.npz")
    made = {"randn": _drawn, "sequence": _drawn, "image": _pictures, "slerp": _turned}[case["kind"]](case, measured)
    values = made if case["stored"] == "full" else made.ravel()[:64]
    assert list(made.shape) == case["shape"]
    np.testing.assert_allclose(values, measured[case["id"]], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose([made.mean(), made.std()], [case["mean"], case["std"]], rtol=0, atol=TOLERANCE)


def _drawn(case: dict[str, Any], _: Mapping[str, np.ndarray]) -> np.ndarray:
    generator = GENERATORS[case["source"]](case["seed"])
    return [generator.randn(tuple(case["shape"])) for _ in range(case.get("draw", 0) + 1)][-1]


def _pictures(case: dict[str, Any], _: Mapping[str, np.ndarray]) -> np.ndarray:
    subseeds = case.get("subseeds") or [0] * len(case["seeds"])
    return np.stack([_picture(case, seed, subseed) for seed, subseed in zip(case["seeds"], subseeds, strict=True)])


def _picture(case: dict[str, Any], seed: int, subseed: int) -> np.ndarray:
    noise = PictureNoise(
        PictureSeed(
            seed=seed,
            shape=tuple(case["latent_shape"]),
            subseed=subseed,
            subseed_strength=case.get("subseed_strength", 0.0),
            ensd=case["ensd"],
            resize_from=(case.get("seed_resize_from_h", 0) // CELL, case.get("seed_resize_from_w", 0) // CELL),
        ),
        GENERATORS[case["source"]],
    )
    return [noise.initial(), *(noise.next() for _ in range(case["draw"]))][-1]


def _turned(case: dict[str, Any], measured: Mapping[str, np.ndarray]) -> np.ndarray:
    return slerp(case["val"], measured["slerp_a"], measured["slerp_b"])
