"""Noise of a picture: from its request alone, whoever else is drawn and in which order."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.noise import CudaGenerator, PictureNoise, PictureSeed, slerp
from generation.samplers import table

SHAPE = (4, 6, 10)
seeds = st.integers(0, 2**64 - 1)


def noises(draws: int = 3, **choices) -> list[np.ndarray]:
    noise = PictureNoise(PictureSeed(**{"seed": 1, "shape": SHAPE} | choices))
    return [noise.initial(), *(noise.next() for _ in range(draws))]


def same(one: list[np.ndarray], other: list[np.ndarray]) -> list[bool]:
    return [np.array_equal(mine, theirs) for mine, theirs in zip(one, other, strict=True)]


def test_philox_as_its_authors_have_it() -> None:
    """Known answer of Random123's test vectors: zero key, zero counter give the words 6627e8d5 e169c58d …"""
    u, v = (word * 2.3283064365386963e-10 + 2.3283064365386963e-10 / 2 for word in (0x6627E8D5, 0xE169C58D))
    expected = np.sqrt(-2 * np.log(u)) * np.sin(2 * np.pi * v)
    assert CudaGenerator(0).randn((1,))[0] == pytest.approx(expected, abs=1e-6)


@given(seeds, st.integers(1, 20000), st.integers(1, 20000))
def test_a_value_depends_on_its_index_alone(seed: int, size: int, other: int) -> None:
    fewer = min(size, other)
    one, two = CudaGenerator(seed).randn((size,)), CudaGenerator(seed).randn((other,))
    np.testing.assert_array_equal(one[:fewer], two[:fewer])
    assert one.dtype == np.float32


@settings(max_examples=20)
@given(seeds)
def test_noise_is_normal_and_draws_differ(seed: int) -> None:
    generator = CudaGenerator(seed)
    first, second = generator.randn((4, 64, 64)), generator.randn((4, 64, 64))
    assert first.mean() == pytest.approx(0, abs=0.05)
    assert first.std() == pytest.approx(1, abs=0.05)
    assert np.isfinite(first).all()
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] == pytest.approx(0, abs=0.05)


def test_seeds_differ_in_all_their_bits() -> None:
    drawn = [CudaGenerator(2**bit).randn((4,)) for bit in range(64)]
    assert not any(np.array_equal(one, other) for one, other in itertools.combinations(drawn, 2))


def test_the_same_request_has_the_same_noises() -> None:
    assert all(same(noises(subseed=3, subseed_strength=0.2), noises(subseed=3, subseed_strength=0.2)))


def test_ensd_changes_all_but_the_first() -> None:
    assert same(noises(), noises(ensd=31337)) == [True, False, False, False]
    assert same(noises(ensd=5)[1:], noises(seed=6)[:3]) == [True, True, True]


def test_subseed_changes_only_the_first() -> None:
    assert same(noises(), noises(subseed=2, subseed_strength=0.5)) == [False, True, True, True]


def test_no_strength_is_no_variation_and_full_strength_is_the_subseed() -> None:
    assert all(same(noises(), noises(subseed=2, subseed_strength=0.0)))
    np.testing.assert_allclose(noises(subseed=2, subseed_strength=1.0)[0], noises(seed=2)[0], atol=1e-5)


@pytest.mark.parametrize("size", [(4, 4), (4, 10), (12, 20), (3, 31)])
def test_resizing_keeps_the_middle(size: tuple[int, int]) -> None:
    small = CudaGenerator(1).randn((SHAPE[0], *size))
    resized, *later = noises(resize_from=size)
    cells = {tuple(cell) for cell in small.reshape(SHAPE[0], -1).T.tolist()}
    kept = np.array([[tuple(cell) in cells for cell in row] for row in resized.transpose(1, 2, 0).tolist()])
    inside = [min(ours, theirs) for ours, theirs in zip(SHAPE[1:], size, strict=True)]
    rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
    assert kept[np.ix_(rows, columns)].all()
    for kept_side, whole_side, expected in zip((rows, columns), SHAPE[1:], inside, strict=True):
        assert abs(len(kept_side) - expected) <= 1
        assert abs(kept_side[0] - (whole_side - 1 - kept_side[-1])) <= 1
    assert all(same(later, noises()[1:]))


def test_resizing_from_the_same_size_changes_nothing() -> None:
    assert all(same(noises(), noises(resize_from=SHAPE[1:])))


@given(st.floats(0, 1), st.integers(0, 1000))
def test_slerp_keeps_the_length_of_columns(share: float, seed: int) -> None:
    low, high = (CudaGenerator(seed + offset).randn(SHAPE) for offset in (0, 1))
    low, high = (noise / np.linalg.norm(noise, axis=1, keepdims=True) for noise in (low, high))
    turned = slerp(share, low, high)
    np.testing.assert_allclose(np.linalg.norm(turned, axis=1), 1, atol=1e-3)


def test_slerp_of_one_direction_is_a_straight_line() -> None:
    noise = CudaGenerator(1).randn(SHAPE)
    np.testing.assert_allclose(slerp(0.3, noise, noise), noise, rtol=1e-6)


def test_noise_of_rows_is_one_after_another_or_a_path() -> None:
    ancestral, brownian = table("Euler a", 4), table("DPM++ SDE Karras", 4)
    one, other = (PictureNoise(PictureSeed(seed=1, shape=SHAPE)) for _ in range(2))
    np.testing.assert_array_equal(one.of_row(ancestral, 0), other.next())
    rows = np.flatnonzero(brownian.draws)
    drawn = [one.of_row(brownian, row) for row in rows.tolist()]
    halves, wholes = drawn[0], drawn[1]
    assert np.corrcoef(halves.ravel(), wholes.ravel())[0, 1] > 0.3
    assert drawn[0].dtype == np.float32


def test_brownian_noise_does_not_depend_on_what_else_was_drawn() -> None:
    made = table("DPM++ 2M SDE Karras", 5)
    plain, busy = PictureNoise(PictureSeed(seed=1, shape=SHAPE)), PictureNoise(PictureSeed(seed=1, shape=SHAPE, ensd=9))
    busy.next()
    for row in np.flatnonzero(made.draws).tolist():
        np.testing.assert_array_equal(plain.of_row(made, row), busy.of_row(made, row))
