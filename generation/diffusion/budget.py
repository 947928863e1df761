"""How much work one network call should hold, found by timing the network when it is loaded.

A call takes time of its own, to start its operations and to read the weights, and time for its work. The more work it
holds, the less the first matters, and the longer everybody waits for the next step. The budget is the work at which the
first is a fifth of the whole; while the line is long it is four times that.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from generation.diffusion.rows import Network, Shape

_SHARE_OF_OVERHEAD = 1 / 5
_LONG_LINE_TIMES = 4
_COUNTS = (2, 4, 8, 16)
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """Work of one call, in floating-point operations."""

    operations: float

    def rows(self, operations: int, *, long: bool) -> int:
        """How many rows of so many operations a call should have, usually or in a ``long`` line; may be 0."""
        return int(self.operations * (_LONG_LINE_TIMES if long else 1) // operations)


def measure(
    network: Network,
    shape: Shape,
    *,
    tokens: int,
    width: int,
    device: torch.device,
    operations: int,
    seconds: float = 1.0,
    clock: Callable[[], float] = time.perf_counter,
) -> Budget:
    """Time calls of a few row counts on latents of ``shape`` (C, h, w), a row of which is so many ``operations``.

    No call begins after ``seconds``. Where time suffices for one row count only, larger calls are not worth it.
    """
    begun = clock()
    works: list[float] = []
    times: list[float] = []
    for count in _COUNTS:
        rows = torch.zeros(count, *shape, device=device)
        timesteps, texts = torch.zeros(count, device=device), torch.zeros(count, tokens, width, device=device)
        taken: list[float] = []
        while len(taken) <= _REPEATS and clock() - begun < seconds:
            since = clock()
            float(network(rows, timesteps, texts).flatten()[0])  # a number here: the device has finished
            taken.append(clock() - since)
        if len(taken) > 1:  # the first of a shape only warms up
            works.append(count * operations)
            times.append(min(taken[1:]))
    return Budget(_budget(works, times) if len(works) > 1 else _COUNTS[0] * operations)


def _budget(works: list[float], times: list[float]) -> float:
    """Where the line through the times has so much left of where it begins."""
    slope, overhead = np.polyfit(works, times, 1)
    if slope <= 0:
        return works[-1]
    return max(0.0, overhead / slope) * (1 / _SHARE_OF_OVERHEAD - 1)
