"""Tables as such: whatever the sampler, they are finite, consistent, and draw the picture that the network knows."""

import dataclasses
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.errors import InvalidChoice
from generation.noise import PictureNoise, PictureSeed
from generation.samplers import ImageToImage, Prediction, SamplerTable, run, start, table
from generation.samplers.names import NAMES, SAMPLERS, least_steps, parts
from generation.samplers.schedules import NoiseSchedule, stable_diffusion_alphas
from tests.conformance import toys

names = st.sampled_from(NAMES)
STOCHASTIC = [name for name in NAMES if SAMPLERS[parts(name)[0]].eta == 1]
DETERMINISTIC = [name for name in NAMES if name not in STOCHASTIC and name != "Restart"]
SHAPE = (4, 4, 6)


def draw(made: SamplerTable, denoiser: toys.Denoiser, seed: int = 5, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    noise = PictureNoise(PictureSeed(seed=seed, shape=shape))
    network = toys.network(denoiser, made.prediction)
    return run(made, network, start(made, noise.initial()), lambda row: noise.of_row(made, row))


@given(names, st.integers(1, 150), st.sampled_from(get_args(Prediction)), st.none() | st.floats(0, 1))
def test_tables_are_finite_and_fit_together(name: str, steps: int, prediction: Any, eta: float | None) -> None:
    made = table(name, steps, prediction=prediction, eta=eta)
    rows = len(made)
    for field in dataclasses.fields(made):
        value = getattr(made, field.name)
        if isinstance(value, np.ndarray):
            assert len(value) == rows
            assert np.isfinite(value).all()
            assert not value.flags.writeable
    for columns in (made.kept, made.noise):
        reaches_before_the_start = np.arange(columns.shape[1]) > np.arange(rows)[:, None]
        assert not columns[reaches_before_the_start].any()
    assert not made.noise[:, 0][~made.draws].any()
    assert ((made.timestep >= 0) & (made.timestep <= 999)).all()


@given(names, st.integers(1, 60))
def test_memory_is_short(name: str, steps: int) -> None:
    made = table(name, steps)
    assert made.kept.shape[1] <= 5
    assert made.noise.shape[1] <= 2


@settings(max_examples=40)
@given(names, st.integers(2, 40))
def test_a_network_that_knows_the_picture_has_it_drawn(name: str, steps: int) -> None:
    """Down to the noise that samplers on timesteps end with."""
    picture = np.linspace(-1, 1, int(np.prod(SHAPE))).reshape(SHAPE)
    drawn = draw(table(name, steps), lambda x, sigma: picture + 0 * x)
    on_timesteps = parts(name)[1] is None
    np.testing.assert_allclose(drawn, picture, rtol=0, atol=0.25 if on_timesteps else 1e-6)


@settings(max_examples=30)
@given(names, st.integers(2, 30))
def test_epsilon_and_v_draw_the_same(name: str, steps: int) -> None:
    by_epsilon, by_v = (draw(table(name, steps, prediction=each), toys.shift(0.4)) for each in get_args(Prediction))
    np.testing.assert_allclose(by_v, by_epsilon, rtol=0, atol=2e-3 if name == "UniPC" else 1e-6)


@given(names, st.integers(2, 30), st.sampled_from(get_args(Prediction)))
def test_the_present_estimate_is_the_denoised_picture(name: str, steps: int, prediction: Any) -> None:
    made = table(name, steps, prediction=prediction)
    network = toys.network(toys.shift(0.4), prediction)
    x = np.random.default_rng(steps).normal(size=SHAPE)
    for row in range(len(made)):
        timestep = float(made.timestep[row])
        out = network(made.input_scale[row] * x, timestep)
        seen = made.denoised_x[row] * x + made.denoised_out[row] * out
        sigma = toys.sigma_at(timestep)
        expected = toys.shift(0.4)(made.input_scale[row] * x * np.hypot(1, sigma), sigma)
        np.testing.assert_allclose(seen, expected, rtol=0, atol=2e-2 if name == "UniPC" else 1e-3)


@pytest.mark.parametrize("name", DETERMINISTIC)
def test_more_steps_come_nearer_to_the_exact_flow(name: str) -> None:
    """Where cells are normal, the flow only rescales: exactly known, from any level to any other."""
    made = {steps: table(name, steps) for steps in (10, 40)}
    errors = {steps: np.abs(_exact(each) - draw(each, toys.unit)).max() for steps, each in made.items()}
    assert errors[40] < errors[10] / 2
    assert errors[40] < 0.25


def _exact(made: SamplerTable) -> np.ndarray:
    """Where the first noise flows; samplers on timesteps keep cells of deviation 1 as they are."""
    begun = start(made, PictureNoise(PictureSeed(seed=5, shape=SHAPE)).initial())
    return begun / np.hypot(1, made.noise_scale) if parts(made.sampler)[1] else begun


@pytest.mark.parametrize("name", STOCHASTIC)
def test_added_noise_keeps_the_spread_of_pictures(name: str) -> None:
    """Where cells are standard normal, drawn ones are, too: what noise adds is what the steps took away."""
    drawn = draw(table(name, 50), toys.unit, shape=(4, 24, 24))
    assert drawn.std() == pytest.approx(1, abs=0.08)
    assert drawn.mean() == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("name", STOCHASTIC)
def test_without_eta_no_noise_is_added(name: str) -> None:
    assert not table(name, 20, eta=0.0).noise.any()


def test_eta_does_not_change_samplers_that_take_none() -> None:
    assert table("Euler", 20, eta=0.5) is table("Euler", 20)


def test_ddim_with_eta_draws() -> None:
    assert table("DDIM", 20, eta=1.0).draws.all()
    assert not table("DDIM", 20).draws.any()


def test_tables_are_cached_by_what_they_depend_on() -> None:
    alphas = stable_diffusion_alphas()
    assert table("k_euler", 20, alphas_cumprod=alphas) is table("Euler", 20)
    assert table("Euler", 20, prediction="v_prediction") is not table("Euler", 20)
    assert table("Euler", 20, alphas_cumprod=alphas * 0.99) is not table("Euler", 20)


def test_other_noise_schedules() -> None:
    alphas = np.cos(np.linspace(0.05, 1.5, 400)) ** 2
    made = table("DPM++ 2M Karras", 12, alphas_cumprod=alphas)
    assert made.timestep[0] == pytest.approx(399, abs=1e-3)
    assert made.noise_scale == pytest.approx(NoiseSchedule(alphas).sigma_max)
    assert len(table("UniPC", 10, alphas_cumprod=alphas)) == 10


def test_image_to_image_begins_in_between() -> None:
    made = table("Euler", 20, image_to_image=ImageToImage(20, 12))
    whole = table("Euler", 20)
    assert made.latent_scale == 1
    np.testing.assert_array_equal(made.timestep, whole.timestep[-13:])
    np.testing.assert_allclose(made.carry, whole.carry[-13:])
    latent, noise = np.full(SHAPE, 2.0), np.ones(SHAPE)
    np.testing.assert_allclose(start(made, noise, latent), 2 + made.noise_scale)


@pytest.mark.parametrize("name", ["DDIM", "PLMS", "UniPC"])
def test_image_to_image_on_timesteps_keeps_the_variance(name: str) -> None:
    made = table(name, 20, image_to_image=ImageToImage(20, 12))
    assert made.noise_scale**2 + made.latent_scale**2 == pytest.approx(1)
    assert 0 < len(made) < len(table(name, 20))


@pytest.mark.parametrize("name", ["DDIM", "PLMS"])
def test_too_few_steps_give_an_empty_table(name: str) -> None:
    assert len(table(name, least_steps(name) - 1)) == 0


def test_no_steps_are_refused() -> None:
    with pytest.raises(InvalidChoice, match="at least one step"):
        table("Euler", 0)


@pytest.mark.parametrize("name", NAMES)
def test_thousands_of_steps(name: str) -> None:
    made = table(name, 3000)
    assert np.isfinite(made.kept).all()
