"""Bears bots: imports the program once and forks a process for each life, which then begins in a moment.

What lives is the real program, client and database; only the drawing process is a stand-in, and Discord the loopback.
Run as ``python -m tests.faults.nursery ADDRESS FOLDER``; a line of JSON is read for each life, and one is written when
it begins and when it ends. ``bot.log`` in the folder is the log of all lives.
"""

import asyncio
import gc
import json
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from bot import application, configuration, logs
from bot.configuration import Configuration
from bot.moderation.floor import Floor
from generation.drawing import DrawingProcess
from tests.bot.specs import spec
from tests.bot.stage import Stage
from tests.discord_server import redirect
from tests.faults import forked

ROOT = Path(__file__).parents[2]
_LOOK_SECONDS = 0.02
#: A machine on which a thousand bots are killed may have much else to do.
_PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Point:
    """A named point at which a life ends: just ``before`` or after call number ``turn`` of a method."""

    module: str
    owner: str
    method: str
    before: bool
    turn: int = 1

    def __str__(self) -> str:
        return f"{'before' if self.before else 'after'} {self.owner}.{self.method} ({self.turn})"

    def lay(self) -> None:
        """Let this process end there."""
        owner = getattr(import_module(self.module), self.owner)
        original, calls = getattr(owner, self.method), iter(range(1, 1 << 30))

        async def ending(*given: Any, **named: Any) -> Any:
            last = next(calls) == self.turn
            if last and self.before:
                os.kill(os.getpid(), signal.SIGKILL)
            result = await original(*given, **named)
            if last:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(owner, self.method, ending)


class Nursery:
    """The nursery as a test holds it."""

    def __init__(self, process: asyncio.subprocess.Process, stage: Stage) -> None:
        self._process = process
        self._stage = stage
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._births: asyncio.Queue[int] = asyncio.Queue()

    @classmethod
    @asynccontextmanager
    async def open(cls, stage: Stage) -> AsyncIterator[Self]:
        """Start it; at the end everything that it bore ends too."""
        environment = os.environ | {"DISCORD_TOKEN": stage.server.token, "HOME_GUILD": str(stage.guild.id)}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.faults.nursery", stage.server.address, str(stage.folder)),
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        nursery = cls(process, stage)
        listening = asyncio.create_task(nursery._listen())
        try:
            yield nursery
        finally:
            for pid, end in nursery._ends.items():
                if not end.done():
                    os.kill(pid, signal.SIGKILL)
            process.stdin.close()  # type: ignore[union-attr] - it has one, being a pipe
            await process.wait()
            listening.cancel()

    async def born(
        self,
        point: Point | None = None,
        *,
        drawing: float = 0.05,
        drain: float | None = None,
        connected: bool = True,
    ) -> int:
        """Begin a life, and return its process's id; where ``connected``, once it takes requests.

        A picture takes ``drawing`` seconds; told to end, it gives what is under way ``drain`` seconds (None: as ever).
        """
        syncs = self._stage.server.commands.syncs
        order = {"point": None if point is None else asdict(point), "drawing": drawing, "drain": drain}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(_PATIENCE):
            pid = await self._births.get()
        server = self._stage.server
        if connected:
            await server.until(
                lambda: (server.commands.syncs > syncs and server.gateway.connected) or self._ends[pid].done(),
                what="a bot",
                within=_PATIENCE,
            )
        return pid

    def end_of(self, pid: int) -> asyncio.Future[int]:
        """How a life ended, as soon as it has: its exit status, or the signal's number below zero."""
        return self._ends[pid]

    async def killed(self, pid: int) -> None:
        """End a life by SIGKILL, if it has not ended."""
        if not self._ends[pid].done():
            os.kill(pid, signal.SIGKILL)
        await self._ends[pid]

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if "born" in told:
                self._ends[told["born"]] = asyncio.get_running_loop().create_future()
                self._births.put_nowait(told["born"])
            else:
                self._ends[told["ended"]].set_result(told["status"])
                self._stage.server.changed()


def main(address: str, folder: str) -> None:
    """Bear a bot for every line, until there is no more input; the floor's lists are read only once."""
    floor = Floor.load()
    floor.judge_spec(spec(prompt="a cat on a roof"))
    setattr(Floor, "load", lambda: floor)  # noqa: B010  (the class is the program's)
    logs.configure(level="WARNING")
    with redirect(address), TemporaryDirectory() as elsewhere:
        asyncio.run(_practise(_configuration(Path(elsewhere))))
    gc.freeze()
    alive: set[int] = set()
    while True:
        ready, _, _ = select.select([sys.stdin], [], [], _LOOK_SECONDS)
        if ready:
            line = sys.stdin.readline()
            if not line:
                break
            pid = os.fork()
            if pid == 0:
                _live(json.loads(line), address, Path(folder))
            alive.add(pid)
            _say({"born": pid})
        _report(alive)
    for pid in alive:  # whoever held the nursery is gone, perhaps without a word
        os.kill(pid, signal.SIGKILL)


def _report(alive: set[int]) -> None:
    """Tell of those that have ended."""
    while alive and (ended := os.waitpid(-1, os.WNOHANG))[0]:
        alive.remove(ended[0])
        _say({"ended": ended[0], "status": os.waitstatus_to_exitcode(ended[1])})


def _say(told: Mapping[str, int]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


async def _practise(configuration: Configuration) -> None:
    """Live once without drawing or the gateway, so that what is made once a process is made before the first birth."""
    async with application.opened(configuration):
        pass


def _live(order: Mapping[str, Any], address: str, folder: Path) -> None:
    """Be a bot, and nothing else ever after."""
    status = 1
    try:
        log = os.open(folder / "bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        if order["point"] is not None:
            Point(**order["point"]).lay()
        command = (sys.executable, "-m", "tests.faults.drawer", str(order["drawing"]))
        setattr(configuration, "DrawingProcess", partial(DrawingProcess, command=command))  # noqa: B010  (a stand-in)
        if order["drain"] is not None:
            setattr(application, "_DRAIN_SECONDS", order["drain"])  # noqa: B010  (the program's own, shortened)
        forked.lay(order["drawing"])
        logs.configure()
        with redirect(address):
            asyncio.run(application.run(_configuration(folder)))
        status = 0
    finally:
        os._exit(status)


def _configuration(folder: Path) -> Configuration:
    return Configuration(
        discord_token=os.environ["DISCORD_TOKEN"],
        home_guild=int(os.environ["HOME_GUILD"]),
        database=f"sqlite:///{folder / 'ninewords.db'}",
        data_folder=folder,
        profile="sketch",
        model=None,
        device="cpu",
        status_port=None,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
