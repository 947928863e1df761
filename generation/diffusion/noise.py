"""Torch's own generator on the processor as a source of a picture's noise ("cpu"), and the choice between sources."""

import numpy as np
import torch

from generation.noise import CudaGenerator, MakeGenerator, Noise, Shape
from generation.spec import NoiseSource

_SEEDS = 2**64


class TorchGenerator:
    """Draws what ``torch.randn`` draws on the processor for ``seed``, as float32."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator("cpu").manual_seed(seed % _SEEDS)

    def randn(self, shape: Shape) -> Noise:
        """Return standard normal float32 values in ``shape``."""
        values = torch.randn(shape, generator=self._generator, device="cpu", dtype=torch.float32)
        return values.numpy().astype(np.float32, copy=False)


#: By the spec's noise source: how a generator is made from a seed.
GENERATORS: dict[NoiseSource, MakeGenerator] = {"nv": CudaGenerator, "cpu": TorchGenerator}
