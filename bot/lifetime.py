"""How long the program runs: until it is told to end, or until a part of it cannot go on."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


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
