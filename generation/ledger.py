"""Keeps account of the loop: how far each picture is, how long steps take for the work that is in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from generation.scheduler import PictureId
from generation.totals import Tally

_MEMORY = 0.05
#: The spread of steps' work, over its mean, below which nothing can be told of how their time depends on it.
_SPREAD = 0.05


@dataclass(slots=True)
class _Account:
    steps: int
    work: float
    done: int = 0
    before: float = 0.0
    later: float = 0.0

    @property
    def left(self) -> float:
        return (self.steps - self.done) * self.work + self.later

    @property
    def share(self) -> float:
        had = self.before + self.done * self.work
        return had / max(had + self.left, 1e-9)


class _Average:
    """A moving average, 0 at first."""

    def __init__(self) -> None:
        self.value = 0.0
        self.count = 0

    def add(self, value: float) -> None:
        self.count += 1
        self.value += max(_MEMORY, 1 / self.count) * (value - self.value)


class _Line:
    """A moving fit of seconds to work, a + b w, neither below 0; the first step of all only warms the machine up."""

    def __init__(self) -> None:
        self._work, self._seconds, self._square, self._product = _Average(), _Average(), _Average(), _Average()
        self._warm = False

    def add(self, work: float, seconds: float) -> None:
        if self._warm:
            for average, value in (
                (self._work, work),
                (self._seconds, seconds),
                (self._square, work * work),
                (self._product, work * seconds),
            ):
                average.add(value)
        self._warm = True

    def at(self, work: float) -> float | None:
        """Seconds for so much work, None before anything is known."""
        if not self._work.count:
            return None
        mean, seconds = self._work.value, self._seconds.value
        variance = self._square.value - mean * mean
        if variance <= (_SPREAD * mean) ** 2:
            return seconds * work / max(mean, 1e-9)
        slope = (self._product.value - mean * seconds) / variance
        slope = min(max(slope, 0.0), seconds / mean)
        return seconds + slope * (work - mean)


class Ledger:
    """Accounts of the pictures in the loop. Work is in the scheduler's units, time in seconds."""

    def __init__(self) -> None:
        self._accounts: dict[PictureId, _Account] = {}
        self._steps = _Line()
        self._per_decode = _Average()
        self.tally = Tally()
        self.worked = 0.0
        self.longest_step: float | None = None

    def open(self, picture: PictureId, *, steps: int, work: float, later: float = 0.0) -> None:
        """Begin an account, or correct one: a picture of ``steps`` network calls, each so much work.

        ``later`` is the work of a second pass that will follow.
        """
        done = self._accounts[picture].done if picture in self._accounts else 0
        self._accounts[picture] = _Account(steps, work, done, later=later)

    def go_on(self, picture: PictureId, *, steps: int, work: float) -> None:
        """Note that a picture's second pass begins: ``steps`` network calls, each so much work."""
        first = self._accounts[picture]
        self._accounts[picture] = _Account(steps, work, before=first.steps * first.work)

    def close(self, picture: PictureId) -> None:
        """End an account."""
        del self._accounts[picture]

    def step(self, pictures: Iterable[PictureId], seconds: float) -> None:
        """Note one step that ``pictures`` took together."""
        work = 0.0
        for picture in pictures:
            self._accounts[picture].done += 1
            work += self._accounts[picture].work
        self._steps.add(work, seconds)
        self.tally.step(seconds)
        self._note(seconds)

    def decode(self, work: float, seconds: float) -> None:
        """Note that a picture, a step of which is so much ``work``, was decoded."""
        self._per_decode.add(seconds / work)
        self._note(seconds)

    def progress(self, pictures: Iterable[PictureId]) -> float:
        """The share of their work that pictures have had done, 0 to 1; what has no account any more is done."""
        accounts = [self._accounts.get(picture) for picture in pictures]
        shares = [account.share if account else 1.0 for account in accounts]
        return sum(shares) / len(shares)

    def steps_left(self) -> dict[PictureId, int]:
        """How many steps each picture has left, at least one; those of a second pass in steps of the first."""
        return {picture: max(1, ceil(a.left / max(a.work, 1e-9))) for picture, a in self._accounts.items()}

    def step_seconds(self, work: float) -> float | None:
        """Expected seconds of a step with so much work in it, None before the second step was timed."""
        return self._steps.at(work)

    def decode_seconds(self, work: float) -> float:
        """Expected seconds of decoding a picture, a step of which is so much ``work``."""
        return self._per_decode.value * work

    def _note(self, seconds: float) -> None:
        self.worked += seconds
        self.longest_step = max(seconds, self.longest_step or 0.0)
