"""When pictures will be done, if nobody comes or leaves: the turns ahead are rehearsed on a copy of the scheduler.

A rehearsal takes many steps at once where many are left, so that it costs about the same however many there are. It is
kept for a while, and made anew for pictures that came since.
"""

from collections.abc import Hashable
from math import ceil

from generation.ledger import Ledger
from generation.scheduler import PictureId, Scheduler

#: Steps that are rehearsed at most, about; and for how many seconds of the loop's work a rehearsal is good.
_REHEARSED = 300
_KEPT_SECONDS = 2.0


class Forecast:
    """Looks ahead from what a scheduler and a ledger know."""

    def __init__(self, scheduler: Scheduler, ledger: Ledger) -> None:
        self._scheduler, self._ledger = scheduler, ledger
        self._ends: dict[Hashable, float] = {}
        self._made = 0.0

    def seconds_left(self, picture: PictureId) -> float | None:
        """Expected seconds until a picture is done, None before the second step was timed."""
        if self._ledger.step_seconds(0.0) is None:
            return None
        now = self._ledger.worked
        if picture not in self._ends or now - self._made > _KEPT_SECONDS:
            self._ends, self._made = self._rehearsed(), now
        return max(0.0, self._ends[picture] - (now - self._made))

    def _rehearsed(self) -> dict[Hashable, float]:
        """Seconds from now until each picture in the loop is done."""
        left = self._ledger.steps_left()
        at_once = ceil(sum(left.values()) / _REHEARSED) or 1
        scheduler = self._scheduler.copy(at_once)
        ends: dict[Hashable, float] = {}
        now = 0.0
        while batch := scheduler.next_batch():
            taken = [min(at_once, left[ticket.id]) for ticket in batch]
            work = sum(ticket.work / at_once for ticket in batch)
            now += max(taken) * (self._ledger.step_seconds(work) or 0.0)
            scheduler.charge(batch)
            for ticket, steps in zip(batch, taken, strict=True):
                left[ticket.id] -= steps
                if not left[ticket.id]:
                    scheduler.remove(ticket)
                    now += self._ledger.decode_seconds(ticket.work / at_once)
                    ends[ticket.id] = now
        return ends
