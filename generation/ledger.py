"""Keeps account of the loop: how far each picture is, how fast the work goes, when a picture will be done."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

_MEMORY = 0.1


@dataclass(slots=True)
class _Account:
    owner: str
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
    """A moving average of seconds per unit, None at first: the first measurement only warms the machine up."""

    def __init__(self) -> None:
        self.value: float | None = None
        self._warm = False

    def add(self, value: float) -> None:
        if self._warm:
            self.value = value if self.value is None else self.value + _MEMORY * (value - self.value)
        self._warm = True


class Ledger:
    """Accounts of the pictures in the loop. Work is in the scheduler's units, time in seconds."""

    def __init__(self) -> None:
        self._accounts: dict[Hashable, _Account] = {}
        self._per_work = _Average()
        self._per_decode = _Average()
        self.longest_step: float | None = None

    def open(self, picture: Hashable, *, owner: str, steps: int, work: float, later: float = 0.0) -> None:
        """Begin an account, or correct one: a picture of ``steps`` network calls, each so much work.

        ``later`` is the work of a second pass that will follow.
        """
        done = self._accounts[picture].done if picture in self._accounts else 0
        self._accounts[picture] = _Account(owner, steps, work, done, later=later)

    def go_on(self, picture: Hashable, *, steps: int, work: float) -> None:
        """Note that a picture's second pass begins: ``steps`` network calls, each so much work."""
        first = self._accounts[picture]
        self._accounts[picture] = _Account(first.owner, steps, work, before=first.steps * first.work)

    def close(self, picture: Hashable) -> None:
        """End an account."""
        del self._accounts[picture]

    def step(self, pictures: Iterable[Hashable], seconds: float) -> None:
        """Note one step that ``pictures`` took together."""
        work = 0.0
        for picture in pictures:
            self._accounts[picture].done += 1
            work += self._accounts[picture].work
        self._per_work.add(seconds / max(work, 1e-9))
        self.longest_step = max(seconds, self.longest_step or 0.0)

    def decode(self, work: float, seconds: float) -> None:
        """Note that a picture, a step of which is so much ``work``, was decoded."""
        self._per_decode.add(seconds / work)
        self.longest_step = max(seconds, self.longest_step or 0.0)

    def progress(self, pictures: Iterable[Hashable]) -> float:
        """The share of their work that pictures have had done, 0 to 1; what has no account any more is done."""
        accounts = [self._accounts.get(picture) for picture in pictures]
        shares = [account.share if account else 1.0 for account in accounts]
        return sum(shares) / len(shares)

    def seconds_left(self, picture: Hashable) -> float | None:
        """Expected seconds until a picture is done, None before the second step was timed.

        If everybody goes on taking turns, a picture is done when its owner has been given all that stands up to and
        including it, and every other person as much, or all that they have asked for if that is less.
        """
        if self._per_work.value is None:
            return None
        mine = self._accounts[picture]
        lefts = self._left_by_owner()
        share = self._left_up_to(picture)
        work = share + sum(min(left, share) for owner, left in lefts.items() if owner != mine.owner)
        return work * self._per_work.value + mine.work * (self._per_decode.value or 0.0)

    def _left_by_owner(self) -> dict[str, float]:
        lefts: dict[str, float] = {}
        for account in self._accounts.values():
            lefts[account.owner] = lefts.get(account.owner, 0.0) + account.left
        return lefts

    def _left_up_to(self, picture: Hashable) -> float:
        mine = self._accounts[picture]
        total = 0.0
        for other, account in self._accounts.items():
            if account.owner == mine.owner:
                total += account.left
            if other == picture:
                break
        return total
