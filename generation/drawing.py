"""The drawing process and its jobs, as the bot and the command line hold them. No torch here: it lives over there.

    async with DrawingProcess(profile=profile) as drawing:
        job = drawing.submit(spec, owner="somebody", key="1")
        async for update in job.updates(preview_seconds=2):
            ...                       # Waiting, Progress, Finished; a failure is raised

The process is started by :meth:`DrawingProcess.start` or by the first job, and started again when it dies or hangs;
its jobs are then handed over anew, and draw the same pictures. A job that ends it three times is set aside.
"""

import asyncio
import logging
import time
from collections.abc import Hashable, Sequence
from typing import Self

from generation import child as children
from generation.child import Child
from generation.errors import Cancelled, DrawerDied, DrawingFailed, InvalidChoice, ModelUnavailable, NinewordsError
from generation.job import Job
from generation.messages import (
    Alive,
    Begun,
    Cancel,
    Draw,
    Drawn,
    Failed,
    Load,
    Loaded,
    Look,
    Message,
    ModelInfo,
    Places,
    Stepped,
    Unloadable,
)
from generation.profiles import Profile
from generation.spec import PromptSpec
from generation.updates import Finished, Picture, Progress, Update, Waiting

__all__ = ["DrawingProcess", "Finished", "Job", "ModelInfo", "Picture", "Progress", "Update", "Waiting"]

_log = logging.getLogger(__name__)

_STRIKES = 3
_STARTS = 4
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0
_HUNG_AFTER_TIMES = 20


class DrawingProcess:
    """The drawing process of one model: started when it is needed, watched, replaced, and closed.

    ``model`` takes the place of the profile's source: a diffusers folder, a ``.safetensors`` or ``.ckpt`` file, or a
    hub id, which is fetched only where ``download`` is true. ``vae`` is one of its own, likewise. ``device`` and
    ``dtype`` are torch's names, or ``auto`` for what is there. ``threads`` None leaves their number to torch.
    ``reproducible`` pads network calls so that a picture is bit for bit the same alone and in a crowd.
    A process that is silent for ``silence`` seconds, or at one step for ``longest_step``, is replaced.
    """

    def __init__(
        self,
        *,
        profile: Profile,
        model: str | None = None,
        vae: str | None = None,
        device: str = "auto",
        dtype: str = "auto",
        threads: int | None = None,
        download: bool = False,
        reproducible: bool = True,
        silence: float = 60.0,
        longest_step: float = 900.0,
        command: Sequence[str] = children.COMMAND,
    ) -> None:
        preview = profile.preview
        self._load = Load(
            name=profile.name,
            source=model or profile.source,
            vae=vae,
            device=device,
            dtype=dtype,
            threads=threads,
            download=download,
            reproducible=reproducible,
            preview=None if preview is None else [list(row) for row in (*preview.weights, preview.bias)],
        )
        self._silence, self._longest_step, self._command = silence, longest_step, command
        self._jobs: dict[str, Job] = {}
        self._child: Child | None = None
        self._info: ModelInfo | None = None
        self._ready: asyncio.Future[ModelInfo] | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def info(self) -> ModelInfo | None:
        """The loaded model; None while there is none."""
        return self._info

    @property
    def pid(self) -> int | None:
        """The process's id; None while there is none."""
        return self._child and self._child.pid

    async def start(self) -> ModelInfo:
        """Start the process if it is not running, and wait until its model is loaded.

        Raises ModelUnavailable, or DrawerDied when the process does not survive its start.
        """
        return await asyncio.shield(self._running())

    def submit(self, spec: PromptSpec, *, owner: Hashable, key: str) -> Job:
        """Hand over a job. ``owner`` is whom it is fair to, nothing more; ``key`` must not be in use by a live job.

        Raises InvalidChoice for a spec of another model.
        """
        if spec.model != self._load.name:
            raise InvalidChoice("model", f"{spec.model} is not drawn here; {self._load.name} is.")
        if key in self._jobs:
            raise ValueError(f"there is a job {key!r} already")
        job = self._jobs[key] = Job(spec, owner=owner, key=key, look=self._look, cancel=self._cancel)
        job.slot.put(Waiting(sum(not other.course.begun for other in self._jobs.values())))
        self._idle.clear()
        self._running()
        self._hand_over()
        return job

    async def aclose(self, *, drain: bool = False) -> None:
        """End the process, after all its jobs where ``drain`` is true; otherwise their readers see DrawerDied."""
        if drain:
            await self._idle.wait()
        self._closed = True
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        self._end_all(DrawerDied("The drawing process was closed before the picture was finished. Ask for it again."))

    def _running(self) -> asyncio.Future[ModelInfo]:
        """The process's readiness; starts the process where there is none."""
        if self._closed:
            raise DrawerDied("The drawing process has been closed.")
        if self._ready is None or self._supervisor is None or self._supervisor.done():
            self._ready = asyncio.get_running_loop().create_future()
            self._ready.add_done_callback(_retrieve)
            self._supervisor = asyncio.create_task(self._supervise(self._ready), name="drawing process")
            self._supervisor.add_done_callback(self._supervisor_ended)
        return self._ready

    async def _supervise(self, ready: asyncio.Future[ModelInfo]) -> None:
        """Run the process, again and again, until its model turns out to be unavailable or it never comes up."""
        failed, pause = 0, _FIRST_PAUSE
        while failed < _STARTS:
            begun = time.monotonic()
            try:
                await self._run(ready)
            except ModelUnavailable as error:
                return self._give_up(ready, error)
            except DrawerDied as death:
                failed = 0 if self._info is not None else failed + 1
                self._mourn(death)
            await asyncio.sleep(pause)
            pause = _FIRST_PAUSE if time.monotonic() - begun > _LONGEST_PAUSE else min(_LONGEST_PAUSE, 2 * pause)
        self._give_up(ready, DrawerDied("The drawing process does not start; its log says why."))

    async def _run(self, ready: asyncio.Future[ModelInfo]) -> None:
        """Run the process once. Ends only by an error."""
        self._info = None
        self._child = child = await Child.start(self._command)
        try:
            child.send(self._load)
            self._say_places()
            while True:
                self._hear(await child.hear(self._silence), ready)
        except DrawerDied:
            child.kill()
            raise
        finally:
            self._child = None
            await child.aclose()

    def _hear(self, message: Message, ready: asyncio.Future[ModelInfo]) -> None:
        match message:
            case Loaded(info=info):
                self._info = info
                if not ready.done():
                    ready.set_result(info)
                self._hand_over()
            case Unloadable(sentence=sentence):
                raise ModelUnavailable(sentence)
            case Alive(busy=busy, usual=usual):
                self._check_step(busy, usual)
            case Places(places=places):
                for key, (place, seconds) in places.items():
                    self._put(key, Waiting(place, seconds))
            case Begun(key=key) | Stepped(key=key) | Drawn(key=key) | Failed(key=key) if key in self._jobs:
                self._hear_of(self._jobs[key], message)
            case _:
                pass  # of a job that was cancelled meanwhile

    def _hear_of(self, job: Job, message: Message) -> None:
        match message:
            case Begun():
                job.course.begun = True
            case Stepped() as stepped:
                job.course.step = max(job.course.step, stepped.step)
                job.slot.put(_progress(stepped, job.course.step))
            case Drawn(index=index, spec=spec, body=body):
                job.course.pictures[index] = Picture(png=body, spec=spec)
                if len(job.course.pictures) == job.spec.count:
                    self._end(job, Finished(tuple(job.course.pictures[index] for index in range(job.spec.count))))
            case Failed(sentence=sentence, field=field):
                self._end(job, InvalidChoice(field, sentence) if field else DrawingFailed(sentence))

    def _check_step(self, busy: float, usual: float | None) -> None:
        limit = (
            self._longest_step if usual is None else min(self._longest_step, _HUNG_AFTER_TIMES * usual + self._silence)
        )
        if busy > limit:
            raise DrawerDied(f"The drawing process has been at one step for {busy:.0f} seconds.")

    def _mourn(self, death: DrawerDied) -> None:
        """Count the death against the jobs that were being drawn, and make every job ready to be handed over anew."""
        _log.warning("%s It is started again; %d jobs wait for it.", death, len(self._jobs))
        for job in list(self._jobs.values()):
            job.course.strikes += job.course.begun
            job.course.handed_over = job.course.begun = False
            job.course.pictures.clear()
            if job.course.strikes >= _STRIKES:
                sentence = (
                    f"This picture ended the drawing process {_STRIKES} times. Try another size or fewer pictures."
                )
                self._end(job, DrawingFailed(sentence))

    def _hand_over(self) -> None:
        """Send what may be sent and was not; while there is nobody to send it to, tell all their places."""
        if self._child is None or self._info is None:
            return self._say_places()
        for job in self._sendable():
            job.course.handed_over = True
            self._child.send(Draw(key=job.key, owner=str(job.owner), spec=job.spec))

    def _sendable(self) -> list[Job]:
        """All fresh jobs, but of those that saw a death one at a time, the worst first.

        So a job that kills is soon found out, and takes no innocent one with it three times.
        """
        fresh = [job for job in self._jobs.values() if not job.course.strikes and not job.course.handed_over]
        suspects = sorted(
            (job for job in self._jobs.values() if job.course.strikes), key=lambda job: -job.course.strikes
        )
        return fresh if any(job.course.handed_over for job in suspects) else [*fresh, *suspects[:1]]

    def _say_places(self) -> None:
        """Tell every job its place while the process is not there to do so."""
        for place, job in enumerate(self._jobs.values(), 1):
            job.slot.put(Waiting(place))

    def _put(self, key: str, update: Update) -> None:
        if key in self._jobs:
            self._jobs[key].slot.put(update)

    def _look(self, job: Job) -> None:
        if self._child is not None and job.course.handed_over and not job.ended:
            self._child.send(Look(key=job.key))

    def _cancel(self, job: Job) -> None:
        if self._child is not None and job.course.handed_over and not job.ended:
            self._child.send(Cancel(key=job.key))
        self._end(job, Cancelled("This picture was taken back."))

    def _end(self, job: Job, last: Finished | NinewordsError) -> None:
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]
            job.slot.put(last)
            self._hand_over()
        if not self._jobs:
            self._idle.set()

    def _end_all(self, error: NinewordsError) -> None:
        jobs, self._jobs = self._jobs, {}
        for job in jobs.values():
            job.slot.put(error)
        self._idle.set()

    def _give_up(self, ready: asyncio.Future[ModelInfo], error: NinewordsError) -> None:
        self._supervisor = None  # the next job starts anew
        if not ready.done():
            ready.set_exception(error)
        self._end_all(error)

    def _supervisor_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            _log.error("The drawing process's supervisor failed.", exc_info=fault)
            self._end_all(DrawerDied("The drawing process could not be run; the log says why."))


def _progress(stepped: Stepped, step: int) -> Progress:
    """What a reader sees of ``stepped``; one that carries a preview took its time and may be behind ``step``."""
    return Progress(
        step=step,
        steps=stepped.steps,
        preview=stepped.body or None,
        seconds_left=stepped.seconds_left,
        pictures_done=stepped.pictures_done,
    )


def _retrieve(ready: asyncio.Future[ModelInfo]) -> None:
    """Look at a failed start, so that nobody is told that nobody did."""
    if not ready.cancelled():
        ready.exception()
