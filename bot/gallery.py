"""Finished pictures on cards: read from storage, each as a file that Discord takes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot import presenting, specs, words
from bot.errors import Refused
from bot.insisting import insist
from bot.presenting import Card, Upload
from bot.uploads import fitted, is_smaller
from generation.spec import PromptSpec, picture
from storage.pictures import Pictures
from storage.records import Job, JobState, Picture

#: Says what is to be remarked under a finished picture, a sentence a line.
Remarks = Callable[[PromptSpec, Job], Awaitable[Sequence[str]]]
#: Jobs whose pictures nobody was shown, and nobody is.
_UNSEEN = {JobState.HELD, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


class Gallery:
    """The pictures that are kept, as cards."""

    def __init__(self, *, pictures: Pictures, remarks: Remarks) -> None:
        self._pictures = pictures
        self._remarks = remarks

    async def left(self, job: Job) -> tuple[Picture, ...]:
        """What is known of the pictures of a job that have not been deleted; their files may have made room."""
        return await insist(lambda: self._pictures.of(job.id))

    async def card(self, job: Job) -> Card:
        """All pictures of a job, under what is to be said of them. Raises Refused where they cannot be shown."""
        check_shown(job)
        spec = specs.read(job.spec)
        uploads = await self.uploads(job)
        kept = await self.left(job)
        remarks = list(await self._remarks(spec, job))
        if (times := specs.times_enlarged(job.spec)) > 1:
            remarks.insert(0, words.pictures.enlarged(times, kept[0].width, kept[0].height))
        if any(map(is_smaller, uploads)):
            remarks.append(words.SMALLER_FILE)
        card = presenting.finished(spec, uploads, remarks, left=[each.index for each in kept])
        return replace(card, spoiler=job.reply.spoiler)

    async def uploads(self, job: Job) -> list[Upload]:
        """All pictures of a job as files, for whoever may see them. Raises Refused where one cannot be had."""
        spec = specs.read(job.spec)
        kept = await self.left(job)
        if not kept:
            raise Refused(words.LOST_PICTURE)
        return [await self._upload(job, spec, each, job.reply.upload_limit) for each in kept]

    async def one(self, job: Job, index: int, *, limit: int) -> Card:
        """One picture alone, or what is known of one whose file has made room. Raises Refused for one that is gone."""
        check_shown(job)
        spec = specs.read(job.spec)
        kept = {each.index: each for each in await self.left(job)}
        if index not in kept:
            raise Refused(words.pictures.GONE)
        there = kept[index].path is not None
        upload = await self._upload(job, spec, kept[index], limit) if there else None
        card = presenting.taken(spec, index, upload, left=list(kept))
        return replace(card, spoiler=job.reply.spoiler)

    async def _upload(self, job: Job, spec: PromptSpec, kept: Picture, limit: int) -> Upload:
        content = await self._pictures.read(kept)
        if content is None:
            raise Refused(words.LOST_PICTURE)
        upload = await fitted(content, picture(spec, kept.index), limit=limit)
        if upload is None:
            raise Refused(words.NO_FILE)
        return upload


def check_shown(job: Job) -> None:
    """Raise Refused for pictures that nobody is to see, for the time being or for good."""
    if job.hidden or job.state in _UNSEEN:
        raise Refused(words.review.NOT_SHOWN)
