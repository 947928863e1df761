"""Keeps the drawing process running: starts it, watches it, replaces it when it dies or hangs. It knows no jobs."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Protocol

from generation.child import Child
from generation.errors import DrawerDied, ModelUnavailable, NinewordsError
from generation.messages import Alive, Load, Loaded, Message, ModelInfo, Unloadable

_log = logging.getLogger(__name__)

_STARTS = 4
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0
_HUNG_AFTER_TIMES = 20


class Listener(Protocol):
    """Whoever has work for the process."""

    def say_places(self) -> None:
        """A process is coming up; it cannot be given anything yet."""
        ...

    def hand_over(self) -> None:
        """The process is ready for work."""
        ...

    def hear(self, message: Message) -> None:
        """The process has said something that is not about itself."""
        ...

    def mourn(self, death: DrawerDied) -> None:
        """The process has died; another one is started."""
        ...

    def end_all(self, error: NinewordsError) -> None:
        """There is no process, and none will be started unless it is asked for again."""
        ...


class Supervision:
    """One process at a time. It is replaced when silent for ``silence`` s, or at one step for ``longest_step`` s."""

    def __init__(
        self, load: Load, listener: Listener, *, silence: float, longest_step: float, command: Sequence[str]
    ) -> None:
        self._load, self._listener, self._command = load, listener, command
        self._silence, self._longest_step = silence, longest_step
        self._child: Child | None = None
        self._ready: asyncio.Future[ModelInfo] | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.info: ModelInfo | None = None
        self.pulse: Alive | None = None

    @property
    def pid(self) -> int | None:
        """The process's id; None while there is none."""
        return self._child and self._child.pid

    @property
    def is_ready(self) -> bool:
        """Whether there is a process with its model loaded."""
        return self._child is not None and self.info is not None

    def send(self, message: Message) -> None:
        """Write ``message`` to the process, if there is one."""
        if self._child is not None:
            self._child.send(message)

    def running(self) -> asyncio.Future[ModelInfo]:
        """The process's readiness; starts one where there is none. Raises DrawerDied once closed."""
        if self._closed:
            raise DrawerDied("The drawing process has been closed.")
        if self._ready is None or self._task is None or self._task.done():
            self._ready = asyncio.get_running_loop().create_future()
            self._ready.add_done_callback(_retrieve)
            self._task = asyncio.create_task(self._supervise(self._ready), name="drawing process")
            self._task.add_done_callback(self._ended)
        return self._ready

    async def aclose(self) -> None:
        """End the process, whatever it is at; none is started any more."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

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
                failed = 0 if self.info is not None else failed + 1
                self._listener.mourn(death)
            await asyncio.sleep(pause)
            pause = _FIRST_PAUSE if time.monotonic() - begun > _LONGEST_PAUSE else min(_LONGEST_PAUSE, 2 * pause)
        self._give_up(ready, DrawerDied("The drawing process does not start; its log says why."))

    async def _run(self, ready: asyncio.Future[ModelInfo]) -> None:
        """Run the process once. Ends only by an error."""
        self.info = self.pulse = None
        self._child = child = await Child.start(self._command)
        try:
            child.send(self._load)
            self._listener.say_places()
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
                self.info = info
                if not ready.done():
                    ready.set_result(info)
                self._listener.hand_over()
            case Unloadable(sentence=sentence):
                raise ModelUnavailable(sentence)
            case Alive(busy=busy, usual=usual):
                self.pulse = message
                self._check_step(busy, usual)
            case _:
                self._listener.hear(message)

    def _check_step(self, busy: float, usual: float | None) -> None:
        limit = (
            self._longest_step if usual is None else min(self._longest_step, _HUNG_AFTER_TIMES * usual + self._silence)
        )
        if busy > limit:
            raise DrawerDied(f"The drawing process has been at one step for {busy:.0f} seconds.")

    def _give_up(self, ready: asyncio.Future[ModelInfo], error: NinewordsError) -> None:
        self._task = None  # whoever asks next starts anew
        if not ready.done():
            ready.set_exception(error)
        self._listener.end_all(error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            _log.error("The drawing process's supervisor failed.", exc_info=fault)
            self._listener.end_all(DrawerDied("The drawing process could not be run; the log says why."))


def _retrieve(ready: asyncio.Future[ModelInfo]) -> None:
    """Look at a failed start, so that nobody is told that nobody did."""
    if not ready.cancelled():
        ready.exception()
