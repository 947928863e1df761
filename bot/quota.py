"""How many pictures of a day one person has left, and when there will be more: pure arithmetic.

A day is the 24 hours before now, so pictures come back one request after the other and not all at midnight.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.records import Spent

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What one person has of a day's pictures at the moment ``now``.

    ``limit`` None is no limit. ``spent`` is what they asked for, oldest first; what is older than a day is gone.
    """

    limit: int | None
    spent: tuple[Spent, ...]
    now: datetime

    @property
    def used(self) -> int:
        """How many pictures count."""
        return sum(each.pictures for each in self._counting)

    @property
    def left(self) -> int | None:
        """How many more there may be now, never less than none; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.used)

    @property
    def next_at(self) -> datetime | None:
        """When the first of those used come back; None where none are used."""
        return self._counting[0].at + DAY if self._counting else None

    @property
    def whole_at(self) -> datetime | None:
        """When all are back; None where none are used."""
        return self._counting[-1].at + DAY if self._counting else None

    def room_at(self, pictures: int) -> datetime | None:
        """Return from when on there is room for ``pictures`` at once; None where there never is."""
        if self.limit is None or pictures <= self.limit - self.used:
            return self.now
        used = self.used
        for each in self._counting:
            used -= each.pictures
            if pictures <= self.limit - used:
                return each.at + DAY
        return None

    @property
    def _counting(self) -> tuple[Spent, ...]:
        return tuple(each for each in self.spent if each.at > self.now - DAY)
