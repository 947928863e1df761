"""A sampler as a table of coefficients: one row for each network call, nothing but linear algebra around it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.samplers.schedules import Vector

Latents = NDArray[np.floating]


@dataclass(frozen=True, eq=False, kw_only=True)
class SamplerTable:
    """How latents go from noise to picture in R network calls; R may be 0.

    The latents begin as ``noise_scale * noise + latent_scale * latent``; text to image has no ``latent`` and
    ``latent_scale`` 0. Then, for each row i::

        out  = network(input_scale[i] * x, timestep[i])              guided: one tensor, epsilon or v as ``prediction``
        h[i] = keep_x[i] * x + keep_out[i] * out
        x    = carry[i] * x + sum_k kept[i, k] * h[i - k] + sum_k noise[i, k] * z[i - k]

    and ``x`` after the last row are the picture's latents. ``z[i]`` is standard normal noise drawn in row i where
    ``draws[i]``, whether or not a coefficient uses it; all other coefficients of noise are 0, as are those that would
    reach back before row 0. Where ``intervals`` is None, noises come one after another from the picture's generator;
    otherwise ``z[i]`` is the increment of one Brownian path, indexed by sigma and spanning ``sigma_range``, from
    ``intervals[i, 0]`` down to ``intervals[i, 1]``, divided by the root of their distance.

    ``denoised_x[i] * x + denoised_out[i] * out``, x being the latents before the row, is the network's present estimate
    of the picture's latents: what a preview shows.

    Arrays are read-only float64. Shapes: (R,) for ``timestep``, ``input_scale``, ``keep_x``, ``keep_out``, ``carry``,
    ``denoised_x``, ``denoised_out`` and the booleans ``draws``; (R, K) for ``kept`` and (R, N) for ``noise``, K and
    N as long as this sampler reaches back, the present row included; (R, 2) for ``intervals``.
    """

    sampler: str
    prediction: str
    noise_scale: float
    latent_scale: float
    timestep: Vector
    input_scale: Vector
    keep_x: Vector
    keep_out: Vector
    carry: Vector
    kept: Vector
    noise: Vector
    denoised_x: Vector
    denoised_out: Vector
    draws: NDArray[np.bool_]
    intervals: Vector | None
    sigma_range: tuple[float, float]

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def __len__(self) -> int:
        """Number of rows, which is the number of network calls."""
        return len(self.timestep)


def start(table: SamplerTable, noise: Latents, latent: Latents | None = None) -> Latents:
    """Latents before the first row, from standard normal noise and, for image to image, the picture's latents."""
    started = table.noise_scale * noise
    return started if latent is None else started + table.latent_scale * latent


def run(
    table: SamplerTable,
    network: Callable[[Latents, float], Latents],
    x: Latents,
    draw: Callable[[int], Latents],
) -> Latents:
    """Follow ``table`` from the started latents ``x`` to the picture's: the plain meaning of a table.

    ``network(latents, timestep)`` gives the guided output; ``draw(row)`` the noise of a row that draws, asked in order.
    """
    kept: list[Latents] = []
    noises: list[Latents] = []
    for row in range(len(table)):
        out = network(table.input_scale[row] * x, float(table.timestep[row]))
        kept.insert(0, table.keep_x[row] * x + table.keep_out[row] * out)
        noises.insert(0, draw(row) if table.draws[row] else np.zeros_like(x))
        x = table.carry[row] * x + _weighted(table.kept[row], kept) + _weighted(table.noise[row], noises)
    return x


def _weighted(weights: Vector, terms: list[Latents]) -> Latents:
    total = np.zeros_like(terms[0])
    for weight, term in zip(weights, terms, strict=False):
        total = total + weight * term
    return total
