"""Lets those who wait for an acknowledgement go first: while any are there, work that can wait a moment does."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: Seconds after which work waits no longer, however many go on arriving.
_LONGEST = 0.5


class Rush:
    """The people whose requests are being taken now."""

    def __init__(self) -> None:
        self._count = 0
        self._over = asyncio.Event()
        self._over.set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """One more is being served, to the end of the ``with``."""
        self._count += 1
        self._over.clear()
        try:
            yield
        finally:
            self._count -= 1
            if self._count == 0:
                self._over.set()

    async def over(self) -> None:
        """Wait until nobody is being served; half a second at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST):
                await self._over.wait()
