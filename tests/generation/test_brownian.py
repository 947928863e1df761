"""Brownian paths: the same wherever they are asked first, additive, and as rough as they should be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.brownian import BrownianPath

BEGIN, END = 0.03, 14.6
points = st.floats(BEGIN, END)


def normal(size: int):
    return lambda seed: np.random.default_rng(seed).normal(size=size)


def path(seed: int = 3, size: int = 8) -> BrownianPath:
    return BrownianPath(seed, BEGIN, END, normal(size))


@given(st.lists(points, min_size=1, max_size=8))
def test_the_order_of_questions_does_not_matter(asked: list[float]) -> None:
    one, other = path(), path()
    answers = [one.at(point) for point in asked]
    again = [other.at(point) for point in reversed(asked)]
    np.testing.assert_array_equal(answers, again[::-1])


def test_it_begins_at_zero_and_stays_within_its_span() -> None:
    one = path()
    assert not one.at(BEGIN).any()
    np.testing.assert_array_equal(one.at(BEGIN - 1), one.at(BEGIN))
    np.testing.assert_array_equal(one.at(END + 1), one.at(END))


@given(st.lists(points, min_size=3, max_size=3, unique_by=lambda point: round(point, 3)))
def test_changes_add_up(three: list[float]) -> None:
    low, middle, high = sorted(three)
    one = path()
    parts = one.normalised_increment(high, middle) * np.sqrt(high - middle)
    parts = parts + one.normalised_increment(middle, low) * np.sqrt(middle - low)
    whole = one.normalised_increment(high, low) * np.sqrt(high - low)
    np.testing.assert_allclose(parts, whole, atol=1e-5)


def test_downward_is_the_other_way_round() -> None:
    one = path()
    np.testing.assert_array_equal(one.normalised_increment(2.0, 1.0), -one.normalised_increment(1.0, 2.0))


@pytest.mark.parametrize(("high", "low"), [(14.6, 9.1), (3.0, 2.9), (0.05, 0.03), (14.6, 0.03)])
def test_normalised_changes_are_standard_normal(high: float, low: float) -> None:
    change = path(size=20000).normalised_increment(high, low)
    assert change.mean() == pytest.approx(0, abs=0.03)
    assert change.std() == pytest.approx(1, abs=0.03)


def test_changes_over_separate_spans_are_independent() -> None:
    one = path(size=20000)
    first, second = one.normalised_increment(9.0, 4.0), one.normalised_increment(4.0, 3.5)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0, abs=0.03)


def test_another_seed_is_another_path() -> None:
    assert (path(1).at(5.0) != path(2).at(5.0)).all()
