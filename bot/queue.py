"""Jobs on their way: from the record to their errand, and back in line after a restart.

Every step is in the record before the next is taken, so that whatever ends this process loses nothing: what was
waiting or being drawn waits again, what was finished is delivered.
"""

import asyncio
import contextvars
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from bot import specs, words
from bot.delivery import Delivery
from bot.errand import Errand, Means, Permit
from bot.errors import Refused
from bot.gallery import Gallery
from bot.holding import Holding
from bot.insisting import insist
from bot.pace import Pace
from bot.rush import Rush
from bot.scrutiny import Scrutiny
from generation.drawing import DrawingProcess
from generation.spec import PromptSpec
from generation.updates import Update, Waiting
from storage.given import Given
from storage.jobs import Jobs
from storage.pictures import Pictures
from storage.records import ENDS, NEXT, Job, JobState, Reply

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """A job that is not finished, and the newest that was heard of it, if anything was."""

    job: Job
    news: Update | None


class Queue:
    """The jobs that are on their way now, a task each. While there is a ``rush``, none is begun."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        pictures: Pictures,
        given: Given,
        process: DrawingProcess,
        delivery: Delivery,
        gallery: Gallery,
        permit: Permit,
        pace: Pace,
        scrutiny: Scrutiny,
        holding: Holding,
    ) -> None:
        self.rush = Rush()
        self._jobs = jobs
        self._means = Means(
            jobs=jobs,
            pictures=pictures,
            given=given,
            rush=self.rush,
            process=process,
            delivery=delivery,
            gallery=gallery,
            permit=permit,
            pace=pace,
            scrutiny=scrutiny,
            holding=holding,
        )
        self._owners: dict[int, int] = {}
        self._errands: dict[int, Errand] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._withdrawals: set[asyncio.Task[None]] = set()
        self._closing = False

    def on_the_way(self, owner: int | None = None) -> int:
        """How many jobs are not finished: of ``owner``, or of everybody."""
        return len(self._owners) if owner is None else sum(each == owner for each in self._owners.values())

    def standing(self, owner: int | None = None) -> tuple[OnTheWay, ...]:
        """The jobs that are taken up, of ``owner`` or of everybody: those being drawn first, then by their places."""
        found = [
            OnTheWay(errand.job, errand.news) for errand in self._errands.values() if owner in (None, errand.job.owner)
        ]
        return tuple(sorted(found, key=_place))

    async def accept(
        self,
        job_id: int,
        *,
        owner: int,
        spec: PromptSpec,
        reply: Reply,
        enlargement: specs.Enlargement | None = None,
    ) -> Job | None:
        """Write a job down before its person is told; None where the interaction ``job_id`` has one already."""
        if self._closing:
            raise Refused(words.CLOSING)
        if job_id in self._owners:
            return None
        self._owners[job_id] = owner
        job = None
        try:
            written = specs.written(spec, enlargement)
            job = await self._jobs.accept(job_id, owner=owner, spec=written, reply=reply)
        finally:
            if job is None:
                del self._owners[job_id]
        return job

    def begin(self, job: Job) -> None:
        """Take up a job whose person has been told."""
        errand = self._errands[job.id] = Errand(job, means=self._means)
        self._run(job, errand.follow())

    async def at_rest(self, job_id: int) -> None:
        """Wait until nobody works on a job any more."""
        if (task := self._tasks.get(job_id)) is not None:
            await asyncio.wait({task})

    async def resume(self, job_id: int) -> None:
        """Deliver a job that a moderator let through, once its errand from before has come to its end."""
        await self.at_rest(job_id)
        job = await insist(lambda: self._jobs.find(job_id))
        if job is None or job.state is not JobState.DRAWN or job_id in self._tasks or self._closing:
            return  # it is over, or on its way, or the next start takes it up
        self.begin(job)

    def verify(self, job: Job) -> None:
        """Take up a job whose person may not have been told, if they were; otherwise drop it without a word."""
        errand = self._errands[job.id] = Errand(job, means=self._means)
        self._run(job, errand.verify())

    async def drop(self, job: Job) -> None:
        """Forget a job whose person was never told."""
        await insist(lambda: self._jobs.move(job.id, JobState.CANCELLED))
        self._owners.pop(job.id, None)

    async def cancel(self, job_id: int) -> bool:
        """Take a job back; say whether it was still waiting or being drawn."""
        if not await self._jobs.move(job_id, JobState.CANCELLED):
            return False
        if job_id in self._errands:
            self._errands[job_id].cancel()
        self._withdrawals.add(task := asyncio.create_task(self._withdraw(job_id), name=f"job {job_id} is taken back"))
        task.add_done_callback(self._let_withdrawal_go)
        return True

    async def take_back(self, owner: int, *, within: float) -> bool:
        """Take back all jobs of ``owner`` and wait, for ``within`` seconds at most, until none is on its way.

        Says whether it came to that: what is drawn already is delivered first.
        """
        for job in await self._jobs.among(set(NEXT) - ENDS, owner=owner):
            await self.cancel(job.id)
        tasks = [task for job_id, task in self._tasks.items() if self._owners.get(job_id) == owner]
        if tasks:
            await asyncio.wait(tasks, timeout=within)
        return self.on_the_way(owner) == 0

    async def recover(self) -> None:
        """After a start: put every orphan back in line."""
        await self._jobs.recover()
        for job in await self._jobs.among({JobState.ACCEPTING, JobState.QUEUED, JobState.DRAWN}):
            _log.info("taken up again", job=job.id, state=str(job.state))
            if job.state is JobState.ACCEPTING:
                self.verify(job)
            else:
                self.begin(job)

    async def drain(self, seconds: float) -> None:
        """Let what is being drawn or delivered finish, for ``seconds`` at most; the rest waits for the next start."""
        self._closing = True
        busy = {task for job_id, task in self._tasks.items() if self._errands[job_id].begun}
        await self._end(set(self._tasks.values()) - busy)
        busy |= self._withdrawals
        if busy:
            await asyncio.wait(busy, timeout=seconds)
        await self._end(busy)

    async def _withdraw(self, job_id: int) -> None:
        """Let the moderators know of a job that was taken back, once nobody works on it any more."""
        await self.at_rest(job_id)
        await self._means.holding.withdraw(job_id)

    def _let_withdrawal_go(self, ended: asyncio.Task[None]) -> None:
        self._withdrawals.discard(ended)
        if not ended.cancelled() and (fault := ended.exception()) is not None:
            _log.error("the case of a job that was taken back is still open", exc_info=fault)

    async def _end(self, tasks: set[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, job: Job, work: Coroutine[Any, Any, None]) -> None:
        self._owners[job.id] = job.owner
        named = contextvars.copy_context()  # so that every line of the log that its errand leads to names the job
        named.run(structlog.contextvars.bind_contextvars, job=job.id)
        self._tasks[job.id] = task = asyncio.create_task(work, name=f"job {job.id}", context=named)
        task.add_done_callback(lambda ended: self._let_go(job, ended))

    def _let_go(self, job: Job, ended: asyncio.Task[None]) -> None:
        del self._tasks[job.id], self._errands[job.id]
        self._owners.pop(job.id, None)
        if not ended.cancelled() and (fault := ended.exception()) is not None:
            _log.error("a job was left behind; the next start takes it up", job=job.id, exc_info=fault)


def _place(one: OnTheWay) -> tuple[int, int]:
    return (one.news.place if isinstance(one.news, Waiting) else 0 if one.news is not None else 2**31), one.job.id
