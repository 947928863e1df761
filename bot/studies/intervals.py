"""Ninety-five per cent intervals of shares, of their differences, and of means; statsmodels does the statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, both included."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies within."""
        return self.low <= value <= self.high


def share(hits: int, trials: int) -> Interval:
    """The interval of a share of ``trials`` (≥ 1): Wilson's, sound for few trials and for shares of 0 or 1 too."""
    from statsmodels.stats.proportion import proportion_confint  # takes a second to import

    found: Any = proportion_confint(hits, trials, alpha=_ALPHA, method="wilson")
    return Interval(*map(float, found))


def difference(hits: int, trials: int, other_hits: int, other_trials: int) -> Interval:
    """The interval of the first share less the second, of independent samples: Newcombe's, from two of Wilson's."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        hits, trials, other_hits, other_trials, method="newcomb", compare="diff", alpha=_ALPHA
    )
    return Interval(float(low), float(high))


def mean(values: Sequence[float]) -> Interval | None:
    """The interval of a mean by Student's t; None of fewer than two values."""
    if len(values) < 2:
        return None
    from statsmodels.stats.weightstats import DescrStatsW

    low, high = DescrStatsW(list(values)).tconfint_mean(alpha=_ALPHA)
    return Interval(float(low), float(high))


def mean_difference(values: Sequence[float], others: Sequence[float]) -> Interval | None:
    """The interval of the first mean less the second, of independent samples of unequal variance (Welch's)."""
    if len(values) < 2 or len(others) < 2:
        return None
    if len(set(values)) == len(set(others)) == 1:  # nothing varies, so there is no error to estimate
        return Interval(values[0] - others[0], values[0] - others[0])
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    compared = CompareMeans(DescrStatsW(list(values)), DescrStatsW(list(others)))
    low, high = compared.tconfint_diff(alpha=_ALPHA, usevar="unequal")
    return Interval(float(low), float(high))
