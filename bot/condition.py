"""How the bot is: connected, drawing, able to write down what it is asked; for the operator, not for members."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import discord

from bot.breaker import Breaker
from bot.metrics import resident
from bot.queue import Queue
from generation.drawing import DrawingProcess
from generation.totals import Totals
from generation.version import program_version
from storage.database import Database
from storage.errors import StorageError


class Condition:
    """Looks at the bot's parts when it is asked."""

    def __init__(self, *, database: Database, process: DrawingProcess, queue: Queue, breaker: Breaker) -> None:
        self._database, self._process, self._queue, self._breaker = database, process, queue, breaker
        self._client: discord.Client | None = None
        self._begun = time.monotonic()

    def following(self, make_client: Callable[[], discord.Client]) -> Callable[[], discord.Client]:
        """``make_client``, of whose newest client this speaks from then on."""

        def make() -> discord.Client:
            self._client = make_client()
            return self._client

        return make

    @property
    def connected(self) -> bool:
        """Whether the newest client has its gateway."""
        return self._client is not None and self._client.is_ready() and not self._client.is_closed()

    async def complaints(self) -> list[str]:
        """Say what keeps the bot from working, a sentence each."""
        said = [
            None if self.connected else "Discord's gateway is not connected.",
            None if self._process.info is not None else "The drawing process is not ready.",
            "Discord refuses too many requests; deliveries wait." if self._breaker.open else None,
        ]
        try:
            await self._database.jobs.counts()
        except StorageError as fault:
            said.append(str(fault))
        return [each for each in said if each is not None]

    async def status(self) -> dict[str, Any]:
        """Everything at a glance, as JSON can hold it."""
        try:
            jobs = {str(state): count for state, count in (await self._database.jobs.counts()).items()}
        except StorageError:
            jobs = {}
        info = self._process.info
        return {
            "version": program_version(),
            "uptime_seconds": round(time.monotonic() - self._begun),
            "complaints": await self.complaints(),
            "database": self._database.description,
            "model": None if info is None else asdict(info),
            "drawer": _drawer(self._process),
            "on_the_way": self._queue.on_the_way(),
            "jobs": jobs,
            "invalid_requests": self._breaker.recent,
        }


def _drawer(process: DrawingProcess) -> dict[str, Any]:
    """The drawing process: its memory, and what it has done since it began."""
    told = process.pulse
    totals = Totals() if told is None else told.totals
    return {
        "pid": process.pid,
        "resident_bytes": resident(process.pid),
        "accelerator_bytes": 0 if told is None else told.accelerator_bytes,
        "steps": sum(totals.steps),
        "seconds_a_step": totals.mean_step,
        "rows_a_call": totals.mean_fill,
    }
