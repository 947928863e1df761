"""One run of the drawing process as seen from outside: its two pipes, its silence, its end. Knows nothing of jobs."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from generation import messages
from generation.errors import DrawerDied
from generation.messages import Message

COMMAND = (sys.executable, "-m", "generation.diffusion.worker")
_SECONDS_TO_LEAVE = 5.0


class Child:
    """A running drawing process. It ends by itself when its input is closed, and so never outlives this one."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._input, self._output = process, process.stdin, process.stdout

    @classmethod
    async def start(cls, command: Sequence[str] = COMMAND) -> "Child":
        """Start ``command`` with pipes for input and output; its errors go where this process's go."""
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=_environment()
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def send(self, message: Message) -> None:
        """Write ``message``, without waiting. What is sent to a dead process is lost; ``hear`` tells of its death."""
        if not self._input.is_closing():
            self._input.write(messages.frame(message))

    async def hear(self, patience: float) -> Message:
        """Wait for the next message; raise DrawerDied when the process ends or is silent for ``patience`` seconds."""
        try:
            async with asyncio.timeout(patience):
                header, body = messages.lengths(await self._output.readexactly(messages.LENGTHS_SIZE))
                return messages.message(await self._output.readexactly(header), await self._output.readexactly(body))
        except asyncio.IncompleteReadError:
            raise DrawerDied(f"The drawing process ended ({await self._process.wait()}).") from None
        except TimeoutError:
            raise DrawerDied(f"The drawing process said nothing for {patience:g} seconds.") from None

    async def aclose(self) -> None:
        """Let the process go, kill it if it does not, and wait for its end."""
        self._input.close()
        try:
            async with asyncio.timeout(_SECONDS_TO_LEAVE):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """End the process at once."""
        if self._process.returncode is None:
            self._process.kill()


def _environment() -> dict[str, str]:
    """This process's environment, in which the child finds this package; OpenMP's threads sleep when they wait."""
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "OMP_WAIT_POLICY": "passive"}
