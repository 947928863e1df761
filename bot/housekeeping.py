"""What is done now and then while the bot runs: old pictures make room for new ones."""

import asyncio

import structlog

from storage.errors import StorageError
from storage.retention import Retention

_log = structlog.get_logger(__name__)

_EVERY_SECONDS = 600.0


async def keep_house(retention: Retention, *, budget: int, every: float = _EVERY_SECONDS) -> None:
    """Keep the pictures under ``budget`` bytes, looking ``every`` so many seconds, until cancelled."""
    while True:
        try:
            if gone := await retention.thin_out(budget):
                _log.info("old pictures were let go", count=gone, budget=budget)
        except (StorageError, OSError) as fault:
            _log.warning("the pictures could not be thinned out", reason=str(fault))
        await asyncio.sleep(every)
