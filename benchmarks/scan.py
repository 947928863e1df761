"""Measures what a scan costs, and what it costs everybody else.

``python -m benchmarks.scan [--full] [--json FILE]``. 48 cells, CFG against steps, drawn at low priority by the real
engine: the processor time of its whole thread (choosing, guidance, samplers' tables, decoding) ÷ that of the network
calls within it. Then one ordinary request is made in the middle of a scan, and the time until its first preview is set
beside that on an idle machine, both sides taking turns; so many times, median and spread.
"""

import argparse
import statistics
import time
from collections.abc import Sequence

from benchmarks.loop_overhead import Watch
from benchmarks.sketch_loop import Loop, parse_arguments, publish, sketch_model, spec_of, table
from bot.studies.axes import parse_axis
from bot.studies.scan import Scan, make_scan
from generation.diffusion.loading import Model
from generation.messages import Draw, Message, Stepped
from generation.spec import PromptSpec

_CELLS = 48
_TICKS_BEFORE = 6


class ScanLoop(Loop):
    """A loop that notes when the first preview of a request came."""

    def __init__(self, model: Model) -> None:
        self.previews: set[str] = set()
        super().__init__(model)

    def scan(self, cells: Sequence[PromptSpec]) -> None:
        """Hand a scan over, a job a cell, as the bot does."""
        for index, cell in enumerate(cells):
            self.engine.draw(Draw(key=f"cell-{index}", owner="researcher", spec=cell, priority="low"))

    def until_preview(self, spec: PromptSpec) -> float:
        """Seconds of processor time from a request to its first preview."""
        begun = time.thread_time()
        self.draw(spec, "asked", "member")
        while "asked" not in self.previews:
            self.engine.look("asked")
            self.engine.tick()
            self.engine.settle()
        return time.thread_time() - begun

    def empty(self) -> None:
        """Take everything back."""
        for key in ["asked", *(f"cell-{index}" for index in range(_CELLS))]:
            self.engine.cancel(key)
        self.previews.clear()

    def _hear(self, message: Message) -> None:
        if isinstance(message, Stepped) and message.body:
            self.previews.add(message.key)
        super()._hear(message)


def main() -> None:
    arguments = parse_arguments(argparse.ArgumentParser(description="What a scan costs, and costs others."))
    model, cells = sketch_model(), _scan().cells
    repeats = 7 if arguments.full else 5
    loop = ScanLoop(model)
    _run(loop, cells)  # finds row counts and warms up
    cost = [_run(loop, cells) for _ in range(2 if arguments.full else 1)]
    single = spec_of("1girl, red hair", steps=20, seed=3)
    idle, busy = [], []
    for _ in range(repeats):
        loop.empty()
        idle.append(loop.until_preview(single))
        loop.empty()
        loop.scan(cells)
        for _ in range(_TICKS_BEFORE):
            loop.engine.tick()
        busy.append(loop.until_preview(single))
    loop.empty()
    ratios = [after / before for after, before in zip(busy, idle, strict=True)]
    figures = {"cells": len(cells), "scan ÷ network": cost, "first preview, busy ÷ idle": ratios}
    lines = [
        ("scan ÷ network", _spread(cost), "at most 1.15"),
        ("first preview in the middle of a scan ÷ on an idle machine", _spread(ratios), "at most 2"),
    ]
    publish("A scan of 48 cells", figures, [table(("", "median (least to most)", "sought"), lines)], arguments.json)


def _scan() -> Scan:
    across, down = parse_axis("cfg=2..9"), parse_axis("steps=4..24*")
    fixed = {"prompt": "1girl, red hair, hat", "seed": 5}
    return make_scan(fixed, across, down, spec=lambda choices: spec_of(**choices), most_cells=_CELLS)


def _run(loop: ScanLoop, cells: Sequence[PromptSpec]) -> float:
    """Draw the whole scan; the thread's time ÷ that within network calls."""
    stepper = loop.engine._stepper
    network = stepper._network
    watch = Watch().over(stepper, "_network")
    loop.scan(cells)
    begun = time.thread_time()
    loop.run()
    total = time.thread_time() - begun
    stepper._network = network
    return total / watch.seconds


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


if __name__ == "__main__":
    main()
