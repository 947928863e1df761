"""Ninety-five per cent intervals of shares and of paired differences."""

import math
from collections.abc import Sequence

_Z = 1.959964

Interval = tuple[float, float]


def share_interval(hits: int, trials: int) -> Interval:
    """The interval of a share (Wilson 1927, the score interval)."""
    share = hits / trials
    centre = share + _Z**2 / (2 * trials)
    spread = _Z * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    scale = 1 + _Z**2 / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def paired_difference(more: Sequence[float], less: Sequence[float]) -> tuple[float, Interval]:
    """The mean of ``more - less`` over pairs, and its interval by the normal approximation."""
    differences = [high - low for high, low in zip(more, less, strict=True)]
    count = len(differences)
    mean = sum(differences) / count
    deviation = math.sqrt(sum((difference - mean) ** 2 for difference in differences) / (count - 1))
    margin = _Z * deviation / math.sqrt(count)
    return mean, (mean - margin, mean + margin)
