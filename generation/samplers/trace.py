"""Reads a sampler's table off the sampler itself, by running it once over unit vectors instead of pictures.

Samplers are written here as in their papers, in ordinary arithmetic on latents. Everything they do outside the network
is linear, so run on vectors with one axis for the first latents, one for each network call and one for each noise, they
leave in each component the coefficient of that input.

Axes are used again after some calls, so that a table of ten thousand steps is no burden. That is sound because a row
holds only the difference between one call's latents and the rescaled latents of the call before it, and in that
difference everything older than the sampler's own memory cancels.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generation.samplers.schedules import NoiseSchedule, Vector
from generation.samplers.table import SamplerTable

Prediction = Literal["epsilon", "v_prediction"]

#: Calls after which an axis is used again; no sampler here reaches back for more than 5.
_MEMORY = 16

#: Differences of two coefficients below this share of them are rounding: the sampler does not reach back so far.
_ROUNDING = 1e-11


@dataclass(frozen=True)
class _Call:
    x: Vector
    timestep: float
    input_scale: float
    keep: tuple[float, float]
    denoised: tuple[float, float]


class Trace:
    """Stands where a sampler expects the network and the source of noise, and notes what it is asked.

    Axes: 0 the first latents, then those for what is kept of the calls, then those for the noises. A sampler uses
    either the methods of the variance-exploding scale or those of the variance-preserving one, never both.
    """

    def __init__(self, schedule: NoiseSchedule, prediction: Prediction) -> None:
        self.schedule = schedule
        self._prediction = prediction
        self._calls: list[_Call] = []
        self._draws: dict[int, tuple[float, float] | None] = {}
        self.start = _axis(0)

    def denoised(self, x: Vector, sigma: float) -> Vector:
        """The picture as the network sees it in ``x``, variance-exploding, at noise level ``sigma``; this is kept."""
        return self._call_exploding(x, sigma, keep_epsilon=False)

    def slope(self, x: Vector, sigma: float) -> Vector:
        """``(x - denoised) / sigma``, dx/dsigma (Karras et al. 2022, equations 1 and 3); this is kept."""
        return self._call_exploding(x, sigma, keep_epsilon=True)

    def epsilon(self, x: Vector, timestep: int) -> Vector:
        """The noise as the network sees it in ``x``, variance-preserving, at a whole timestep; this is kept."""
        alpha = float(np.sqrt(self.schedule.alphas_cumprod[timestep]))
        return self._call(x, timestep, 1.0, alpha, keep_epsilon=True)

    def sample(self, x: Vector, timestep: float, alpha: float) -> Vector:
        """The picture seen in ``x``, variance-preserving, of which it makes up the share ``alpha``; this is kept."""
        return self._call(x, timestep, 1.0, alpha, keep_epsilon=False)

    def noise(self, interval: tuple[float, float] | None = None) -> Vector:
        """Noise drawn after the latest call, at most once a call; ``interval``: of a Brownian path, between sigmas."""
        row = len(self._calls) - 1
        if row in self._draws:
            raise ValueError("a row draws noise once")
        self._draws[row] = interval
        return _axis(1 + _MEMORY + row % _MEMORY)

    def table(
        self, end: Vector, *, sampler: str, start: tuple[float, float], sigma_range: tuple[float, float]
    ) -> SamplerTable:
        """The table of a finished run: ``end`` its last latents, ``start`` the scales of noise and of a picture."""
        rows = len(self._calls)
        points = np.stack([call.x for call in self._calls] + [end])
        carry, rest = _steps(points)
        columns = {
            name: np.array([value(call) for call in self._calls], dtype=np.float64)
            for name, value in {
                "timestep": lambda call: call.timestep,
                "input_scale": lambda call: call.input_scale,
                "keep_x": lambda call: call.keep[0],
                "keep_out": lambda call: call.keep[1],
                "denoised_x": lambda call: call.denoised[0],
                "denoised_out": lambda call: call.denoised[1],
            }.items()
        }
        return SamplerTable(
            sampler=sampler,
            prediction=self._prediction,
            noise_scale=start[0],
            latent_scale=start[1],
            carry=carry,
            kept=_by_age(rest[:, 1 : 1 + _MEMORY]),
            noise=_by_age(rest[:, 1 + _MEMORY :]),
            draws=np.array([row in self._draws for row in range(rows)], dtype=np.bool_),
            intervals=self._intervals(),
            sigma_range=sigma_range,
            **columns,
        )

    def _call_exploding(self, x: Vector, sigma: float, *, keep_epsilon: bool) -> Vector:
        scale = 1 / float(np.hypot(1, sigma))
        return self._call(x, self.schedule.timestep(sigma), scale, scale, keep_epsilon=keep_epsilon)

    def _call(self, x: Vector, timestep: float, input_scale: float, alpha: float, *, keep_epsilon: bool) -> Vector:
        """Note a call on ``input_scale * x``, which is ``alpha * picture + sqrt(1 - alpha^2) * noise``.

        v is ``alpha * noise - sqrt(1 - alpha^2) * picture``: Salimans and Ho 2022 (arXiv:2202.00512), section 4.
        """
        share = float(np.sqrt(1 - alpha**2))
        if self._prediction == "epsilon":
            epsilon, denoised = (0.0, 1.0), (input_scale / alpha, -share / alpha)
        else:
            epsilon, denoised = (share * input_scale, alpha), (alpha * input_scale, -share)
        keep = epsilon if keep_epsilon else denoised
        self._calls.append(_Call(x, timestep, input_scale, keep, denoised))
        return _axis(1 + (len(self._calls) - 1) % _MEMORY)

    def _intervals(self) -> Vector | None:
        if not any(self._draws.values()):
            return None
        return np.array([self._draws.get(row) or (0.0, 0.0) for row in range(len(self._calls))])


def _axis(index: int) -> Vector:
    vector = np.zeros(1 + 2 * _MEMORY)
    vector[index] = 1.0
    return vector


def _steps(points: Vector) -> tuple[Vector, Vector]:
    """For rows of latents: what each next one takes of the present one, and what it takes of everything else.

    A sampler that saw nothing but zeros from the network would only rescale the first latents. How it would rescale
    them from one call to the next is what a row carries over; with the right thing kept, the rest reaches back only as
    far as the sampler's own memory.
    """
    here, there = points[:-1], points[1:]
    carry = there[:, 0] / here[:, 0]
    carried = carry[:, None] * here
    rest = there - carried
    rest[np.abs(rest) <= _ROUNDING * (np.abs(there) + np.abs(carried))] = 0.0
    return carry, rest


def _by_age(coefficients: Vector) -> Vector:
    """Turn (row, axis) into (row, age), age 0 the row itself, no wider than the oldest one used (at least 1)."""
    row = np.arange(len(coefficients))[:, None]
    age = np.arange(_MEMORY)
    aged = np.where(age <= row, coefficients[row, (row - age) % _MEMORY], 0.0)
    used = np.flatnonzero(aged.any(axis=0))
    return aged[:, : used[-1] + 1 if len(used) else 1].copy()
