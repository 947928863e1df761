"""Torch's generator as a source of noise, and the choice between sources."""

from typing import get_args

import numpy as np
import torch

from generation.diffusion.noise import GENERATORS, TorchGenerator
from generation.noise import CudaGenerator, PictureNoise, PictureSeed
from generation.spec import NoiseSource


def test_it_draws_what_torch_draws() -> None:
    torch.manual_seed(5)
    expected = [torch.randn(4, 6, 10).numpy() for _ in range(2)]
    generator = TorchGenerator(5)
    for draw in expected:
        np.testing.assert_array_equal(generator.randn((4, 6, 10)), draw)


def test_it_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    TorchGenerator(5).randn((4, 6, 10))
    assert torch.equal(torch.get_rng_state(), before)


def test_seeds_wrap_around() -> None:
    np.testing.assert_array_equal(TorchGenerator(2**64 + 5).randn((3,)), TorchGenerator(5).randn((3,)))


def test_every_source_of_a_spec_has_its_generator() -> None:
    assert set(GENERATORS) == set(get_args(NoiseSource))
    assert GENERATORS["nv"] is CudaGenerator


def test_sources_differ() -> None:
    seed = PictureSeed(seed=1, shape=(4, 6, 10))
    nv, cpu = (PictureNoise(seed, GENERATORS[source]).initial() for source in ("nv", "cpu"))
    assert not np.array_equal(nv, cpu)
