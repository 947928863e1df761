"""Stands in for the drawing process where what is around it is broken: draws real files of one colour, at once.

Run as ``python -m tests.faults.drawer SECONDS``, the time that a picture takes; a prompt that is ``slow`` takes twenty
times as long. Needs no torch.
"""

import sys
import threading
import time
from contextlib import suppress

from PIL import Image

from generation import png
from generation.messages import Alive, Begun, Draw, Drawn, Load, Loaded, Message, ModelInfo, Stepped
from generation.spec import PromptSpec, picture
from tests.generation.scripted_drawer import CLEAN, read, write

_ALIVE_SECONDS = 5.0
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


def draw(order: Draw, seconds: float) -> None:
    """Draw a job, a step a picture."""
    _say(Begun(key=order.key))
    _say(Stepped(key=order.key, step=1, steps=2, pictures_done=0, seconds_left=None, body=b""))
    time.sleep(seconds * (20 if order.spec.prompt == "slow" else 1))
    for index in range(order.spec.count):
        spec = picture(order.spec, index)
        _say(Drawn(key=order.key, index=index, spec=spec, scores=CLEAN, body=file(spec)))


def main(seconds: float) -> None:
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
            draw(message, seconds)


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # the bot was killed meanwhile
        main(float(sys.argv[1]))
