"""A Brownian path that a seed determines everywhere at once, whichever points are asked for and in which order.

The virtual Brownian tree (Li et al. 2020, arXiv:2001.01328, section 4; in the dyadic form of Kidger et al. 2021,
arXiv:2105.13493): the path's value at the end of a span is drawn, then that in the middle given both ends, and so on by
halves. Each node of the tree has a seed of its own. The spans, the rounding of points and the way from the path's seed
to a node's are those of torchsde 0.2, which k-diffusion and the programs around it use, so that with their generators
the path is theirs.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Points are told apart to this many decimals.
_DECIMALS = 6
_POOL_WORDS = 24


@dataclass
class _Span:
    """A node of the tree on the way to the latest point: the path over [begin, end] and what it was at ``begin``."""

    begin: float
    end: float
    increment: NDArray[np.float64]
    value: NDArray[np.float64]
    number: int
    depth: int


class BrownianPath:
    """The path from ``begin`` to ``end``, of zero value at ``begin``.

    ``randn_of(seed)`` gives a standard normal array, always the same for a seed. Points asked for in falling or rising
    order are cheapest: the way down the tree that two of them share, some ten of 24 levels, is gone once.
    """

    def __init__(self, seed: int, begin: float, end: float, randn_of: Callable[[int], NDArray[np.floating]]) -> None:
        self._seed = seed
        self._randn_of = randn_of
        whole = self._normal(spawn_key=()) * math.sqrt(end - begin)
        begin, end = round(begin, _DECIMALS), round(end, _DECIMALS)
        self._way = [_Span(begin, end, whole, np.zeros_like(whole), 0, 0)]

    def normalised_increment(self, start: float, to: float) -> NDArray[np.float32]:
        """Return the change of the path from ``start`` to ``to``, divided by the root of their distance.

        Going down, the change is taken the other way round, so that it is that of time running backwards. Points
        outside the path's span count as its nearer end.
        """
        low, high = sorted((start, to))
        change = (self.at(high) - self.at(low)) / math.sqrt(high - low)
        return (change if start < to else -change).astype(np.float32)

    def at(self, point: float) -> NDArray[np.float64]:
        """Return the path's value at ``point``."""
        whole = self._way[0]
        point = round(min(max(point, whole.begin), whole.end), _DECIMALS)
        if point == whole.end:
            return whole.value + whole.increment
        while not self._way[-1].begin <= point < self._way[-1].end:
            self._way.pop()
        while self._way[-1].begin < point:
            self._way.append(self._half(self._way[-1], point))
        return self._way[-1].value

    def _half(self, span: _Span, point: float) -> _Span:
        """The half of ``span`` that has ``point`` in it; its middle is the beginning of the right one."""
        middle = round((span.begin + span.end) / 2, _DECIMALS)
        before, after, length = middle - span.begin, span.end - middle, span.end - span.begin
        left = before / length * span.increment
        left = left + math.sqrt(before * after / length) * self._normal(spawn_key=(span.number, span.depth))
        if point < middle:
            return _Span(span.begin, middle, left, span.value, 2 * span.number, span.depth + 1)
        return _Span(middle, span.end, span.increment - left, span.value + left, 2 * span.number + 1, span.depth + 1)

    def _normal(self, spawn_key: tuple[int, ...]) -> NDArray[np.float64]:
        seeds = np.random.SeedSequence(self._seed, spawn_key=spawn_key, pool_size=_POOL_WORDS)
        return self._randn_of(int(seeds.generate_state(1)[0])).astype(np.float64)
