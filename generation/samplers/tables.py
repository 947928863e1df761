"""Makes the table for a sampler's name: chooses its levels or timesteps, runs it over unit vectors, reads it off."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from generation.errors import InvalidChoice
from generation.samplers import deterministic, stochastic, variance_preserving
from generation.samplers.image_to_image import ImageToImage
from generation.samplers.names import SAMPLERS, canonical, parts
from generation.samplers.schedules import NoiseSchedule, Vector, even_timesteps, sigmas_of, stable_diffusion_alphas
from generation.samplers.table import SamplerTable
from generation.samplers.trace import Prediction, Trace

#: Each takes the trace, the first latents, the levels or timesteps to go through, and eta; it gives the last latents.
_EXPLODING: dict[str, Callable[[Trace, Vector, Vector, float], Vector]] = {
    "Euler": deterministic.euler,
    "Heun": deterministic.heun,
    "LMS": deterministic.lms,
    "DPM2": deterministic.dpm2,
    "DPM++ 2M": deterministic.dpmpp_2m,
    "Euler a": stochastic.euler_ancestral,
    "DPM2 a": stochastic.dpm2_ancestral,
    "DPM++ 2S a": stochastic.dpmpp_2s_ancestral,
    "DPM++ SDE": stochastic.dpmpp_sde,
    "DPM++ 2M SDE": stochastic.dpmpp_2m_sde,
    "DPM++ 3M SDE": stochastic.dpmpp_3m_sde,
    "Restart": stochastic.restart,
}
_PRESERVING: dict[str, Callable[[Trace, Vector, list[int], float], Vector]] = {
    "DDIM": variance_preserving.ddim,
    "PLMS": variance_preserving.plms,
}


def table(
    sampler: str,
    steps: int,
    *,
    alphas_cumprod: ArrayLike | None = None,
    prediction: Prediction = "epsilon",
    eta: float | None = None,
    image_to_image: ImageToImage | None = None,
    discard_penultimate_sigma: bool = False,
) -> SamplerTable:
    """Return the table that ``sampler`` (any name of :func:`names.canonical`) follows in ``steps`` steps.

    ``alphas_cumprod``: the network's noise schedule, shape (T,), None for Stable Diffusion 1.x's. ``prediction``: what
    the network gives. ``eta``: None for the sampler's own; samplers that take none are not changed by it.
    ``image_to_image``: begin at a noised picture; its ``steps`` go before ``steps``. ``discard_penultimate_sigma``:
    leave out the lowest level before 0, as some samplers do anyway. Tables are cached. Raises InvalidChoice.
    """
    name = canonical(sampler)
    own_eta = SAMPLERS[parts(name)[0]].eta
    alphas = stable_diffusion_alphas() if alphas_cumprod is None else np.asarray(alphas_cumprod, dtype=np.float64)
    wanted = _Wanted(
        name=name,
        steps=image_to_image.steps if image_to_image else steps,
        encode=image_to_image.encode if image_to_image else None,
        alphas=alphas.tobytes(),
        prediction=prediction,
        eta=0.0 if own_eta is None else own_eta if eta is None else float(eta),
        discard=discard_penultimate_sigma or SAMPLERS[parts(name)[0]].drops_last_level,
    )
    if wanted.steps < 1:
        raise InvalidChoice("steps", f"A picture needs at least one step; {wanted.steps} is too few.")
    return _table(wanted)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """Everything a table depends on, in a form that can be looked up."""

    name: str
    steps: int
    encode: int | None
    alphas: bytes
    prediction: Prediction
    eta: float
    discard: bool

    @property
    def schedule(self) -> NoiseSchedule:
        return NoiseSchedule(np.frombuffer(self.alphas, dtype=np.float64))


@lru_cache(maxsize=256)
def _table(wanted: _Wanted) -> SamplerTable:
    return _on_timesteps(wanted) if parts(wanted.name)[1] is None else _on_sigmas(wanted)


def _on_sigmas(wanted: _Wanted) -> SamplerTable:
    noise = wanted.schedule
    sampler, schedule = parts(wanted.name)
    sigmas = sigmas_of(schedule or "Uniform", wanted.steps + wanted.discard, noise)
    if wanted.discard:
        sigmas = np.delete(sigmas, -2)
    followed = sigmas if wanted.encode is None else sigmas[wanted.steps - wanted.encode - 1 :]
    trace = Trace(noise, wanted.prediction)
    return trace.table(
        _EXPLODING[sampler](trace, trace.start, followed, wanted.eta),
        sampler=wanted.name,
        start=(float(followed[0]), 0.0 if wanted.encode is None else 1.0),
        sigma_range=(float(sigmas[-2]), float(sigmas[0])),
    )


def _on_timesteps(wanted: _Wanted) -> SamplerTable:
    noise = wanted.schedule
    timesteps = even_timesteps(wanted.steps, len(noise)).tolist()
    start, followed = (1.0, 0.0), timesteps
    if wanted.encode is not None:
        if wanted.encode >= len(timesteps):
            raise InvalidChoice(
                "steps", f"There are not enough timesteps for {wanted.encode + 1} steps of {wanted.name}."
            )
        a = float(noise.alphas_cumprod[timesteps[wanted.encode]])
        start, followed = ((1 - a) ** 0.5, a**0.5), timesteps[: wanted.encode]
    trace = Trace(noise, wanted.prediction)
    return trace.table(
        _follow(wanted, trace, followed),
        sampler=wanted.name,
        start=start,
        sigma_range=(noise.sigma_min, noise.sigma_max),
    )


def _follow(wanted: _Wanted, trace: Trace, timesteps: list[int]) -> Vector:
    """Run a sampler on timesteps; UniPC takes only their number, and where to begin from the highest of a part."""
    if not timesteps:
        return trace.start
    if wanted.name != "UniPC":
        return _PRESERVING[wanted.name](trace, trace.start, timesteps, wanted.eta)
    begin = len(trace.schedule) if wanted.encode is None else timesteps[-1] + 1
    times = np.linspace(begin, 1, len(timesteps) + 1)
    return variance_preserving.unipc(trace, trace.start, times, wanted.eta)
