"""Intervals, against figures that stand in print."""

import pytest

from bot.studies import intervals
from bot.studies.intervals import Interval


def ends(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    return interval.low, interval.high


def test_wilsons_interval() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 857: table I, method 3.
    assert ends(intervals.share(81, 263)) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert ends(intervals.share(0, 20)) == pytest.approx((0, 0.1611), abs=1e-4)


def test_all_of_a_sample_is_not_all_of_everything() -> None:
    assert ends(intervals.share(20, 20)) == pytest.approx((0.8389, 1), abs=1e-4)


def test_newcombes_interval_of_a_difference() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 873: table II, method 10, contrast (a).
    assert ends(intervals.difference(56, 70, 48, 80)) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_a_mean_of_few_values_by_students_t() -> None:
    # t with two degrees of freedom is 4.3027; the standard error of 1, 2, 3 is 1/√3.
    assert ends(intervals.mean([1, 2, 3])) == pytest.approx((2 - 2.4841, 2 + 2.4841), abs=1e-3)


@pytest.mark.parametrize("values", [[], [1.0]])
def test_of_fewer_than_two_values_nothing_is_said(values: list[float]) -> None:
    assert intervals.mean(values) is None
    assert intervals.mean_difference(values, [1.0, 2.0]) is None


def test_a_difference_of_means_has_the_sign_of_first_less_second() -> None:
    found = intervals.mean_difference([5.0, 6.0, 7.0, 6.0], [1.0, 2.0, 1.0, 2.0])
    assert found is not None
    assert found.low > 0
    assert not found.holds(0)


def test_of_values_that_do_not_vary_the_difference_is_what_it_is() -> None:
    assert intervals.mean_difference([2.0, 2.0], [0.5, 0.5, 0.5]) == Interval(1.5, 1.5)
