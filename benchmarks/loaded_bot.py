"""The whole bot in a process of its own that says, when it is asked, what it holds: ``benchmarks.load`` has it run.

``python -m benchmarks.loaded_bot ADDRESS FOLDER [SECONDS]``: on the loopback Discord at ADDRESS, with the data folder
FOLDER; with SECONDS a stand-in takes the drawing process's place and takes so long for a picture. For every line that
comes in one goes out: JSON with ``tasks``, ``handles``, ``threads`` and the ``memory`` and ``drawing`` process's memory
in bytes.
"""

import asyncio
import ctypes
import gc
import json
import os
import sys
import threading
from contextlib import suppress
from functools import partialmethod
from pathlib import Path

import aiohttp

from bot import application, logs
from bot import configuration as settings
from bot.configuration import Configuration
from bot.metrics import resident
from generation.drawing import DrawingProcess
from tests.discord_server import redirect

#: Connections that nobody uses are closed after so many seconds, so that a moment's rest shows what is really held.
_KEPT_SECONDS = 0.5


def main(address: str, folder: Path, drawing: float | None) -> None:
    """Run until the input ends."""
    logs.configure()
    made: list[DrawingProcess] = []

    def process(**options: object) -> DrawingProcess:
        if drawing is not None:
            options["command"] = (sys.executable, "-m", "tests.faults.drawer", str(drawing))
        made.append(DrawingProcess(**options))  # pyright: ignore[reportArgumentType]  (as the composition root gave them)
        return made[0]

    setattr(settings, "DrawingProcess", process)  # noqa: B010  (a stand-in)
    kept = partialmethod(aiohttp.TCPConnector.__init__, keepalive_timeout=_KEPT_SECONDS)
    setattr(aiohttp.TCPConnector, "__init__", kept)  # noqa: B010  (the library's client offers no choice)
    configuration = Configuration(
        discord_token=os.environ["DISCORD_TOKEN"],
        home_guild=int(os.environ["HOME_GUILD"]),
        database=f"sqlite:///{folder / 'ninewords.db'}",
        data_folder=folder,
        profile="sketch",
        model=None,
        device="cpu",
        status_port=None,
    )
    with redirect(address), suppress(asyncio.CancelledError):
        asyncio.run(_watched(configuration, made))


async def _watched(configuration: Configuration, made: list[DrawingProcess]) -> None:
    """Run the bot, and answer questions about it."""
    loop, running = asyncio.get_running_loop(), asyncio.current_task()
    assert running is not None

    def listen() -> None:
        for _ in sys.stdin:
            loop.call_soon_threadsafe(_tell, made)
        loop.call_soon_threadsafe(running.cancel)

    threading.Thread(target=listen, daemon=True).start()
    await application.run(configuration)


def _tell(made: list[DrawingProcess]) -> None:
    """Say what is held once everything that can be given back has been."""
    gc.collect()
    with suppress(OSError, AttributeError):  # where the C library is another one
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    told = {
        "tasks": len(asyncio.all_tasks()),
        "handles": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
        "memory": resident(os.getpid()),
        "drawing": resident(made[0].pid) if made else 0,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else None)
