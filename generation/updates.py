"""What the reader of a job sees: where it stands, one update at a time, in a slot where the newest wins."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any

from generation.gate import GateScores
from generation.spec import PromptSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One finished picture: a PNG that carries its recipe, and the spec (count 1) that draws it again.

    ``scores`` are what the picture gate said of it; None means that it could not be checked, so it is not clean.
    """

    png: bytes
    spec: PromptSpec
    scores: GateScores | None = None

    @property
    def width(self) -> int:
        """In pixels."""
        return self.spec.finished_size[0]

    @property
    def height(self) -> int:
        """In pixels."""
        return self.spec.finished_size[1]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not begun: ``place`` in the queue counts from 1; ``seconds`` until it is likely finished, None while unknown."""

    place: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Being drawn: ``step`` of ``steps`` are done, as a mean over the job's pictures.

    ``preview`` is a small JPEG of all the job's pictures side by side, None where there is no new one.
    ``seconds_left`` until all of them are likely finished, None while unknown.
    """

    step: int
    steps: int
    preview: bytes | None = None
    seconds_left: float | None = None
    pictures_done: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The last update: every picture of the job, in order."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Enlarged:
    """The last update of an enlargement: the picture as PNG with its recipe, and its sides in pixels."""

    png: bytes
    width: int
    height: int


Update = Waiting | Progress | Finished
EnlargementUpdate = Waiting | Progress | Enlarged
_Any = Update | Enlarged


class Slot:
    """Holds the newest update, or the error that ended the job; what nobody took in time is replaced."""

    def __init__(self) -> None:
        self._newest: _Any | Exception | None = None
        self._version = 0
        self._taken = 0
        self._changed = asyncio.Event()

    @property
    def ended(self) -> bool:
        """Whether nothing will follow what the slot holds."""
        return isinstance(self._newest, Finished | Enlarged | Exception)

    def put(self, newest: _Any | Exception) -> None:
        """Replace what the slot holds. Only an untaken preview outlives its update; nothing follows the end."""
        if self.ended:
            return
        self._newest = self._with_untaken_preview(newest)
        self._version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def read(self) -> AsyncGenerator[Any]:
        """Yield what is there, then whatever is newest, to the end; raise the error that ended the job.

        A late or a second reader begins with what the slot holds then.
        """
        seen = 0
        while True:
            if seen == self._version:
                await self._changed.wait()
            newest = self._newest  # into a local: the slot may change while the reader has it
            seen = self._taken = self._version
            if isinstance(newest, Exception):
                raise newest
            if newest is not None:
                yield newest
            if isinstance(newest, Finished | Enlarged):
                return

    def _with_untaken_preview(self, newest: _Any | Exception) -> _Any | Exception:
        old = self._newest
        if isinstance(old, Progress) and isinstance(newest, Progress) and newest.preview is None:
            return replace(newest, preview=old.preview if self._taken < self._version else None)
        return newest
