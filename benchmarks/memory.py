"""Measures the memory that the loop takes: at its peak by size and row count, and after many jobs.

``python -m benchmarks.memory [--full] [--json FILE]``, with the sketch model. A network call's and a decode's peak is
what they take on top of the model; of a call also with attention sliced, which is said to save memory. Then the same
few kinds of job are drawn again and again, joined and cancelled, and what the process holds is noted on the way.
"""

import argparse
import ctypes
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers.models.attention_processor import AttnProcessor2_0

from benchmarks.sketch_loop import Loop, parse_arguments, publish, sketch_model, sketch_profile, spec_of, table
from generation.diffusion.decoding import Decoder
from generation.diffusion.loading import Model
from generation.diffusion.memory import Gauge
from generation.diffusion.networks import network_of
from generation.samplers import names

_ROWS = (2, 4, 8, 16)
_MIB = 2**20
#: Growth of what the process holds, over all jobs but the first fifth, that still counts as none.
_FLAT_MIB = 16


def peaks(model: Model) -> list[list[object]]:
    """By size of the profile: MiB taken by calls of so many rows, by one of the most with slices, and by a decode."""
    gauge, width = Gauge(model.device), model.unet.config["cross_attention_dim"]
    rows: list[list[object]] = []
    for name, (across, down) in sketch_profile().sizes.items():
        shape = model.channels, down // model.latent_factor, across // model.latent_factor
        taken = [_taken_by_call(model, gauge, shape, count, width) for count in _ROWS]
        slicing: Any = model.unet
        slicing.set_attention_slice("max")
        sliced = _taken_by_call(model, gauge, shape, _ROWS[-1], width)
        slicing.set_attn_processor(AttnProcessor2_0())
        decoded = gauge.taken(lambda shape=shape: Decoder(model.vae).pixels(torch.randn(shape)))[1]
        rows.append([f"{name}, {across}x{down}", *map(_mib, (*taken, sliced, decoded))])
    return rows


def _taken_by_call(model: Model, gauge: Gauge, shape: tuple[int, int, int], count: int, width: int) -> int | None:
    network = network_of(model)
    latents, contexts = torch.randn(count, *shape), torch.randn(count, 77, width)
    timesteps = torch.full((count,), 500.0)
    network(latents, timesteps, contexts)  # the first call of a shape leaves things behind that stay
    _give_back()
    return gauge.taken(lambda: network(latents, timesteps, contexts))[1]


def held(model: Model, jobs: int) -> list[tuple[int, float]]:
    """MiB the process holds after so many jobs, ten times on the way."""
    loop, noted = Loop(model), list[tuple[int, float]]()
    for done in range(1, jobs + 1):
        sampler = names.NAMES[done % len(names.NAMES)]
        size = list(sketch_profile().sizes)[done % 2]
        loop.draw(spec_of("1girl, [red|blue] hair", sampler=sampler, size=size, steps=3, seed=done), str(done), "a")
        if done % 10 == 0:
            loop.draw(spec_of("1boy AND hat", steps=30, seed=done), "leaves", "b")
            loop.engine.tick()
            loop.engine.cancel("leaves")
        loop.run()
        loop.drawn.clear()
        if done % max(1, jobs // 10) == 0:
            _give_back()
            noted.append((done, _resident() / _MIB))
    return noted


def grown(noted: Sequence[tuple[int, float]]) -> float:
    """By how many MiB the process grew after the first fifth of the jobs."""
    begun = max(1, len(noted) // 5)
    return max(held for _, held in noted[begun:]) - noted[begun - 1][1]


def _give_back() -> None:
    """Return freed memory to the system, so that what is held is what is in use."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def _resident() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def _mib(taken: int | None) -> str:
    return "unknown" if taken is None else f"{taken / _MIB:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="The memory that the loop takes.")
    parser.add_argument("--jobs", type=int, help="jobs drawn one after another (100; with --full 500)")
    arguments = parse_arguments(parser)
    jobs = arguments.jobs or (500 if arguments.full else 100)
    model = sketch_model()
    head = ["MiB at the peak of", *(f"{count} rows" for count in _ROWS), f"{_ROWS[-1]} rows, sliced", "a decode"]
    peak = peaks(model)
    noted = held(model, jobs)
    growth = round(grown(noted), 1)
    figures = {
        "peaks, MiB": [dict(zip(head, row, strict=True)) for row in peak],
        "held after jobs, MiB": {str(done): round(value, 1) for done, value in noted},
        "grown after the first fifth, MiB": growth,
    }
    tables = [
        table(head, peak),
        table(
            ["after jobs", *(str(done) for done, _ in noted)], [["MiB held", *(f"{value:.0f}" for _, value in noted)]]
        ),
    ]
    publish("Memory", figures, tables, arguments.json)
    if growth > _FLAT_MIB:
        sys.exit(f"What the process holds grew by {growth} MiB.")


if __name__ == "__main__":
    main()
