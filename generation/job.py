"""Jobs as their reader holds them: pictures somebody waits for, drawn or enlarged."""

import time
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass, field

from generation.messages import Draw, Enlarge, Priority
from generation.spec import PromptSpec
from generation.updates import Enlarged, EnlargementUpdate, Finished, Picture, Slot, Update


@dataclass(slots=True)
class Course:
    """How a job fares with the drawing process: handed over to the present one, begun there, deaths it was begun in.

    ``step`` is the furthest that was heard of, over all runs: after a death a job catches up before it goes on.
    """

    handed_over: bool = False
    begun: bool = False
    strikes: int = 0
    step: int = 0
    pictures: dict[int, Picture] = field(default_factory=dict)


class Hand:
    """What a job of either kind is: an order for ``owner``, and what has come of it so far."""

    def __init__(
        self,
        order: Draw | Enlarge,
        *,
        owner: Hashable,
        look: "Callable[[Hand], None]",
        cancel: "Callable[[Hand], None]",
    ) -> None:
        self.order, self.owner, self.key = order, owner, order.key
        self.slot, self.course = Slot(), Course()
        self._look, self._cancel = look, cancel

    @property
    def ended(self) -> bool:
        """Whether it is finished, failed or cancelled."""
        return self.slot.ended

    def cancel(self) -> None:
        """Take the job back: its readers see Cancelled now, and its rows leave the loop at the next step boundary."""
        self._cancel(self)


class Job(Hand):
    """``spec.count`` pictures. Made by :meth:`generation.drawing.DrawingProcess.submit`."""

    def __init__(
        self,
        order: Draw,
        *,
        owner: Hashable,
        look: Callable[[Hand], None],
        cancel: Callable[[Hand], None],
        reprioritise: "Callable[[Job, Priority], None]",
    ) -> None:
        super().__init__(order, owner=owner, look=look, cancel=cancel)
        self._reprioritise = reprioritise
        self.spec: PromptSpec = order.spec

    async def updates(self, *, preview_seconds: float | None = None) -> AsyncGenerator[Update]:
        """Yield the newest update whenever there is one, to the Finished that is the last.

        Previews are made only while somebody reads here with ``preview_seconds``, and no oftener than that.
        Raises what ended the job otherwise: Cancelled, DrawingFailed, InvalidChoice, ModelUnavailable, DrawerDied.
        """
        due = 0.0
        async with aclosing(self.slot.read()) as updates:
            async for update in updates:
                if preview_seconds is not None and time.monotonic() >= due:
                    due = time.monotonic() + preview_seconds
                    self._look(self)
                yield update

    async def result(self) -> tuple[Picture, ...]:
        """Wait for the pictures; raise as ``updates`` does."""
        async with aclosing(self.slot.read()) as updates:
            async for update in updates:
                if isinstance(update, Finished):
                    return update.pictures
        raise AssertionError("updates end with Finished or with an error")

    def reprioritise(self, priority: Priority) -> None:
        """Give the job another priority, waiting or being drawn, from the next step on."""
        self._reprioritise(self, priority)


class Enlargement(Hand):
    """One picture, enlarged. Made by :meth:`generation.drawing.DrawingProcess.enlarge`."""

    async def updates(self) -> AsyncGenerator[EnlargementUpdate]:
        """Yield the newest update whenever there is one, to the Enlarged that is the last; raise as a job's do."""
        async with aclosing(self.slot.read()) as updates:
            async for update in updates:
                yield update

    async def result(self) -> Enlarged:
        """Wait for the picture; raise as ``updates`` does."""
        async with aclosing(self.slot.read()) as updates:
            async for update in updates:
                if isinstance(update, Enlarged):
                    return update
        raise AssertionError("updates end with Enlarged or with an error")
