"""Noise schedules: levels fall from noise to picture, and timesteps and sigmas lead to one another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.errors import InvalidChoice
from generation.samplers.schedules import (
    SCHEDULES,
    NoiseSchedule,
    even_timesteps,
    karras,
    sigmas_of,
    stable_diffusion_alphas,
)

NOISE = NoiseSchedule(stable_diffusion_alphas())


@given(st.sampled_from(sorted(SCHEDULES)), st.integers(1, 400))
def test_levels_fall_to_zero_within_the_range(schedule: str, steps: int) -> None:
    sigmas = sigmas_of(schedule, steps, NOISE)
    assert sigmas[-1] == 0
    assert (np.diff(sigmas) < 0).all()
    assert sigmas[0] <= NOISE.sigma_max * (1 + 1e-6)
    if schedule != "DDIM":
        assert len(sigmas) == steps + 1


@given(st.floats(0, 999))
def test_timestep_and_sigma_are_inverse(timestep: float) -> None:
    sigma = NOISE.sigma(np.array([timestep], dtype=np.float32))
    assert NOISE.timestep(float(sigma[0])) == pytest.approx(timestep, abs=2e-3)


def test_levels_beyond_the_schedule_have_the_timesteps_of_its_ends() -> None:
    assert NOISE.timestep(1e-5) == 0
    assert NOISE.timestep(1e5) == 999


def test_karras_is_even_in_the_seventh_root() -> None:
    roots = karras(9, 0.03, 14.6).astype(np.float64) ** (1 / 7)
    np.testing.assert_allclose(np.diff(roots), np.diff(roots)[0], rtol=1e-5)


def test_strides_are_whole() -> None:
    assert even_timesteps(4).tolist() == [1, 251, 501, 751]
    assert len(even_timesteps(64)) == 67
    assert even_timesteps(5000).tolist()[-2:] == [999, 999]


def test_too_many_steps_for_a_schedule_on_whole_timesteps_are_refused() -> None:
    with pytest.raises(InvalidChoice, match="not enough noise levels"):
        sigmas_of("Simple", 2001, NOISE)
