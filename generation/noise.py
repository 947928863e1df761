"""The noise of one picture, from its request alone: what it begins with and what its sampler adds on the way.

Noises are float32 arrays in the shape of a picture's latents, (channels, height, width), counted in latent cells. They
come from generators that are made from a seed; this module has the one that gives the noise of a CUDA device on any
machine ("nv"), and takes any other of the same shape. It knows nothing of torch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generation.brownian import BrownianPath
from generation.samplers.table import SamplerTable

Noise = NDArray[np.float32]
Shape = tuple[int, ...]

_MASK_32 = np.uint64(0xFFFFFFFF)
_SHIFT_32 = np.uint64(32)
_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_KEY_STEPS = 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10
#: Counters at a time, so that the ten rounds stay in the processor's cache.
_BLOCK = 8192

#: CUDA's float32 constants for turning 32 random bits into (0, 1) and into (0, 2π).
_UNIT = np.float64(np.float32(2.3283064e-10))
_TURN = np.float64(np.float32(2.3283064e-10 * 6.2831855))

#: Above this mean cosine two noises are taken for one direction.
_PARALLEL = 0.9995


class Generator(Protocol):
    """A source of standard normal noise; successive draws differ."""

    def randn(self, shape: Shape) -> Noise: ...


MakeGenerator = Callable[[int], Generator]


class CudaGenerator:
    """Draws what ``torch.randn`` draws on a CUDA device, as float32, for arrays of up to some 10⁵ values.

    Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") with the seed as key, the value's
    index and the number of the draw as counter; then Box and Muller's transform.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed % 2**64
        self._draws = 0

    def randn(self, shape: Shape) -> Noise:
        """Return standard normal float32 values in ``shape``."""
        size = int(np.prod(shape))
        values = np.empty(size, dtype=np.float32)
        for begin in range(0, size, _BLOCK):
            end = min(begin + _BLOCK, size)
            first, second = _philox(self._seed, self._draws, np.arange(begin, end, dtype=np.uint64))
            radius = np.sqrt(-2 * np.log(first * _UNIT + _UNIT / 2))
            values[begin:end] = radius * np.sin(second * _TURN + _TURN / 2)
        self._draws += 1
        return values.reshape(shape)


def _philox(seed: int, draw: int, index: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first two of the four words for each counter (draw, 0, index, 0); words are 32 bits wide."""
    keys = [seed & 0xFFFFFFFF, seed >> 32]
    words = [np.full_like(index, draw & 0xFFFFFFFF), np.full_like(index, draw >> 32), index, np.zeros_like(index)]
    for _ in range(_ROUNDS):
        low, high = words[0] * _MULTIPLIERS[0], words[2] * _MULTIPLIERS[1]
        words = [
            (high >> _SHIFT_32) ^ words[1] ^ np.uint64(keys[0]),
            high & _MASK_32,
            (low >> _SHIFT_32) ^ words[3] ^ np.uint64(keys[1]),
            low & _MASK_32,
        ]
        keys = [(key + step) & 0xFFFFFFFF for key, step in zip(keys, _KEY_STEPS, strict=True)]
    return words[0], words[1]


@dataclass(frozen=True, kw_only=True)
class PictureSeed:
    """Everything that a picture's noise depends on.

    ``shape``: of the latents. ``subseed_strength`` from 0 to 1 turns the first noise toward the one of ``subseed``.
    ``ensd``: unless 0, noises after the first come from a fresh generator for seed + ensd. ``resize_from``: height and
    width in latent cells of the picture whose first noise to keep, in the middle; (0, 0) for none.
    """

    seed: int
    shape: tuple[int, int, int]
    subseed: int = 0
    subseed_strength: float = 0.0
    ensd: int = 0
    resize_from: tuple[int, int] = (0, 0)


class PictureNoise:
    """The noises of one picture, in the order in which its sampler asks for them."""

    def __init__(self, seed: PictureSeed, make_generator: MakeGenerator = CudaGenerator) -> None:
        self._seed = seed
        self._make_generator = make_generator
        self._initial, first = _first_noise(seed, make_generator)
        self._generator = make_generator(seed.seed + seed.ensd) if seed.ensd else first
        self._path: BrownianPath | None = None

    def initial(self) -> Noise:
        """Return the noise that the picture begins with, of deviation 1."""
        return self._initial

    def next(self) -> Noise:
        """Draw the next of the noises that follow the first."""
        return self._generator.randn(self._seed.shape)

    def of_row(self, table: SamplerTable, row: int) -> Noise:
        """Draw the noise of a row of ``table`` that draws one; rows are asked in order and once each.

        Brownian paths begin at the seed itself, whatever the ENSD.
        """
        if table.intervals is None:
            return self.next()
        if self._path is None:
            self._path = BrownianPath(self._seed.seed, *table.sigma_range, self._randn_of)
        high, low = table.intervals[row]
        return self._path.normalised_increment(high, low)

    def _randn_of(self, seed: int) -> Noise:
        return self._make_generator(seed).randn(self._seed.shape)


def slerp(share: float, low: Noise, high: Noise) -> Noise:
    """Turn noise ``low`` toward ``high`` by ``share`` of the angle between them, column by column of each channel.

    Shape (channels, height, width). Where they already point the same way they are mixed in a straight line, in which
    ``share`` counts for ``low``.
    """
    cosine = (_unit(low) * _unit(high)).sum(axis=1)
    if cosine.mean() > _PARALLEL:
        return (low * share + high * (1 - share)).astype(np.float32)
    angle = np.arccos(cosine)
    of_low, of_high = (np.sin(part * angle) / np.sin(angle) for part in (1 - share, share))
    return (of_low[:, None] * low + of_high[:, None] * high).astype(np.float32)


def _unit(noise: Noise) -> Noise:
    return noise / np.linalg.norm(noise, axis=1, keepdims=True)


def _first_noise(seed: PictureSeed, make_generator: MakeGenerator) -> tuple[Noise, Generator]:
    """The first noise, and the generator that has drawn it and goes on from there."""
    generator = make_generator(seed.seed)
    shape = (seed.shape[0], *seed.resize_from) if all(side > 0 for side in seed.resize_from) else seed.shape
    drawn = generator.randn(seed.shape)
    noise = drawn if shape == seed.shape else make_generator(seed.seed).randn(shape)
    if seed.subseed_strength != 0:
        noise = slerp(seed.subseed_strength, noise, make_generator(seed.subseed).randn(shape))
    return (noise if shape == seed.shape else _laid_into(drawn, noise)), generator


def _laid_into(canvas: Noise, noise: Noise) -> Noise:
    """``canvas`` with ``noise`` in its middle, cut where it is larger."""
    laid = canvas.copy()
    (to_rows, rows), (to_columns, columns) = (
        _overlap(outer, inner) for outer, inner in zip(canvas.shape[1:], noise.shape[1:], strict=True)
    )
    laid[:, to_rows, to_columns] = noise[:, rows, columns]
    return laid


def _overlap(outer: int, inner: int) -> tuple[slice, slice]:
    """Where ``inner`` cells lie in ``outer`` ones when centred, and which of them do."""
    margin = (outer - inner) // 2
    length = inner if margin >= 0 else inner + 2 * margin
    return slice(max(0, margin), max(0, margin) + length), slice(max(0, -margin), max(0, -margin) + length)
