"""Storage, asked again for a while: a lock passes and a full disk is emptied, and meanwhile nothing may be lost."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from storage.errors import DatabaseBusy, DatabaseFull

_log = structlog.get_logger(__name__)

_PATIENCE = 600.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0

Result = TypeVar("Result")


async def insist(attempt: Callable[[], Awaitable[Result]], *, patience: float = _PATIENCE) -> Result:
    """Repeat ``attempt`` while the database is busy or full, for ``patience`` seconds; then raise what it raised.

    For work in the background. A person who waits for an answer is told at once instead.
    """
    end, pause = time.monotonic() + patience, _FIRST_PAUSE
    while True:
        try:
            return await attempt()
        except (DatabaseBusy, DatabaseFull) as error:
            if time.monotonic() + pause > end:
                raise
            _log.warning("storage is asked again", reason=str(error), seconds=pause)
        await asyncio.sleep(pause)
        pause = min(_LONGEST_PAUSE, 2 * pause)
