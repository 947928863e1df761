"""Work waits for those who are being served, and not for ever."""

import asyncio

import pytest

from bot import rush
from bot.rush import Rush


async def test_work_waits_until_the_last_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rush, "_LONGEST", 60.0)
    queue = Rush()
    await queue.over()
    with queue.one():
        with queue.one():
            waiting = asyncio.create_task(queue.over())
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def test_a_rush_without_an_end_is_waited_for_only_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rush, "_LONGEST", 0.01)
    queue = Rush()
    with queue.one():
        await queue.over()
