"""What becomes of one job: drawn, kept, brought to its message; or ended, and its person told why."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace

import structlog
from PIL import Image

from bot import enlarging, errors, overpainting, presenting, specs, words
from bot.delivery import Delivery
from bot.errors import Failure, Refused
from bot.gallery import Gallery
from bot.holding import Holding
from bot.insisting import insist
from bot.job_message import JobMessage, TokenDead
from bot.moderation.policy import Decision
from bot.pace import Pace
from bot.patience import Undeliverable
from bot.rush import Rush
from bot.scrutiny import Scrutiny
from bot.whereabouts import Gone
from generation import drawing, png, source
from generation.drawing import DrawingProcess, Enlarged, Enlargement, Finished, Picture, Update, Waiting
from generation.errors import Cancelled, ProcessError
from generation.likeness import likeness
from generation.spec import PromptSpec
from storage.errors import StorageError
from storage.given import Given
from storage.jobs import Jobs
from storage.pictures import Pictures
from storage.records import Drawn, Job, JobState

_log = structlog.get_logger(__name__)

_PREVIEW_SECONDS = 2.0
#: Seconds before a drawing process that does not start is asked for again.
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 60.0

#: Raises Refused for what is never drawn.
Permit = Callable[[PromptSpec], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What every job needs on its way."""

    jobs: Jobs
    pictures: Pictures
    given: Given
    rush: Rush
    process: DrawingProcess
    delivery: Delivery
    gallery: Gallery
    permit: Permit
    pace: Pace
    scrutiny: Scrutiny
    holding: Holding


class Errand:
    """One job on its way. ``begun`` once it is being drawn, or delivered; ``news`` is the newest heard of it."""

    def __init__(self, job: Job, *, means: Means) -> None:
        self.job = job
        self._means = means
        self.news: Update | None = None
        self._hand: drawing.Job | Enlargement | None = None
        self.begun = False

    def cancel(self) -> None:
        """Take the job back from the drawing process, if that has it; the record knows already."""
        if self._hand is not None:
            self._hand.cancel()

    async def verify(self) -> None:
        """Go on with a job whose person may not have been told, if they were; otherwise drop it without a word."""
        async with self._means.delivery.message_of(self.job) as message:
            there = await message.reaches(presenting.starting())
        if there:
            await self.follow()
        else:
            _log.info("never acknowledged, dropped", job=self.job.id)
            await self._move(JobState.CANCELLED)

    async def follow(self) -> None:
        """Bring the job to its end, and word what happens on the way."""
        async with self._means.delivery.message_of(self.job) as message:
            try:
                if self.job.state is not JobState.DRAWN:
                    await self._draw(message)
                await self._deliver(message)
            except Cancelled:
                await message.reaches(presenting.cancelled())
            except Exception as error:  # noqa: BLE001  (whatever it is, its person must hear of it)
                await self._fail(message, error)

    async def _draw(self, message: JobMessage) -> None:
        """Have the job drawn and keep its pictures. Raises Cancelled when it is taken back meanwhile.

        It is judged here too: an earlier version of the program, with other lists, may have taken it.
        """
        await self._means.rush.over()
        await self._means.permit(specs.read(self.job.spec))
        if self.job.state is JobState.ACCEPTING:
            await self._move(JobState.QUEUED)
        pause = _FIRST_PAUSE
        while (drawn := await self._attempt(message)) is None:
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)
        if not await insist(lambda: self._means.pictures.keep(self.job.id, drawn)):
            raise Cancelled

    async def _attempt(self, message: JobMessage) -> list[Drawn] | None:
        """Hand the job to the drawing process; None where that does not run, of which its person is told."""
        job, spec, process = self.job, specs.read(self.job.spec), self._means.process
        of = specs.enlargement(job.spec)
        original = None if of is None else await enlarging.original(self._means.pictures, of)
        image = await overpainting.pixels(self._means.given, spec) if original is None else None
        if of is None or original is None:
            hand = process.submit(spec, owner=job.owner, key=str(job.id), image=image)
        else:
            hand = process.enlarge(original.png, of.factor, owner=job.owner, key=str(job.id))
        self._hand = hand
        try:
            last = await self._watch(hand, message)
            if isinstance(last, Finished):
                return await asyncio.to_thread(_with_recipes, last.pictures)
            assert original is not None
            return [await asyncio.to_thread(enlarging.drawn, last, original)]
        except ProcessError as error:
            await self._move(JobState.QUEUED)
            message.show(presenting.delayed(errors.recorded(error, job=job.id)))
            return None
        finally:
            self._hand = None
            hand.cancel()

    async def _watch(self, hand: drawing.Job | Enlargement, message: JobMessage) -> Finished | Enlarged:
        """Show what becomes of the job until it is drawn; a drawing process that died begins anew by itself."""
        spec, deaths, begun, since = specs.read(self.job.spec), 0, False, time.monotonic()
        drawn = isinstance(hand, drawing.Job)
        async with aclosing(hand.updates(preview_seconds=_PREVIEW_SECONDS) if drawn else hand.updates()) as updates:
            async for update in updates:
                if not isinstance(update, Enlarged):
                    self.news = update
                if isinstance(update, Waiting):
                    if begun:
                        deaths, begun = deaths + 1, not await self._move(JobState.QUEUED)
                    message.show(presenting.waiting(update, spec, begun_before=deaths > 0))
                    continue
                if not begun:
                    begun, since = await self._taken_up(), time.monotonic()
                if isinstance(update, Enlarged):
                    return update
                if isinstance(update, Finished):
                    self._means.pace.note(spec, time.monotonic() - since)
                    return update
                if update.preview is not None and not await self._means.scrutiny.passes(self.job, update.preview):
                    update = replace(update, preview=None)
                message.show(presenting.drawing(update, spec))
        raise AssertionError("updates end with Finished or with an error")

    async def _taken_up(self) -> bool:
        """Note that the job is being drawn. Raises Cancelled when it was taken back just before."""
        self.begun = True
        if not await self._move(JobState.DRAWING):
            raise Cancelled
        return True

    async def _deliver(self, message: JobMessage) -> None:
        """Bring the finished job's pictures to its message, if they may be shown there and now; or hold them."""
        self.begun = True
        try:
            ruling = await self._means.scrutiny.rule(self.job)
        except Gone as gone:
            return await self._close(message, seen=gone.seen)
        if ruling.verdict.decision is Decision.HOLD:
            if not await self._means.holding.hold(self.job, ruling, message):
                raise Cancelled
            return
        if not await self._move(JobState.DELIVERING):
            raise Cancelled
        await self._bring(message, directly=ruling.directly)

    async def _bring(self, message: JobMessage, *, directly: bool) -> None:
        """Show the pictures; ``directly`` says whether they may go to their person outside of the server."""
        card = await insist(lambda: self._means.gallery.card(self.job))
        elsewhere: str | None = words.finished_elsewhere(self.job.owner)
        if self.job.reply.private:
            elsewhere = words.pictures.private_elsewhere(self.job.owner) if directly else None
        try:
            message_id = await message.complete(card, elsewhere=elsewhere)
        except TokenDead as dead:
            raise Refused(words.review.TOO_LATE_FOR_PRIVATE) from dead
        except Undeliverable as refusal:
            if refusal.too_large:
                raise Refused(words.NO_FILE) from refusal
            await self._give_up(Refused(words.NOT_SENT))  # nor would Discord take that sentence there
            return
        await self._move(JobState.DONE, message_id=message_id)
        _log.info("delivered", job=self.job.id)
        await self._means.holding.put_away(self.job, message_id, words.review.LET_THROUGH)

    async def _close(self, message: JobMessage, *, seen: bool) -> None:
        """End a job whose place is no more; whoever waits is told, if that takes one attempt and no more."""
        failure = await self._give_up(Refused(words.review.MAY_NOT_POST if seen else words.NOT_SENT))
        if seen and failure is not None:
            await message.try_once(presenting.failed(failure))

    async def _fail(self, message: JobMessage, error: Exception) -> None:
        """End a job that cannot go on, and say so where its picture would have been."""
        failure = await self._give_up(error)
        if failure is None:
            return
        try:
            await message.complete(presenting.failed(failure), elsewhere=words.failed_elsewhere(self.job.owner))
        except Undeliverable as refusal:
            _log.warning("a failure could not be shown", job=self.job.id, reason=str(refusal))

    async def _give_up(self, error: Exception) -> Failure | None:
        """Record why the job cannot go on; None where it has ended otherwise meanwhile."""
        failure = errors.recorded(error, job=self.job.id)
        try:
            ended = await self._move(JobState.FAILED, error_id=failure.error_id)
        except StorageError as fault:
            _log.error("a failure could not be written down", job=self.job.id, reason=str(fault))
            return failure
        return failure if ended else None

    async def _move(self, to: JobState, *, error_id: str | None = None, message_id: int | None = None) -> bool:
        return await insist(lambda: self._means.jobs.move(self.job.id, to, error_id=error_id, message_id=message_id))


def _with_recipes(pictures: Sequence[Picture]) -> list[Drawn]:
    """Pictures as storage keeps them; their recipes and pixels are read from the files themselves."""
    return [_with_recipe(each, source.read(each.png)) for each in pictures]


def _with_recipe(picture: Picture, opened: Image.Image) -> Drawn:
    return Drawn(
        png=picture.png,
        recipe=png.read(picture.png),
        seed=picture.spec.seed,
        width=picture.width,
        height=picture.height,
        pixels_sha256=source.digest(opened),
        scores=None if picture.scores is None else asdict(picture.scores),
        likeness=likeness(opened),
    )
