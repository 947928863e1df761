"""Snowflakes: Discord's ids, which carry the millisecond in which they were made."""

import time

_EPOCH = 1_420_070_400_000  # the first second of 2015, in milliseconds: where Discord's time begins


class Snowflakes:
    """Makes ids of the present time, each larger than the one before.

    discord.py reads an interaction's age out of its id, so ids follow the real time and never the server's own clock.
    """

    def __init__(self) -> None:
        self._last = 0

    def __call__(self, *, ago: float = 0.0) -> int:
        """The next id; with ``ago``, in seconds, as it would have been made so long ago, and unlike all others."""
        now = (int(time.time() * 1000) - _EPOCH) << 22
        self._last = max(now, self._last + 1)
        return self._last - (int(ago * 1000) << 22)


def made_at(snowflake: int) -> float:
    """The time at which an id was made, in seconds since 1970."""
    return ((snowflake >> 22) + _EPOCH) / 1000
