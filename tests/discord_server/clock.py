"""The server's clock, which a test may put forward instead of waiting."""

import time
from datetime import UTC, datetime


class Clock:
    """The real time, and whatever was added to it."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since 1970, as this server sees them."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward: interactions age, tokens die, nonces are forgotten, addresses expire."""
        self._ahead += seconds

    def stamp(self) -> str:
        """The present moment as Discord writes it."""
        return datetime.fromtimestamp(self.now(), UTC).isoformat()
