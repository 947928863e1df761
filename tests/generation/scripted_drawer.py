"""Stands in for the drawing process where its faults are tested: does at once what a prompt's first word says.

Run as ``python scripted_drawer.py FILE``, which counts its starts, one byte each. Needs no torch.

    die      ends in the middle of the job, each time   once     ends so in the process's first run only
    stuck    tells that it is busy, for ever            hang     falls silent, in the first run only
    fail     fails the job                              wait     takes the job and does nothing
    echo     gives back the picture to draw over, in the second run; ends in the first

Anything else is drawn: two steps and a picture. A file to be checked is clean, unless it holds one of these words or
``broken``, which cannot be checked.
"""

import os
import sys
import time
from pathlib import Path
from typing import BinaryIO

from generation import messages
from generation.gate import GateScores
from generation.messages import (
    Alive,
    Begun,
    Cancel,
    Draw,
    Drawn,
    Failed,
    Load,
    Loaded,
    Look,
    Message,
    ModelInfo,
    Places,
    Reprioritise,
    Score,
    Scored,
    Stepped,
    Unloadable,
)
from generation.spec import picture

CLEAN = GateScores(drawing=1.0, hentai=0.0, neutral=0.0, porn=0.0, sexy=0.0)


def read() -> Message | None:
    stream: BinaryIO = sys.stdin.buffer
    head = stream.read(messages.LENGTHS_SIZE)
    if not head:
        return None
    header, body = messages.lengths(head)
    return messages.message(stream.read(header), stream.read(body))


def write(message: Message) -> None:
    sys.stdout.buffer.write(messages.frame(message))
    sys.stdout.buffer.flush()


def draw(order: Draw, starts: int) -> None:
    word = order.spec.prompt.split()[0]
    if word == "wait":
        return write(Places(places={order.key: (1 if order.priority == "normal" else 9, None)}))
    write(Begun(key=order.key))
    if word == "die" or (word in ("once", "echo") and starts == 1):
        os._exit(3)
    if word == "hang" and starts == 1:
        time.sleep(600)
    if word == "stuck":
        return write(Alive(busy=1000.0, usual=0.1))
    if word == "fail":
        return write(Failed(key=order.key, sentence="No such sampler.", field="sampler"))
    for step in (2, 1):
        write(Stepped(key=order.key, step=step, steps=2, pictures_done=0, seconds_left=1.0, body=b""))
    for index in reversed(range(order.spec.count)):
        body = order.body or f"{order.spec.prompt} {index}".encode()
        write(Drawn(key=order.key, index=index, spec=picture(order.spec, index), scores=CLEAN, body=body))


def score(asked: Score) -> None:
    if asked.body == b"die":
        os._exit(3)
    if asked.body == b"broken":
        return write(Scored(key=asked.key, scores=None, sentence="No picture."))
    if asked.body != b"wait":
        write(Scored(key=asked.key, scores=CLEAN, sentence=""))


def main() -> None:
    counter = Path(sys.argv[1])
    starts = counter.stat().st_size + 1 if counter.exists() else 1
    counter.write_bytes(b"." * starts)
    load = read()
    assert isinstance(load, Load)
    if load.source == "unloadable":
        return write(Unloadable(sentence="There is no such model."))
    if load.source == "broken":
        sys.exit(1)
    mode = "reproducible" if load.reproducible else "fast"
    info = ModelInfo(name=load.name, hash="0123456789", device="none", dtype="float32", prediction="epsilon", mode=mode)
    write(Loaded(info=info))
    while (message := read()) is not None:
        if isinstance(message, Draw):
            draw(message, starts)
        elif isinstance(message, Look):
            write(Stepped(key=message.key, step=1, steps=2, pictures_done=0, seconds_left=None, body=b"seen"))
        elif isinstance(message, Reprioritise):
            write(Places(places={message.key: (1 if message.priority == "normal" else 9, None)}))
        elif isinstance(message, Score):
            score(message)
        elif isinstance(message, Cancel):
            write(Alive(busy=0.0, usual=None))


if __name__ == "__main__":
    main()
