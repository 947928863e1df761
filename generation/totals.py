"""What the loop has done since the drawing process began, in numbers that only grow; for whoever runs it."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

#: The seconds within which steps are counted to have stayed, and the rows that network calls had.
STEP_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CALL_ROWS = (2, 4, 6, 8, 12, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Steps by how long they took (:data:`STEP_SECONDS`), network calls by the rows they had (:data:`CALL_ROWS`).

    ``rows`` are those of pictures; ``padding`` are those that were computed beside them and thrown away, so that a
    picture is the same in any company.
    """

    steps: tuple[int, ...] = (0,) * (len(STEP_SECONDS) + 1)
    step_seconds: float = 0.0
    calls: tuple[int, ...] = (0,) * (len(CALL_ROWS) + 1)
    rows: int = 0
    padding: int = 0

    @property
    def mean_step(self) -> float | None:
        """Seconds a step, None before the first."""
        steps = sum(self.steps)
        return self.step_seconds / steps if steps else None

    @property
    def mean_fill(self) -> float | None:
        """Rows of pictures a network call, None before the first."""
        calls = sum(self.calls)
        return self.rows / calls if calls else None


class Tally:
    """Totals as they grow. Written by one thread, read by any."""

    def __init__(self) -> None:
        self._steps, self._seconds = [0] * (len(STEP_SECONDS) + 1), 0.0
        self._calls, self._rows, self._padding = [0] * (len(CALL_ROWS) + 1), 0, 0

    @property
    def totals(self) -> Totals:
        """The totals at present."""
        return Totals(
            steps=tuple(self._steps),
            step_seconds=self._seconds,
            calls=tuple(self._calls),
            rows=self._rows,
            padding=self._padding,
        )

    def step(self, seconds: float) -> None:
        """Count a step of everybody in the batch."""
        self._steps[bisect_left(STEP_SECONDS, seconds)] += 1
        self._seconds += seconds

    def call(self, rows: int, padding: int) -> None:
        """Count a network call."""
        self._calls[bisect_left(CALL_ROWS, rows + padding)] += 1
        self._rows += rows
        self._padding += padding


def read(held: Mapping[str, object]) -> Totals:
    """Totals as they were written as JSON, where tuples are lists."""
    return Totals(**{name: tuple(value) if isinstance(value, list) else value for name, value in held.items()})  # pyright: ignore[reportArgumentType]  (written by this program)
