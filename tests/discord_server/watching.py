"""Waiting until something that the client does has been done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

_Found = TypeVar("_Found")


class StillWaiting(AssertionError):
    """What a test waited for did not happen in time; the text says what was there instead."""


class Watched:
    """Something that changes, and that tests wait for."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def changed(self) -> None:
        """Wake all who wait, so that they look again."""
        for waiting in self._waiting:
            waiting.set()

    async def until(self, look: Callable[[], _Found | None], *, what: str, within: float) -> _Found:
        """What `look` finds, as soon as it finds something true.

        Raises StillWaiting, with `what` and the present state, after `within` seconds.
        """
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            async with asyncio.timeout(within):
                while not (found := look()):
                    woken.clear()
                    await woken.wait()
            return found
        except TimeoutError:
            raise StillWaiting(f"Waited {within:g} s for {what}. {self.account()}") from None
        finally:
            self._waiting.discard(woken)

    def account(self) -> str:
        """What is there now, for a person who reads a failed test."""
        return repr(self)
