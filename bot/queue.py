"""Jobs on their way: from the record through the drawing process to their message, and back in line after a restart.

Every step is in the record before the next is taken, so that whatever ends this process loses nothing: what was
waiting or being drawn waits again, what was finished is delivered.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Any

import structlog

from bot import errors, presenting, specs, words
from bot.delivery import Delivery, JobMessage, Undeliverable
from bot.errors import Failure, Refused
from bot.insisting import insist
from bot.presenting import Card
from bot.uploads import fitted, is_smaller
from generation import drawing, png
from generation.drawing import DrawingProcess, Finished, Picture, Waiting
from generation.errors import Cancelled, ProcessError
from generation.spec import PromptSpec, picture
from storage.errors import StorageError
from storage.jobs import Jobs
from storage.pictures import Pictures
from storage.records import Drawn, Job, JobState, Reply

_log = structlog.get_logger(__name__)

_PREVIEW_SECONDS = 2.0
#: Seconds before a drawing process that does not start is asked for again.
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 60.0

#: Says what is to be remarked under a finished picture, a sentence a line.
Remarks = Callable[[PromptSpec, Job], Awaitable[Sequence[str]]]
#: Raises Refused for what is never drawn.
Permit = Callable[[PromptSpec], Awaitable[None]]


class Queue:
    """The jobs that are on their way now, a task each."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        pictures: Pictures,
        process: DrawingProcess,
        delivery: Delivery,
        remarks: Remarks,
        permit: Permit,
    ) -> None:
        self._jobs = jobs
        self._pictures = pictures
        self._process = process
        self._delivery = delivery
        self._remarks = remarks
        self._permit = permit
        self._owners: dict[int, int] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._hands: dict[int, drawing.Job] = {}
        self._begun: set[int] = set()
        self._closing = False

    def on_the_way(self, owner: int | None = None) -> int:
        """How many jobs are not finished: of ``owner``, or of everybody."""
        return len(self._owners) if owner is None else sum(each == owner for each in self._owners.values())

    async def accept(self, job_id: int, *, owner: int, spec: PromptSpec, reply: Reply) -> Job | None:
        """Write a job down before its person is told; None where the interaction ``job_id`` has one already."""
        if self._closing:
            raise Refused(words.CLOSING)
        if job_id in self._owners:
            return None
        self._owners[job_id] = owner
        job = None
        try:
            job = await self._jobs.accept(job_id, owner=owner, spec=specs.written(spec), reply=reply)
        finally:
            if job is None:
                del self._owners[job_id]
        return job

    def begin(self, job: Job) -> None:
        """Take up a job whose person has been told."""
        self._run(job, self._follow(job))

    def verify(self, job: Job) -> None:
        """Take up a job whose person may not have been told, if they were; otherwise drop it without a word."""
        self._run(job, self._verify(job))

    async def drop(self, job: Job) -> None:
        """Forget a job whose person was never told."""
        await insist(lambda: self._jobs.move(job.id, JobState.CANCELLED))
        self._owners.pop(job.id, None)

    async def cancel(self, job_id: int) -> bool:
        """Take a job back; say whether it was still waiting or being drawn."""
        if not await self._jobs.move(job_id, JobState.CANCELLED):
            return False
        if job_id in self._hands:
            self._hands[job_id].cancel()
        return True

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
        busy = {task for job_id, task in self._tasks.items() if job_id in self._begun}
        await self._end(set(self._tasks.values()) - busy)
        if busy:
            await asyncio.wait(busy, timeout=seconds)
        await self._end(busy)

    async def _end(self, tasks: set[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, job: Job, work: Coroutine[Any, Any, None]) -> None:
        self._owners[job.id] = job.owner
        self._tasks[job.id] = task = asyncio.create_task(work, name=f"job {job.id}")
        task.add_done_callback(lambda ended: self._let_go(job, ended))

    def _let_go(self, job: Job, ended: asyncio.Task[None]) -> None:
        del self._tasks[job.id]
        self._owners.pop(job.id, None)
        self._begun.discard(job.id)
        if not ended.cancelled() and (fault := ended.exception()) is not None:
            _log.error("a job was left behind; the next start takes it up", job=job.id, exc_info=fault)

    async def _verify(self, job: Job) -> None:
        async with self._delivery.message_of(job) as message:
            there = await message.reaches(presenting.starting())
        if there:
            await self._follow(job)
        else:
            _log.info("never acknowledged, dropped", job=job.id)
            await self.drop(job)

    async def _follow(self, job: Job) -> None:
        """Bring one job to its end, and word what happens on the way."""
        async with self._delivery.message_of(job) as message:
            try:
                if job.state is not JobState.DRAWN:
                    await self._draw(job, message)
                await self._deliver(job, message)
            except Cancelled:
                await message.reaches(presenting.cancelled())
            except Exception as error:  # noqa: BLE001  (whatever it is, its person must hear of it)
                await self._fail(job, message, error)

    async def _draw(self, job: Job, message: JobMessage) -> None:
        """Have a job drawn and keep its pictures. Raises Cancelled when it is taken back meanwhile.

        It is judged here too: an earlier version of the program, with other lists, may have taken it.
        """
        await self._permit(specs.read(job.spec))
        if job.state is JobState.ACCEPTING:
            await self._move(job, JobState.QUEUED)
        pause = _FIRST_PAUSE
        while (pictures := await self._attempt(job, message)) is None:
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)
        drawn = await asyncio.to_thread(_with_recipes, pictures)
        if not await insist(lambda: self._pictures.keep(job.id, drawn)):
            raise Cancelled

    async def _attempt(self, job: Job, message: JobMessage) -> tuple[Picture, ...] | None:
        """Hand a job to the drawing process; None where that does not run, of which its person is told."""
        hand = self._hands[job.id] = self._process.submit(specs.read(job.spec), owner=job.owner, key=str(job.id))
        try:
            return await self._watch(job, hand, message)
        except ProcessError as error:
            await self._move(job, JobState.QUEUED)
            message.show(presenting.delayed(errors.recorded(error, job=job.id)))
            return None
        finally:
            del self._hands[job.id]
            hand.cancel()

    async def _watch(self, job: Job, hand: drawing.Job, message: JobMessage) -> tuple[Picture, ...]:
        """Show what becomes of a job until it is drawn; a drawing process that died begins anew by itself."""
        deaths, begun = 0, False
        async with aclosing(hand.updates(preview_seconds=_PREVIEW_SECONDS)) as updates:
            async for update in updates:
                if isinstance(update, Waiting):
                    if begun:
                        deaths, begun = deaths + 1, not await self._move(job, JobState.QUEUED)
                    message.show(presenting.waiting(update, begun_before=deaths > 0))
                    continue
                if not begun:
                    begun = await self._taken_up(job)
                if isinstance(update, Finished):
                    return update.pictures
                message.show(presenting.drawing(update))
        raise AssertionError("updates end with Finished or with an error")

    async def _taken_up(self, job: Job) -> bool:
        """Note that a job is being drawn. Raises Cancelled when it was taken back just before."""
        self._begun.add(job.id)
        if not await self._move(job, JobState.DRAWING):
            raise Cancelled
        return True

    async def _deliver(self, job: Job, message: JobMessage) -> None:
        """Bring a finished job's pictures to its message."""
        self._begun.add(job.id)
        if not await self._move(job, JobState.DELIVERING):
            raise Cancelled
        card = await self._card(job)
        try:
            message_id = await message.complete(card, elsewhere=words.finished_elsewhere(job.owner))
        except Undeliverable as refusal:
            if refusal.too_large:
                raise Refused(words.NO_FILE) from refusal
            await self._give_up(job, Refused(words.NOT_SENT))  # nor would Discord take that sentence there
            return
        await insist(lambda: self._jobs.move(job.id, JobState.DONE, message_id=message_id))
        _log.info("delivered", job=job.id)

    async def _card(self, job: Job) -> Card:
        """The finished pictures of a job, each as a file that Discord takes, under what is to be said of them."""
        spec = specs.read(job.spec)
        uploads, remarks = [], list(await self._remarks(spec, job))
        for kept in await insist(lambda: self._pictures.of(job.id)):
            content = await self._pictures.read(kept)
            if content is None:
                raise Refused(words.LOST_PICTURE)
            upload = await fitted(content, picture(spec, kept.index), limit=job.reply.upload_limit)
            if upload is None:
                raise Refused(words.NO_FILE)
            uploads.append(upload)
        if any(map(is_smaller, uploads)):
            remarks.append(words.SMALLER_FILE)
        return presenting.finished(spec, uploads, remarks)

    async def _fail(self, job: Job, message: JobMessage, error: Exception) -> None:
        """End a job that cannot go on, and say so where its picture would have been."""
        failure = await self._give_up(job, error)
        if failure is None:
            return
        try:
            await message.complete(presenting.failed(failure), elsewhere=words.failed_elsewhere(job.owner))
        except Undeliverable as refusal:
            _log.warning("a failure could not be shown", job=job.id, reason=str(refusal))

    async def _give_up(self, job: Job, error: Exception) -> Failure | None:
        """Record why a job cannot go on; None where it has ended otherwise meanwhile."""
        failure = errors.recorded(error, job=job.id)
        try:
            ended = await insist(lambda: self._jobs.move(job.id, JobState.FAILED, error_id=failure.error_id))
        except StorageError as fault:
            _log.error("a failure could not be written down", job=job.id, reason=str(fault))
            return failure
        return failure if ended else None

    async def _move(self, job: Job, to: JobState) -> bool:
        return await insist(lambda: self._jobs.move(job.id, to))


def _with_recipes(pictures: Sequence[Picture]) -> list[Drawn]:
    """Pictures as storage keeps them; their recipes are read from the files themselves."""
    return [
        Drawn(png=each.png, recipe=png.read(each.png), seed=each.spec.seed, width=each.width, height=each.height)
        for each in pictures
    ]
