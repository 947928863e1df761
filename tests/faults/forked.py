"""A stand-in drawer forked from a process that has it imported, so that it is there in a moment."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from generation.child import Child
from tests.faults import drawer

_start = Child.start


class Forked:
    """As much of asyncio's ``Process`` as ``Child`` asks of it."""

    def __init__(self, pid: int, stdin: asyncio.WriteTransport, stdout: asyncio.StreamReader) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self.returncode: int | None = None
        self._waiting: asyncio.Task[tuple[int, int]] | None = None

    async def wait(self) -> int:
        if self._waiting is None:
            self._waiting = asyncio.create_task(asyncio.to_thread(os.waitpid, self.pid, 0))
        self.returncode = os.waitstatus_to_exitcode((await asyncio.shield(self._waiting))[1])
        return self.returncode

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


def lay(seconds: float) -> None:
    """Fork a drawer now, and let this process's first drawing process be that one; later ones are started as ever.

    Called while there is one thread and no event loop.
    """
    ready = [_fork(seconds)]

    async def start(command: Sequence[str]) -> Child:
        if not ready:
            return await _start(command)
        pid, stdin, stdout = ready.pop()
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stdout)
        writing, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, stdin)
        return Child(cast(Any, Forked(pid, writing, reader)))

    setattr(Child, "start", staticmethod(start))  # noqa: B010  (the class is the program's)


def _fork(seconds: float) -> tuple[int, BinaryIO, BinaryIO]:
    """Its process's id, its input to be written and its output to be read."""
    (input_read, input_write), (output_read, output_write) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(input_read, 0)
        os.dup2(output_write, 1)
        for each in (input_read, input_write, output_read, output_write):
            os.close(each)
        sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
        try:
            drawer.main(seconds)
        finally:
            os._exit(0)
    os.close(input_read)
    os.close(output_write)
    return pid, os.fdopen(input_write, "wb", 0), os.fdopen(output_read, "rb", 0)
