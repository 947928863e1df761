"""Samplers on the timesteps that a network was trained on, in the variance-preserving scale: DDIM, PLMS, UniPC.

``timesteps`` rise, as :func:`generation.samplers.schedules.even_timesteps` gives them. ``a`` is the cumulative product
of the alphas at a timestep.
"""

import math
from itertools import pairwise

import numpy as np

from generation.samplers.schedules import Vector
from generation.samplers.trace import Trace

UNIPC_ORDER = 3


def ddim(trace: Trace, x: Vector, timesteps: list[int], eta: float) -> Vector:
    """DDIM: Song et al. 2020 (arXiv:2010.02502), equations 12 and 16. It ends at the first timestep, uncalled."""
    alphas = trace.schedule.alphas_cumprod
    for timestep, to in _downward(timesteps):
        a, a_to = alphas[timestep], alphas[to]
        up = eta * np.sqrt((1 - a_to) / (1 - a) * (1 - a / a_to))
        x = _transfer(x, trace.epsilon(x, timestep), a, a_to, up)
        if eta > 0:
            x = x + up * trace.noise()
    return x


def plms(trace: Trace, x: Vector, timesteps: list[int], _eta: float) -> Vector:
    """Pseudo linear multistep: Liu et al. 2022 (arXiv:2202.09778), equation 12, begun with one of improved Euler.

    The call that this first step makes ahead of itself is not remembered.
    """
    alphas = trace.schedule.alphas_cumprod
    past: list[Vector] = []
    for timestep, to in _downward(timesteps):
        epsilon = trace.epsilon(x, timestep)
        if past:
            guess = _adams_bashforth([epsilon, *past])
        else:
            ahead = _transfer(x, epsilon, alphas[timestep], alphas[to])
            guess = (epsilon + trace.epsilon(ahead, to)) / 2
        x = _transfer(x, guess, alphas[timestep], alphas[to])
        past = [epsilon, *past[:2]]
    return x


def unipc(trace: Trace, x: Vector, times: Vector, _eta: float) -> Vector:
    """UniPC: Zhao et al. 2023 (arXiv:2302.04867), algorithms 1 and 2 on data prediction, B(h) = h, order 3 at most.

    ``times`` fall and count from 1, as in the paper; the network is asked about the timestep one below. The order rises
    in the first steps and falls in the last ones. The last point is predicted and neither called on nor corrected.
    """
    points = [_UniPCPoint(trace, float(time)) for time in times]
    steps = len(points) - 1
    highest = min(UNIPC_ORDER, steps)
    corrected = x
    past = [(points[0].half_log_snr, trace.sample(x, points[0].timestep, points[0].alpha))]
    for step, (here, there) in enumerate(pairwise(points)):
        order = step + 1 if step + 1 < highest else min(highest, steps - step)
        predicted = _unipc_step(corrected, here, there, past[:order])
        if step + 1 == steps:
            return predicted
        seen = (there.half_log_snr, trace.sample(predicted, there.timestep, there.alpha))
        corrected = _unipc_step(corrected, here, there, past[:order], seen)
        past = [seen, *past[: UNIPC_ORDER - 1]]
    return corrected


class _UniPCPoint:
    """Where a latent stands at a time: its share of picture and of noise, and lambda = log(alpha / sigma)."""

    def __init__(self, trace: Trace, time: float) -> None:
        self.timestep = time - 1
        log_alpha = trace.schedule.log_alpha(self.timestep)
        self.alpha = float(np.exp(log_alpha))
        self.sigma = float(np.sqrt(-np.expm1(2 * log_alpha)))
        self.half_log_snr = log_alpha - float(np.log(self.sigma))


def _unipc_step(
    x: Vector,
    here: _UniPCPoint,
    there: _UniPCPoint,
    past: list[tuple[float, Vector]],
    seen: tuple[float, Vector] | None = None,
) -> Vector:
    """Predict the latents ``there``, or correct them once the picture has been ``seen`` there.

    ``past``: (lambda, picture seen) at the latest points, newest first, as many as the order.
    """
    h = there.half_log_snr - here.half_log_snr
    _, newest = past[0]
    others = past[1:] if seen is None else [*past[1:], seen]
    ratios = np.array([(half_log_snr - here.half_log_snr) / h for half_log_snr, _ in others])
    stepped = there.sigma / here.sigma * x - there.alpha * np.expm1(-h) * newest
    for weight, ratio, (_, picture) in zip(_unipc_weights(ratios, h), ratios, others, strict=True):
        stepped = stepped + there.alpha * h * weight / ratio * (picture - newest)
    return stepped


def _unipc_weights(ratios: Vector, h: float) -> Vector:
    """Weights of the differences: the linear system of the paper's section 3.1. A single one has 1/2 for any B(h)."""
    if len(ratios) < 2:
        return np.full(len(ratios), 0.5)
    right: list[float] = []
    phi, factorial = np.expm1(-h) / -h - 1, 1.0
    for power in range(1, len(ratios) + 1):
        right.append(phi * factorial / -h)
        factorial *= power + 1
        phi = phi / -h - 1 / factorial
    return np.linalg.solve(np.vander(ratios, increasing=True).T, np.array(right)).astype(np.float64)


def _downward(timesteps: list[int]) -> list[tuple[int, int]]:
    return list(pairwise(reversed(timesteps)))


def _transfer(x: Vector, epsilon: Vector, a: float, a_to: float, up: float = 0.0) -> Vector:
    """Move x to another timestep along the noise seen in it, leaving room for fresh noise of deviation ``up``."""
    picture = (x - math.sqrt(1 - a) * epsilon) / math.sqrt(a)
    return math.sqrt(a_to) * picture + math.sqrt(1 - a_to - up**2) * epsilon


def _adams_bashforth(newest_first: list[Vector]) -> Vector:
    """Extrapolate from the last 2, 3 or 4 on even steps."""
    numerators, denominator = {
        2: ((3, -1), 2),
        3: ((23, -16, 5), 12),
        4: ((55, -59, 37, -9), 24),
    }[len(newest_first)]
    return np.array(numerators, dtype=np.float64) / denominator @ np.stack(newest_first)
