"""The closed-form networks that sampler vectors were measured on: they know the noise level and act on each cell."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generation.samplers.schedules import stable_diffusion_alphas

Array = NDArray[np.floating]
Denoiser = Callable[[Array, float], Array]

_ALPHAS = stable_diffusion_alphas()
_LOG_SIGMAS = 0.5 * np.log((1 - _ALPHAS) / _ALPHAS)


def unit(x: Array, sigma: float) -> Array:
    """The best guess where cells are standard normal."""
    return x / (1 + sigma**2)


def modes(x: Array, sigma: float) -> Array:
    """The best guess where cells are near 0.8 or near -0.8: small differences grow."""
    variance = 0.09 + sigma**2
    return (0.09 * x + 0.8 * sigma**2 * np.tanh(0.8 * x / variance)) / variance


def shift(mean: float) -> Denoiser:
    """The best guess where cells are normal around ``mean``."""
    return lambda x, sigma: mean + (x - mean) * 0.36 / (0.36 + sigma**2)


def sigma_at(timestep: float) -> float:
    """Noise level at a timestep; its log is linear between whole ones."""
    return float(np.exp(np.interp(timestep, np.arange(len(_LOG_SIGMAS)), _LOG_SIGMAS)))


def network(denoiser: Denoiser, prediction: str = "epsilon") -> Callable[[Array, float], Array]:
    """A network of ``(variance-preserving latents, timestep)`` that sees what ``denoiser`` sees."""

    def predict(latents: Array, timestep: float) -> Array:
        sigma = sigma_at(timestep)
        scale = np.hypot(1, sigma)
        picture = denoiser(latents * scale, sigma)
        epsilon = (latents * scale - picture) / sigma
        return epsilon if prediction == "epsilon" else (epsilon - sigma * picture) / scale

    return predict


def guided(conditions: Sequence[tuple[float, float]], negative: float, scale: float) -> Callable[[Array, float], Array]:
    """Guidance over several prompts, (what it asks for, weight), away from a negative one."""
    away = network(shift(negative))
    toward = [(network(shift(mean)), weight) for mean, weight in conditions]

    def predict(latents: Array, timestep: float) -> Array:
        base = away(latents, timestep)
        return base + sum(scale * weight * (each(latents, timestep) - base) for each, weight in toward)

    return predict


def of_case(case: dict[str, Any]) -> Callable[[Array, float], Array]:
    if "cond" in case:
        return guided(case["cond"], case["uncond"], case["cfg_scale"])
    return network({"unit": unit, "modes": modes}[case["toy"]])
