"""Stops asking Discord long before it stops listening: ten thousand invalid requests in ten minutes ban an address."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

import structlog

_log = structlog.get_logger(__name__)

#: Answers that Discord counts as invalid.
INVALID = frozenset({401, 403, 429})
_WINDOW_SECONDS = 600.0
_MOST = 1000
_LOOK_SECONDS = 1.0
#: So many within so many seconds are a strain.
_STRAIN, _STRAIN_SECONDS = 10, 60.0


class Breaker:
    """Counts invalid answers. While there were ``most`` or more within ``window`` seconds it is open."""

    def __init__(
        self, *, most: int = _MOST, window: float = _WINDOW_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._window, self._clock = most, window, clock
        self._times: deque[float] = deque(maxlen=most)
        self._told = False

    @property
    def recent(self) -> int:
        """How many invalid answers there were within the window, up to the number that opens it."""
        self._forget()
        return len(self._times)

    @property
    def open(self) -> bool:
        """Whether nothing more should be sent for now."""
        return self.recent >= self._most

    @property
    def strained(self) -> bool:
        """Whether Discord has refused so much in the last minute that only what must be said should be."""
        return len(self._times) >= _STRAIN and self._clock() - self._times[-_STRAIN] < _STRAIN_SECONDS

    def count(self, status: int) -> None:
        """Note an answer of Discord's."""
        if status in INVALID:
            self._times.append(self._clock())
        if self.open and not self._told:
            self._told = True
            _log.error("Discord refuses too much; deliveries wait", invalid=len(self._times), seconds=self._window)

    async def closed(self, *, look: float = _LOOK_SECONDS) -> None:
        """Wait until it is closed; at once where it is."""
        while self.open:  # noqa: ASYNC110  (it closes by the clock, which sets no event)
            await asyncio.sleep(look)
        self._told = False

    def _forget(self) -> None:
        while self._times and self._clock() - self._times[0] > self._window:
            self._times.popleft()
