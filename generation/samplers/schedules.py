"""Noise schedules: how noisy a latent is at a timestep, and at which noise levels a sampler stops.

``sigma`` is the noise level of a latent in the variance-exploding scale, ``picture + sigma * noise``. A latent in the
variance-preserving scale, ``sqrt(a) * picture + sqrt(1 - a) * noise`` with ``a`` the product of the alphas so far, has
``sigma = sqrt((1 - a) / a)``. Timesteps are floats: between two whole ones, log sigma is linear.

Levels are rounded to float32 after every operation, as the programs whose recipes are drawn again here do it: a
different last bit in a level is a different picture wherever the sampler is at a parting of the ways.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from generation.errors import InvalidChoice

Vector: TypeAlias = NDArray[np.float64]
Single: TypeAlias = NDArray[np.float32]


def stable_diffusion_alphas() -> Vector:
    """Return the cumulative alphas of Stable Diffusion 1.x, shape (1000,), rounded to float32."""
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    return np.cumprod(1 - betas).astype(np.float32).astype(np.float64)


class NoiseSchedule:
    """What a network was trained on: the cumulative alphas, shape (T,), falling from nearly 1 to nearly 0."""

    def __init__(self, alphas_cumprod: ArrayLike) -> None:
        self.alphas_cumprod: Vector = np.asarray(alphas_cumprod, dtype=np.float64)
        singles = self.alphas_cumprod.astype(np.float32)
        self.sigmas: Single = np.sqrt((1 - singles) / singles)
        self.log_sigmas: Single = _rounded(np.log(self.sigmas, dtype=np.float64))
        self._log_alphas: Vector = 0.5 * np.log(self.alphas_cumprod)
        self._timesteps: Vector = np.arange(len(self.sigmas), dtype=np.float64)

    def __len__(self) -> int:
        return len(self.sigmas)

    @property
    def sigma_min(self) -> float:
        return float(self.sigmas[0])

    @property
    def sigma_max(self) -> float:
        return float(self.sigmas[-1])

    def sigma(self, timestep: Single) -> Single:
        """Noise level at each timestep from 0 to T - 1."""
        below, above = np.floor(timestep).astype(int), np.ceil(timestep).astype(int)
        share = timestep - below.astype(np.float32)
        log_sigma = (1 - share) * self.log_sigmas[below] + share * self.log_sigmas[above]
        return _rounded(np.exp(log_sigma, dtype=np.float64))

    def timestep(self, sigma: float) -> float:
        """Timestep of a noise level; a level outside the schedule has that of the nearer end."""
        return float(np.interp(np.log(sigma), self.log_sigmas, self._timesteps))

    def log_alpha(self, timestep: float) -> float:
        """``log sqrt(a)``, itself linear between whole timesteps: UniPC's reading of the schedule."""
        return float(np.interp(timestep, self._timesteps, self._log_alphas))


def sigmas_of(schedule: str, steps: int, noise: NoiseSchedule) -> Vector:
    """Noise levels that a sampler with ``steps`` steps stops at, falling, the last one 0: shape (steps + 1,).

    ``schedule`` is a key of :data:`SCHEDULES`. "DDIM" keeps its even stride through the timesteps and so may give a few
    levels more. Raises InvalidChoice (field ``steps``) where float32 or the schedule has not so many levels.
    """
    sigmas = np.append(SCHEDULES[schedule](steps, noise), 0.0).astype(np.float64)
    if not (np.diff(sigmas) < 0).all():
        raise InvalidChoice("steps", f"The schedule {schedule} has not enough noise levels for {steps} steps.")
    return sigmas


def karras(steps: int, sigma_min: float, sigma_max: float, rho: float = 7.0) -> Single:
    """Even in the rho-th root of sigma: Karras et al. 2022 (arXiv:2206.00364), equation 5."""
    high, low = sigma_max ** (1 / rho), sigma_min ** (1 / rho)
    root = high + _even(0, 1, steps) * (low - high)
    return _rounded(np.power(root, rho, dtype=np.float64))


def even_timesteps(steps: int, length: int = 1000) -> NDArray[np.int64]:
    """Every ``length // steps``-th timestep from 1, rising: what DDIM, PLMS and UniPC make of a number of steps.

    The stride is whole, so 64 steps of 1000 stop at every 15th timestep, which makes 67 of them.
    """
    return np.minimum(np.arange(0, length, max(1, length // steps)) + 1, length - 1)


def ddim_timesteps(steps: int, length: int = 1000) -> NDArray[np.int64]:
    """The same stride for samplers on levels, which do without a timestep past the end."""
    return np.arange(1, length, max(1, length // steps))


def _uniform(steps: int, noise: NoiseSchedule) -> Single:
    return noise.sigma(_even(len(noise) - 1, 0, steps))


def _sgm_uniform(steps: int, noise: NoiseSchedule) -> Single:
    """Even in time, as Stability's generative-models does it: the least level is left out."""
    return noise.sigma(_even(len(noise) - 1, 0, steps + 1)[:-1])


def _simple(steps: int, noise: NoiseSchedule) -> Single:
    """Even in time, on whole timesteps only, from the end."""
    stride = len(noise) / steps
    return noise.sigmas[[-1 - int(step * stride) for step in range(steps)]]


def _ddim(steps: int, noise: NoiseSchedule) -> Single:
    return noise.sigmas[ddim_timesteps(steps, len(noise))][::-1]


def _exponential(steps: int, noise: NoiseSchedule) -> Single:
    logs = _even(np.log(noise.sigma_max), np.log(noise.sigma_min), steps)
    return _rounded(np.exp(logs, dtype=np.float64))


def _karras(steps: int, noise: NoiseSchedule) -> Single:
    return karras(steps, noise.sigma_min, noise.sigma_max)


def _even(begin: float, end: float, steps: int) -> Single:
    """Evenly spaced values in float32, counted from the nearer end as torch.linspace does."""
    first, last = np.float32(begin), np.float32(end)
    stride = (last - first) / np.float32(max(1, steps - 1))
    index = np.arange(steps, dtype=np.float32)
    return np.where(index < (steps + 1) // 2, first + stride * index, last - stride * index[::-1])


def _rounded(values: NDArray[np.floating]) -> Single:
    return values.astype(np.float32)


#: Schedule type, as recipes call it, to the function that gives its levels without the final 0.
SCHEDULES: dict[str, Callable[[int, NoiseSchedule], Single]] = {
    "Uniform": _uniform,
    "Karras": _karras,
    "Exponential": _exponential,
    "SGM Uniform": _sgm_uniform,
    "Simple": _simple,
    "Normal": _uniform,
    "DDIM": _ddim,
}
