"""Takes everything of somebody's in a server down: what waits is cancelled, what was posted is deleted.

The wish is in the database before anything is done, and each message is crossed off when it is gone, so that a process
that ends in between goes on where it was when it starts again.
"""

import asyncio
from dataclasses import dataclass

import structlog

from bot.board import Board
from bot.insisting import insist
from bot.queue import Queue
from storage.errors import StorageError
from storage.jobs import Jobs
from storage.moderation.purges import Purges
from storage.moderation.records import Purge
from storage.pictures import Pictures
from storage.records import ENDS, NEXT, Job

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a purge: requests cancelled, messages deleted, and such as Discord does not let the bot delete."""

    cancelled: int
    deleted: int
    unreachable: int


class Purging:
    """Purges, asked for and carried out."""

    def __init__(self, *, purges: Purges, jobs: Jobs, pictures: Pictures, queue: Queue, board: Board) -> None:
        self._purges = purges
        self._jobs = jobs
        self._pictures = pictures
        self._queue = queue
        self._board = board
        self._turns: dict[Purge, asyncio.Lock] = {}

    async def extent(self, server_id: int, person: int) -> tuple[int, int]:
        """Return how many requests wait, and how many messages there are."""
        purge = Purge(server_id=server_id, person=person, by=0)
        return len(await self._waiting(purge)), len(await self._purges.jobs(purge))

    async def ask(self, server_id: int, person: int, *, by: int) -> Purge:
        """Write down that it is wanted; whatever happens next, it is done."""
        return await self._purges.ask(server_id, person, by=by)

    async def carry_out(self, purge: Purge) -> Outcome:
        """Do all of it; doing it again, or twice at once, does no harm."""
        async with self._turns.setdefault(purge, asyncio.Lock()):
            waiting = await insist(lambda: self._waiting(purge))
            cancelled = [await insist(lambda job=job: self._queue.cancel(job.id)) for job in waiting]
            for job in waiting:  # what was drawn already is delivered first, and deleted then
                await self._queue.at_rest(job.id)
            jobs = await insist(lambda: self._purges.jobs(purge))
            deleted = [await self._take_down(job) for job in jobs]
            await insist(lambda: self._purges.finish(purge))
        outcome = Outcome(sum(cancelled), sum(deleted), len(deleted) - sum(deleted))
        _log.info("a person's pictures were taken down", server=purge.server_id, messages=outcome.deleted)
        return outcome

    async def resume(self) -> None:
        """After a start: go on with what the last run left."""
        try:
            for purge in await self._purges.unfinished():
                await self.carry_out(purge)
        except StorageError as fault:
            _log.error("purges could not be gone on with; the next start does", reason=str(fault))

    async def _waiting(self, purge: Purge) -> list[Job]:
        theirs = await self._jobs.among(set(NEXT) - ENDS, owner=purge.person)
        return [job for job in theirs if job.reply.guild_id == purge.server_id]

    async def _take_down(self, job: Job) -> bool:
        """Delete a job's pictures, then its message; say whether that is gone."""
        kept = await insist(lambda: self._pictures.of(job.id))
        await insist(lambda: self._pictures.delete(kept))
        gone = await self._board.remove(job.reply.channel_id, job.reply.message_id or 0)
        await insist(lambda: self._purges.taken_down(job.id))
        return gone
