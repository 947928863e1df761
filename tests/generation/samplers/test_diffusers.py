"""Samplers against diffusers' schedulers of their kind, where those agree.

Schedulers that round timesteps are given this project's own levels, with fractional timesteps.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.schedulers import scheduling_dpmsolver_multistep, scheduling_euler_ancestral_discrete
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from diffusers.schedulers.scheduling_euler_ancestral_discrete import EulerAncestralDiscreteScheduler
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
from diffusers.schedulers.scheduling_heun_discrete import HeunDiscreteScheduler
from diffusers.schedulers.scheduling_lms_discrete import LMSDiscreteScheduler
from diffusers.schedulers.scheduling_unipc_multistep import UniPCMultistepScheduler

from generation.samplers import SamplerTable, run, start, table
from generation.samplers.schedules import stable_diffusion_alphas
from tests.conformance import toys

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SHAPE = (1, 4, 8, 8)
TRAINED: dict[str, Any] = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
LINSPACE: dict[str, Any] = TRAINED | {"timestep_spacing": "linspace"}
STEPS = [10, 20, 64]


def noise(index: int = 0) -> np.ndarray:
    return np.random.default_rng([7, index]).normal(size=SHAPE)


def draws() -> Callable[..., torch.Tensor]:
    """Stands for the function by which schedulers draw, and gives the noises that tables are given here."""
    index = count(1)
    return lambda *_, **__: torch.from_numpy(noise(next(index)))


def by_scheduler(scheduler: Any, x: np.ndarray, timesteps: Any = None) -> np.ndarray:
    """What a scheduler makes of latents ``x``, in float64."""
    network = toys.network(toys.modes)
    latents = torch.from_numpy(x)
    for timestep in scheduler.timesteps if timesteps is None else timesteps:
        model_input = scheduler.scale_model_input(latents, timestep).numpy()
        out = torch.from_numpy(network(model_input, float(timestep)))
        latents = scheduler.step(out, timestep, latents).prev_sample
    return latents.numpy()


def by_table(made: SamplerTable) -> np.ndarray:
    return run(made, toys.network(toys.modes), start(made, noise()), lambda row: noise(row + 1))


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize(
    ("name", "scheduler", "options"),
    [
        ("Euler", EulerDiscreteScheduler, {}),
        ("Euler Karras", EulerDiscreteScheduler, {"use_karras_sigmas": True}),
        ("Heun", HeunDiscreteScheduler, {}),
        ("LMS", LMSDiscreteScheduler, {}),
    ],
)
def test_in_the_variance_exploding_scale(name: str, scheduler: Any, options: dict[str, Any], steps: int) -> None:
    theirs = scheduler(**LINSPACE, **options)
    theirs.set_timesteps(steps)
    made = table(name, steps)
    expected = by_scheduler(theirs, noise() * made.noise_scale)
    np.testing.assert_allclose(by_table(made), expected, rtol=0, atol=5e-5)


@pytest.mark.parametrize("steps", STEPS)
def test_euler_ancestral(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling_euler_ancestral_discrete, "randn_tensor", draws())
    theirs = EulerAncestralDiscreteScheduler(**LINSPACE)
    theirs.set_timesteps(steps)
    made = table("Euler a", steps)
    expected = by_scheduler(theirs, noise() * made.noise_scale)
    np.testing.assert_allclose(by_table(made), expected, rtol=0, atol=2e-4)


@pytest.mark.parametrize("steps", [10, 20, 50])
def test_ddim(steps: int) -> None:
    theirs = DDIMScheduler(
        **TRAINED, timestep_spacing="leading", steps_offset=1, set_alpha_to_one=False, clip_sample=False
    )
    theirs.set_timesteps(steps)
    made = table("DDIM", steps)
    expected = by_scheduler(theirs, noise(), theirs.timesteps[:-1])
    np.testing.assert_allclose(by_table(made), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("steps", [20, 50])
def test_unipc(steps: int) -> None:
    theirs = UniPCMultistepScheduler(**LINSPACE, solver_order=3, solver_type="bh1", final_sigmas_type="sigma_min")
    theirs.set_timesteps(steps)
    np.testing.assert_allclose(by_table(table("UniPC", steps)), by_scheduler(theirs, noise()), rtol=0, atol=2e-3)


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize(
    ("name", "algorithm"),
    [
        ("DPM++ 2M Karras", "dpmsolver++"),
        ("DPM++ 2M Uniform", "dpmsolver++"),
        ("DPM++ 2M SDE Karras", "sde-dpmsolver++"),
        ("DPM++ 2M SDE Exponential", "sde-dpmsolver++"),
    ],
)
def test_dpmpp_2m_on_the_same_levels(name: str, algorithm: Any, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling_dpmsolver_multistep, "randn_tensor", draws())
    made = table(name, steps)
    theirs = DPMSolverMultistepScheduler(
        **TRAINED, algorithm_type=algorithm, solver_order=2, final_sigmas_type="zero", euler_at_final=True
    )
    theirs.set_timesteps(steps)
    sigmas = np.append(np.sqrt(1 / made.input_scale**2 - 1), 0.0)
    theirs.sigmas = torch.from_numpy(sigmas)
    theirs.timesteps = torch.from_numpy(made.timestep.copy())
    expected = by_scheduler(theirs, noise() * sigmas[0] / np.hypot(1, sigmas[0]))
    np.testing.assert_allclose(by_table(made), expected, rtol=0, atol=1e-5)


def test_the_noise_schedule_is_diffusers_own() -> None:
    theirs = DDIMScheduler(**TRAINED).alphas_cumprod.numpy()
    np.testing.assert_allclose(stable_diffusion_alphas(), theirs, rtol=2e-5)
