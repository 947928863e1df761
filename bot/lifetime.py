"""How the program runs: with its threads taking turns, until it is told to end or a part of it cannot go on."""

import asyncio
import gc
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

#: Seconds for which one thread may keep the others waiting.
_TURN_SECONDS = 0.0005


def take_turns() -> None:
    """Let threads take shorter turns than Python's own of five milliseconds.

    When many press at once the event loop is busy, and each step of a question to the database waits for its turn.
    """
    sys.setswitchinterval(_TURN_SECONDS)


def settle() -> None:
    """Leave all that was made up to now out of every later search for garbage.

    It stays to the end, and to look through it holds everything up for a third of a second, now and then.
    """
    gc.collect()
    gc.freeze()


async def until_told(*work: Coroutine[Any, Any, object]) -> None:
    """Do all ``work`` until SIGTERM or SIGINT, or until some of it fails; what it raises is raised."""
    told = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows: Ctrl+C arrives as KeyboardInterrupt
            asyncio.get_running_loop().add_signal_handler(each, told.set)
    telling: asyncio.Task[Any] = asyncio.create_task(told.wait())
    tasks = {telling, *(asyncio.create_task(each) for each in work)}
    pending = tasks
    try:
        while telling in pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
