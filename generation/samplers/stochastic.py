"""Samplers that add fresh noise on the way, in the variance-exploding scale.

The ancestral ones step down to a level below the next one and come back up with noise. Those named SDE follow the
diffusion SDE along a Brownian path that is indexed by sigma. ``eta`` scales the noise: 0 none, 1 that of the
reverse process. ``t = -log(sigma)``; a step from sigma to ``to`` has ``h = log(sigma / to)``.
"""

from itertools import pairwise

import numpy as np

from generation.samplers.deterministic import heun_step, midpoint_step, multistep
from generation.samplers.schedules import Vector, karras
from generation.samplers.trace import Trace


def euler_ancestral(trace: Trace, x: Vector, sigmas: Vector, eta: float) -> Vector:
    """Ancestral sampling with Euler's method: Song et al. 2021 (arXiv:2011.13456), appendix F, in sigma."""
    for sigma, to in pairwise(sigmas):
        down, up = ancestral_step(sigma, to, eta)
        x = x + (down - sigma) * trace.slope(x, sigma)
        if to > 0:
            x = x + up * trace.noise()
    return x


def dpm2_ancestral(trace: Trace, x: Vector, sigmas: Vector, eta: float) -> Vector:
    """DPM-Solver-2 (Lu et al. 2022, arXiv:2206.00927) down to the ancestral level, then noise."""
    for sigma, to in pairwise(sigmas):
        down, up = ancestral_step(sigma, to, eta)
        x = midpoint_step(trace, x, sigma, down)
        if to > 0:
            x = x + up * trace.noise()
    return x


def dpmpp_2s_ancestral(trace: Trace, x: Vector, sigmas: Vector, eta: float) -> Vector:
    """DPM-Solver++(2S) (Lu et al. 2022, arXiv:2211.01095, algorithm 1, r = 1/2) down, then noise."""
    for sigma, to in pairwise(sigmas):
        down, up = ancestral_step(sigma, to, eta)
        denoised = trace.denoised(x, sigma)
        if down == 0:
            x = denoised
        else:
            middle = np.sqrt(sigma * down)
            x_middle = _toward(denoised, x, sigma, middle)
            x = _toward(trace.denoised(x_middle, middle), x, sigma, down)
        if to > 0:
            x = x + up * trace.noise()
    return x


def dpmpp_sde(trace: Trace, x: Vector, sigmas: Vector, eta: float) -> Vector:
    """The two-stage solver of DPM-Solver++ made stochastic: an ancestral step at its midpoint and at its end."""
    for sigma, to in pairwise(sigmas):
        denoised = trace.denoised(x, sigma)
        if to == 0:
            return denoised
        middle = np.sqrt(sigma * to)
        begin, halfway, end = _by_way_of_logs(sigma, to)
        down, up = ancestral_step(sigma, middle, eta)
        x_middle = _toward(denoised, x, sigma, down) + up * trace.noise((begin, halfway))
        down, up = ancestral_step(sigma, to, eta)
        x = _toward(trace.denoised(x_middle, middle), x, sigma, down) + up * trace.noise((begin, end))
    return x


def dpmpp_2m_sde(trace: Trace, x: Vector, sigmas: Vector, eta: float) -> Vector:
    """SDE-DPM-Solver++(2M), midpoint form: Lu et al. 2022 (arXiv:2211.01095), its solvers of the SDE."""
    return multistep(trace, x, sigmas, lambda x, guess, sigma, to: _sde_step(trace, x, guess, sigma, to, eta))


def dpmpp_3m_sde(trace: Trace, x: Vector, sigmas: Vector, eta: float) -> Vector:
    """The same with a quadratic through the last three: an exponential integrator of third order.

    Its weights are the phi functions of Hochbruck and Ostermann 2010 (Acta Numerica 19), section 2.
    """
    past: list[Vector] = []
    steps: list[float] = []
    for sigma, to in pairwise(sigmas):
        denoised = trace.denoised(x, sigma)
        if to == 0:
            return denoised
        h = np.log(sigma / to)
        x = _sde_step(trace, x, denoised, sigma, to, eta) + _curvature(denoised, past, h, steps, eta)
        past, steps = [denoised, *past[:1]], [h, *steps[:1]]
    return x


def restart(trace: Trace, x: Vector, sigmas: Vector, _eta: float) -> Vector:
    """Restart sampling with Heun's method: Xu et al. 2023 (arXiv:2306.14878), section 3.

    From 20 steps on, some of the steps are spent on going back from sigma 0.1 to 2 and down again, on Karras levels:
    9 of them once, or from 36 on two times a quarter of them.
    """
    level = float(sigmas[0])
    for sigma, to in _restart_plan(sigmas):
        if sigma > level:
            x = x + np.sqrt(sigma**2 - level**2) * trace.noise()
        x = heun_step(trace, x, sigma, to)
        level = to
    return x


def ancestral_step(sigma: float, to: float, eta: float) -> tuple[float, float]:
    """Split the level ``to`` into one to step down to and the noise to add after it, ``down² + up² = to²``.

    With eta 1 the noise has the variance of the reverse process's posterior: Song et al. 2021, appendix F.
    """
    up = min(to, eta * to * np.sqrt(max(0.0, sigma**2 - to**2)) / sigma)
    return float(np.sqrt(to**2 - up**2)), float(up)


def _by_way_of_logs(sigma: float, to: float) -> tuple[float, float, float]:
    """The two levels, and the one halfway in log sigma between them, as they come back from float32 logs.

    A Brownian path tells points apart that lie a millionth from each other, so whoever asks for the points that others
    ask for must round as they do.
    """
    begin, end = (np.float32(-np.log(level)) for level in (sigma, to))
    times = (begin, begin + (end - begin) * np.float32(0.5), end)
    first, halfway, last = (float(np.float32(np.exp(-np.float64(time)))) for time in times)
    return first, halfway, last


def _toward(denoised: Vector, x: Vector, sigma: float, to: float) -> Vector:
    """First-order step of DPM-Solver++: DDIM's in this scale: Lu et al. 2022 (arXiv:2211.01095), with alpha = 1."""
    return to / sigma * x + (1 - to / sigma) * denoised


def _sde_step(trace: Trace, x: Vector, guess: Vector, sigma: float, to: float, eta: float) -> Vector:
    """First-order step of the diffusion SDE, exact for a constant ``guess`` of the picture."""
    h = np.log(sigma / to)
    stepped = to / sigma * np.exp(-eta * h) * x - np.expm1(-h * (1 + eta)) * guess
    return stepped + to * np.sqrt(-np.expm1(-2 * eta * h)) * trace.noise((sigma, to))


def _curvature(denoised: Vector, past: list[Vector], h: float, steps: list[float], eta: float) -> Vector:
    """What first and second differences of the last estimates add to a step that held the latest one constant."""
    if not past:
        return np.zeros_like(denoised)
    h_eta = h * (1 + eta)
    phi_2 = np.expm1(-h_eta) / h_eta + 1
    first = (denoised - past[0]) * h / steps[0]
    if len(past) == 1:
        return phi_2 * first
    phi_3 = phi_2 / h_eta - 0.5
    r_0, r_1 = steps[0] / h, steps[1] / h
    change = (first - (past[0] - past[1]) / r_1) / (r_0 + r_1)
    return phi_2 * (first + r_0 * change) - phi_3 * change


def _restart_plan(sigmas: Vector) -> list[tuple[float, float]]:
    """Pairs of levels to step between; one that begins above the end of the one before it follows a restart."""
    steps = len(sigmas) - 1
    if steps < 20:
        return list(pairwise(sigmas.tolist()))
    length, times = (steps // 4, 2) if steps >= 36 else (9, 1)
    levels = np.append(karras(steps - length * times, float(sigmas[-2]), float(sigmas[0])), 0.0)
    low, high = (int(np.abs(levels - level).argmin()) for level in (0.1, 2.0))
    down = list(pairwise(levels.tolist()))
    again = list(pairwise(karras(length + 1, float(levels[low]), float(levels[high])).tolist()))
    return down[:low] + again * times + down[low:]
