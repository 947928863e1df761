"""Old pictures make room, again and again, whatever goes wrong once."""

import asyncio
from typing import Any

import pytest

from bot.housekeeping import keep_house
from storage.errors import DatabaseBusy


class Retention:
    def __init__(self) -> None:
        self.asked: list[int] = []
        self.enough = asyncio.Event()

    async def thin_out(self, budget: int) -> int:
        self.asked.append(budget)
        if len(self.asked) == 1:
            raise DatabaseBusy("locked")
        if len(self.asked) == 3:
            self.enough.set()
        return 1


async def test_goes_on_after_a_failure_until_it_is_cancelled() -> None:
    retention: Any = Retention()
    keeping = asyncio.create_task(keep_house(retention, budget=5, every=0))
    await asyncio.wait_for(retention.enough.wait(), 30)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert retention.asked[:3] == [5, 5, 5]
