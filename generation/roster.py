"""The jobs of a drawing process, across its deaths: which are handed over, how each fares, and how each ends.

After a death its jobs are handed over anew, and draw the same pictures. A job that ends the process three times is set
aside. Picture files that wait to be checked (:mod:`generation.scoring`) go the same way. Of the process itself it knows
what :class:`generation.supervision.Supervision` tells, and what is sent to it.
"""

import asyncio
import logging
from dataclasses import replace

from generation import updates
from generation.errors import Cancelled, DrawerDied, DrawingFailed, InvalidChoice, NinewordsError
from generation.job import Hand, Job
from generation.messages import (
    Begun,
    Cancel,
    Draw,
    Drawn,
    Enlarged,
    Failed,
    Look,
    Message,
    Places,
    Priority,
    Reprioritise,
    Scored,
    Stepped,
)
from generation.scoring import UNCHECKED, Scoring
from generation.supervision import Supervision
from generation.updates import Finished, Picture, Progress, Update, Waiting

_log = logging.getLogger(__name__)

_STRIKES = 3


class Roster:
    """The jobs that are not ended, by key, in the order in which they came."""

    def __init__(self, scoring: Scoring) -> None:
        self._scoring = scoring
        self._process: Supervision | None = None
        self._jobs: dict[str, Hand] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    def __contains__(self, key: str) -> bool:
        return key in self._jobs

    def serve(self, process: Supervision) -> None:
        """Hand the jobs over to ``process`` whenever it is ready."""
        self._process = process

    def add(self, job: Hand) -> None:
        """Take a job on; it is handed over as soon as may be."""
        self._jobs[job.key] = job
        job.slot.put(Waiting(sum(not other.course.begun for other in self._jobs.values())))
        self._idle.clear()
        self.hand_over()

    def look(self, job: Hand) -> None:
        """Have a preview made of a job, if it is being drawn."""
        if job.course.handed_over and not job.ended:
            self._send(Look(key=job.key))

    def cancel(self, job: Hand) -> None:
        """Take a job back."""
        if job.course.handed_over and not job.ended:
            self._send(Cancel(key=job.key))
        self._end(job, Cancelled("This picture was taken back."))

    def reprioritise(self, job: Job, priority: Priority) -> None:
        """Give a job another priority."""
        if isinstance(job.order, Draw):
            job.order = replace(job.order, priority=priority)
        if job.course.handed_over and not job.ended:
            self._send(Reprioritise(key=job.key, priority=priority))

    async def settle(self) -> None:
        """Wait until every job has ended."""
        await self._idle.wait()

    def end_all(self, error: NinewordsError) -> None:
        """End every job by ``error``."""
        self._scoring.fail(f"{UNCHECKED}: {error}", sent_only=False)
        jobs, self._jobs = self._jobs, {}
        for job in jobs.values():
            job.slot.put(error)
        self._idle.set()

    def hand_over(self) -> None:
        """Send what may be sent and was not; while there is nobody to send it to, tell all their places."""
        if self._process is None or not self._process.is_ready:
            return self.say_places()
        for job in self._sendable():
            job.course.handed_over = True
            self._send(job.order)
        self._scoring.send(self._send)

    def say_places(self) -> None:
        """Tell every job its place while the process is not there to do so."""
        for place, job in enumerate(self._jobs.values(), 1):
            job.slot.put(Waiting(place))

    def hear(self, message: Message) -> None:
        """Take what the process says of its jobs; of one that was cancelled meanwhile it is nothing."""
        match message:
            case Places(places=places):
                for key, (place, seconds) in places.items():
                    self._put(key, Waiting(place, seconds))
            case Scored():
                self._scoring.hear(message)
            case Begun(key=key) | Stepped(key=key) | Drawn(key=key) | Enlarged(key=key) | Failed(key=key) if (
                key in self._jobs
            ):
                self._hear_of(self._jobs[key], message)
            case _:
                pass

    def mourn(self, death: DrawerDied) -> None:
        """Count the death against the jobs that were being drawn, and make every job ready to be handed over anew."""
        _log.warning("%s It is started again; %d jobs wait for it.", death, len(self._jobs))
        self._scoring.fail(f"{UNCHECKED}: {death}", sent_only=True)
        for job in list(self._jobs.values()):
            job.course.strikes += job.course.begun
            job.course.handed_over = job.course.begun = False
            job.course.pictures.clear()
            if job.course.strikes >= _STRIKES:
                sentence = (
                    f"This picture ended the drawing process {_STRIKES} times. Try another size or fewer pictures."
                )
                self._end(job, DrawingFailed(sentence))

    def _hear_of(self, job: Hand, message: Message) -> None:
        match message:
            case Begun():
                job.course.begun = True
            case Stepped() as stepped:
                job.course.step = max(job.course.step, stepped.step)
                job.slot.put(_progress(stepped, job.course.step))
            case Drawn(index=index, spec=spec, scores=scores, body=body) if isinstance(job, Job):
                job.course.pictures[index] = Picture(png=body, spec=spec, scores=scores)
                if len(job.course.pictures) == job.spec.count:
                    self._end(job, Finished(tuple(job.course.pictures[index] for index in range(job.spec.count))))
            case Enlarged(width=width, height=height, body=body):
                self._end(job, updates.Enlarged(body, width, height))
            case Failed(sentence=sentence, field=field):
                self._end(job, InvalidChoice(field, sentence) if field else DrawingFailed(sentence))

    def _sendable(self) -> list[Hand]:
        """All fresh jobs, but of those that saw a death one at a time, the worst first.

        So a job that kills is soon found out, and takes no innocent one with it three times.
        """
        fresh = [job for job in self._jobs.values() if not job.course.strikes and not job.course.handed_over]
        suspects = sorted(
            (job for job in self._jobs.values() if job.course.strikes), key=lambda job: -job.course.strikes
        )
        return fresh if any(job.course.handed_over for job in suspects) else [*fresh, *suspects[:1]]

    def _send(self, message: Message) -> None:
        if self._process is not None:
            self._process.send(message)

    def _put(self, key: str, update: Update) -> None:
        if key in self._jobs:
            self._jobs[key].slot.put(update)

    def _end(self, job: Hand, last: Finished | updates.Enlarged | NinewordsError) -> None:
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]
            job.slot.put(last)
            self.hand_over()
        if not self._jobs:
            self._idle.set()


def _progress(stepped: Stepped, step: int) -> Progress:
    """What a reader sees of ``stepped``; one that carries a preview took its time and may be behind ``step``."""
    return Progress(
        step=step,
        steps=stepped.steps,
        preview=stepped.body or None,
        seconds_left=stepped.seconds_left,
        pictures_done=stepped.pictures_done,
    )
