"""The drawing process and its jobs, as the bot and the command line hold them. No torch here: it lives over there.

    async with DrawingProcess(profile=profile) as drawing:
        job = drawing.submit(spec, owner="somebody", key="1")
        async for update in job.updates(preview_seconds=2):
            ...                       # Waiting, Progress, Finished; a failure is raised

The process is started by :meth:`DrawingProcess.start` or by the first job, and started again when it dies or hangs
(:mod:`generation.supervision`); its jobs are then handed over anew (:mod:`generation.roster`).
"""

import asyncio
from collections.abc import Hashable, Sequence
from typing import Self

from generation import child as children
from generation.acceleration import Acceleration
from generation.errors import DrawerDied, GateFailed, InvalidChoice, ProcessError
from generation.gate import GateScores
from generation.job import Enlargement, Hand, Job
from generation.messages import Alive, Draw, Enlarge, Load, ModelInfo, Priority
from generation.profiles import Profile
from generation.roster import Roster
from generation.scoring import UNCHECKED, Scoring
from generation.spec import PromptSpec
from generation.supervision import Supervision
from generation.updates import Enlarged, Finished, Picture, Progress, Update, Waiting

__all__ = [
    "Alive",
    "DrawingProcess",
    "Enlarged",
    "Enlargement",
    "Finished",
    "Job",
    "ModelInfo",
    "Picture",
    "Progress",
    "Update",
    "Waiting",
]

#: How many times a picture can be enlarged.
FACTORS = (2, 4)

_AUTOMATIC = Acceleration()


class DrawingProcess:
    """The drawing process of one model: started when it is needed, watched, replaced, and closed.

    ``model`` takes the place of the profile's source: a diffusers folder, a ``.safetensors`` or ``.ckpt`` file, or a
    hub id, which is fetched only where ``download`` is true. ``vae`` is one of its own, likewise. ``device`` and
    ``dtype`` are torch's names, or ``auto`` for what is there. ``threads`` None leaves their number to torch.
    ``reproducible`` pads network calls so that a picture is bit for bit the same alone and in a crowd.
    ``acceleration`` is what may be done to draw faster.
    A process that is silent for ``silence`` seconds, or at one step for ``longest_step``, is replaced. Checking a
    picture file may take ``check_patience`` seconds.
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
        acceleration: Acceleration = _AUTOMATIC,
        silence: float = 60.0,
        longest_step: float = 900.0,
        check_patience: float = 120.0,
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
            acceleration=acceleration,
        )
        self._scoring = Scoring(check_patience)
        self._roster = Roster(self._scoring)
        self._supervision = Supervision(
            self._load, self._roster, silence=silence, longest_step=longest_step, command=command
        )
        self._roster.serve(self._supervision)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def info(self) -> ModelInfo | None:
        """The loaded model; None while there is none."""
        return self._supervision.info

    @property
    def pid(self) -> int | None:
        """The process's id; None while there is none."""
        return self._supervision.pid

    @property
    def pulse(self) -> Alive | None:
        """The newest that the present process told of itself, a second old at most while all is well."""
        return self._supervision.pulse

    async def start(self) -> ModelInfo:
        """Start the process if it is not running, and wait until its model is loaded.

        Raises ModelUnavailable, or DrawerDied when the process does not survive its start.
        """
        return await asyncio.shield(self._supervision.running())

    def submit(
        self,
        spec: PromptSpec,
        *,
        owner: Hashable,
        key: str,
        image: bytes | None = None,
        priority: Priority = "normal",
    ) -> Job:
        """Hand over a job. ``owner`` is whom it is fair to, nothing more; ``key`` must not be in use by a live job.

        ``image`` is the picture to draw over, for a spec that has a source, as :func:`generation.source.filling` gives
        it. A job of low ``priority`` is given the steps for which no other job is there, and waits while others are.
        Raises InvalidChoice for a spec of another model, or one whose source is not there.
        """
        if spec.model != self._load.name:
            raise InvalidChoice("model", f"{spec.model} is not drawn here; {self._load.name} is.")
        if (spec.source is None) != (image is None):
            raise InvalidChoice("source", "The picture to draw over is not there; give it again.")
        if image is not None and len(image) != 3 * spec.width * spec.height:
            raise ValueError(f"the image has {len(image)} bytes, which are not {spec.width}x{spec.height} pixels")
        order = Draw(key=key, owner=str(owner), spec=spec, priority=priority, body=image or b"")
        roster = self._roster
        job = Job(order, owner=owner, look=roster.look, cancel=roster.cancel, reprioritise=roster.reprioritise)
        self._take_on(job)
        return job

    async def score(self, file: bytes) -> GateScores:
        """Have the picture gate look at a picture file that was not drawn here.

        Raises GateFailed where it could not, for whatever reason: such a picture is held, never taken for clean.
        """
        try:
            self._supervision.running()
        except ProcessError as error:
            raise GateFailed(f"{UNCHECKED}: {error}") from error
        key = self._scoring.ask(file)
        self._roster.hand_over()
        return await self._scoring.scores(key)

    def enlarge(self, picture: bytes, factor: int, *, owner: Hashable, key: str) -> Enlargement:
        """Hand over a picture's file to be enlarged ``factor`` times, 2 or 4, a tile between two steps of the others.

        The result keeps its recipe, extended. Raises InvalidChoice for another factor; what cannot be read, or would be
        too large, fails the job with InvalidChoice.
        """
        if factor not in FACTORS:
            raise InvalidChoice("factor", f"A picture can be enlarged 2 or 4 times, not {factor} times.")
        order = Enlarge(key=key, owner=str(owner), factor=factor, body=picture)
        job = Enlargement(order, owner=owner, look=self._roster.look, cancel=self._roster.cancel)
        self._take_on(job)
        return job

    def _take_on(self, job: Hand) -> None:
        if job.key in self._roster:
            raise ValueError(f"there is a job {job.key!r} already")
        self._supervision.running()
        self._roster.add(job)

    async def aclose(self, *, drain: bool = False) -> None:
        """End the process, after all its jobs where ``drain`` is true; otherwise their readers see DrawerDied."""
        if drain:
            await self._roster.settle()
        await self._supervision.aclose()
        self._roster.end_all(
            DrawerDied("The drawing process was closed before the picture was finished. Ask for it again.")
        )
