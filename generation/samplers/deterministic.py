"""Samplers that follow the probability-flow ODE and draw no noise on the way, in the variance-exploding scale.

In the papers' words: ``sigma`` is the noise level, ``t = -log(sigma)`` half the log signal-to-noise ratio, and the ODE
``dx/dsigma = (x - denoised(x, sigma)) / sigma`` (Karras et al. 2022, arXiv:2206.00364, equations 1 and 3).
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from generation.samplers.schedules import Vector
from generation.samplers.trace import Trace

LMS_ORDER = 4

#: Goes from the latents, a guess of the picture, and sigma, to the latents at the next sigma.
Advance = Callable[[Vector, Vector, float, float], Vector]


def euler(trace: Trace, x: Vector, sigmas: Vector, _eta: float) -> Vector:
    """Euler's method: Karras et al. 2022, algorithm 1 without its correction."""
    for sigma, to in pairwise(sigmas):
        x = x + (to - sigma) * trace.slope(x, sigma)
    return x


def heun(trace: Trace, x: Vector, sigmas: Vector, _eta: float) -> Vector:
    """Heun's method: Karras et al. 2022, algorithm 1."""
    for sigma, to in pairwise(sigmas):
        x = heun_step(trace, x, sigma, to)
    return x


def heun_step(trace: Trace, x: Vector, sigma: float, to: float) -> Vector:
    """One step of Heun's method; the one that ends at 0, where the slope has no meaning, is Euler's."""
    slope = trace.slope(x, sigma)
    ahead = x + (to - sigma) * slope
    if to == 0:
        return ahead
    return x + (to - sigma) * (slope + trace.slope(ahead, to)) / 2


def dpm2(trace: Trace, x: Vector, sigmas: Vector, _eta: float) -> Vector:
    """DPM-Solver-2: Lu et al. 2022 (arXiv:2206.00927), algorithm 1 with r = 1/2, as a midpoint rule in sigma."""
    for sigma, to in pairwise(sigmas):
        x = midpoint_step(trace, x, sigma, to)
    return x


def midpoint_step(trace: Trace, x: Vector, sigma: float, to: float) -> Vector:
    """One step with the slope halfway in log sigma; the one that ends at 0 is Euler's."""
    slope = trace.slope(x, sigma)
    if to == 0:
        return x - sigma * slope
    middle = np.sqrt(sigma * to)
    return x + (to - sigma) * trace.slope(x + (middle - sigma) * slope, middle)


def lms(trace: Trace, x: Vector, sigmas: Vector, _eta: float) -> Vector:
    """Linear multistep (Adams-Bashforth, order 4, uneven steps) on the slope in sigma."""
    slopes: list[Vector] = []
    for step, (sigma, to) in enumerate(pairwise(sigmas)):
        slopes.insert(0, trace.slope(x, sigma))
        past = sigmas[step::-1][:LMS_ORDER]
        for weight, slope in zip(_adams_bashforth(past, sigma, to), slopes, strict=False):
            x = x + weight * slope
    return x


def dpmpp_2m(trace: Trace, x: Vector, sigmas: Vector, _eta: float) -> Vector:
    """DPM-Solver++(2M): Lu et al. 2022 (arXiv:2211.01095), algorithm 2; the last step is of first order."""
    return multistep(
        trace, x, sigmas, lambda x, guess, sigma, to: to / sigma * x - np.expm1(-np.log(sigma / to)) * guess
    )


def multistep(trace: Trace, x: Vector, sigmas: Vector, advance: Advance) -> Vector:
    """The two-step recursion of DPM-Solver++(2M): ``advance`` goes on with a guess drawn from two denoised pictures."""
    previous, h_previous = None, 0.0
    for sigma, to in pairwise(sigmas):
        denoised = trace.denoised(x, sigma)
        if to == 0:
            return denoised
        h = np.log(sigma / to)
        guess = denoised
        if previous is not None:
            guess = denoised + (denoised - previous) * h / (2 * h_previous)
        x = advance(x, guess, sigma, to)
        previous, h_previous = denoised, h
    return x


def _adams_bashforth(nodes: Vector, begin: float, end: float) -> list[float]:
    """Integrals over [begin, end] of the Lagrange polynomials on ``nodes``, of which there are at most 4.

    Gauss and Legendre's rule with two points integrates cubics exactly.
    """
    points = (begin + end) / 2 + (end - begin) / 2 * np.array([-1.0, 1.0]) / np.sqrt(3)
    weights = []
    for index, node in enumerate(nodes):
        others = np.delete(nodes, index)
        basis = np.prod((points[:, None] - others) / (node - others), axis=1)
        weights.append(float((end - begin) * basis.mean()))
    return weights
