"""Stands in for the drawing process where what is around it is broken: draws real files of one colour, at once.

Run as ``python -m tests.faults.drawer SECONDS [FOLDER]``, the time that a picture takes; a prompt that is ``slow``
takes twenty times as long. Where there is a folder, prompts meet the faults of :mod:`benchmarks.faults` that end a
process or make it stand still, and the folder remembers which they have met. Needs no torch.
"""

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from PIL import Image

from generation import png
from generation.messages import Alive, Begun, Draw, Drawn, Load, Loaded, Message, ModelInfo, Stepped
from generation.spec import PromptSpec, picture
from tests.generation.scripted_drawer import CLEAN, read, write

_ALIVE_SECONDS = 5.0
#: As in :mod:`benchmarks.faults`, which needs torch.
HANG, DEATH, KILLER = "faulthang", "faultdeath", "faultkiller"
_WRITING = threading.Lock()


def file(spec: PromptSpec) -> bytes:
    """The picture of ``spec`` (count 1), with a recipe in it."""
    image = Image.new("RGB", (spec.width, spec.height), (spec.seed % 256, 80, 160))
    return png.embed(image, f"a test\nSteps: {spec.steps}, Seed: {spec.seed}")


def _say(message: Message) -> None:
    with _WRITING:
        write(message)


def _be_alive() -> None:
    """Say now and then that the process is there."""
    with suppress(OSError, ValueError):
        while True:
            time.sleep(_ALIVE_SECONDS)
            _say(Alive(busy=0.0, usual=None))


def draw(order: Draw, seconds: float, folder: Path | None = None) -> None:
    """Draw a job, a step a picture."""
    _say(Begun(key=order.key))
    _say(Stepped(key=order.key, step=1, steps=2, pictures_done=0, seconds_left=None, body=b""))
    if folder is not None:
        meet_fault(order, folder)
    time.sleep(seconds * (20 if order.spec.prompt == "slow" else 1))
    for index in range(order.spec.count):
        spec = picture(order.spec, index)
        _say(Drawn(key=order.key, index=index, spec=spec, scores=CLEAN, body=file(spec)))


def meet_fault(order: Draw, folder: Path) -> None:
    """End, or stand still, where the prompt says so."""
    prompt, met = order.spec.prompt, folder / str(order.spec.seed)
    known = met.exists()
    if KILLER in prompt or (DEATH in prompt and not known):
        met.touch()
        os._exit(3)
    if HANG in prompt and not known:
        met.touch()
        _say(Alive(busy=1e6, usual=0.1))
        time.sleep(3600)


def main(seconds: float, folder: Path | None = None) -> None:
    """Serve until the input ends."""
    load = read()
    assert isinstance(load, Load)
    info = ModelInfo(
        name=load.name, hash="0123456789", device="none", dtype="float32", prediction="epsilon", mode="reproducible"
    )
    _say(Loaded(info=info))
    threading.Thread(target=_be_alive, daemon=True).start()
    while (message := read()) is not None:
        if isinstance(message, Draw):
            draw(message, seconds, folder)


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # the bot was killed meanwhile
        main(float(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
