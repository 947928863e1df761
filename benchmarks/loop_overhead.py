"""Measures what the loop costs beside the network: the time of its steps ÷ the same network calls, bare.

``python -m benchmarks.loop_overhead [--full] [--json FILE]``, for one request and for eight mixed ones. After every
step of the real engine the network calls it made are made again with nothing around them, so that both sides meet the
same machine; and once more without padding, which gives the price of padding. Processor time of the loop's own thread.
Joining (prompts encoded, table made, first noise drawn) and decoding are counted apart, encoding PNG is in another
thread, nobody reads previews. A first run of each kind is not counted.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from benchmarks.sketch_loop import Loop, parse_arguments, publish, sketch_model, spec_of, table
from generation.diffusion.guidance import NetworkRow
from generation.diffusion.loading import Model
from generation.diffusion.rows import CANDIDATES, split
from generation.spec import PromptSpec

Call = tuple[Tensor, Tensor, Tensor]


def one_request(steps: int) -> list[PromptSpec]:
    return [spec_of("1girl, blue hair, smile", steps=steps, seed=1)]


def eight_mixed(steps: int) -> list[PromptSpec]:
    """Eight requests that differ in everything they can: sampler, steps, guidance, prompts and size."""
    choices: list[dict[str, Any]] = [
        {"sampler": "Euler", "size": "square"},
        {"sampler": "Euler a", "size": "square", "guidance_scale": 1.0},
        {"sampler": "DPM++ 2M Karras", "size": "square", "steps": steps * 3 // 4},
        {"sampler": "UniPC", "size": "square", "prompt": "1boy AND hat"},
        {"sampler": "Heun", "size": "portrait", "steps": steps // 2},
        {"sampler": "DDIM", "size": "portrait", "guidance_scale": 4.0},
        {"sampler": "DPM++ 2M SDE Karras", "size": "wide", "steps": steps // 2},
        {"sampler": "LMS", "size": "large", "steps": steps // 2},
    ]
    return [
        spec_of(**({"prompt": f"{index % 2 + 1}girl, [red|blue] hair", "steps": steps, "seed": index} | choice))
        for index, choice in enumerate(choices)
    ]


@dataclass
class Watch:
    """Seconds of this thread's processor time in calls of a function, and what the calls were given."""

    seconds: float = 0.0
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def over(self, owner: object, name: str) -> "Watch":
        """Watch a method of one object, from now on."""
        method: Callable[..., Any] = getattr(owner, name)

        def watched(*args: Any) -> Any:
            self.calls.append(args)
            begun = time.thread_time()
            try:
                return method(*args)
            finally:
                self.seconds += time.thread_time() - begun

        setattr(owner, name, watched)
        return self

    def take(self) -> list[Any]:
        """What calls since the last time were given."""
        taken, self.calls = self.calls, []
        return taken


@dataclass
class Measured:
    """One run: seconds of the steps, in them within the network, of bare calls, and of what is counted apart."""

    loop: float = 0.0
    within: float = 0.0
    bare: float = 0.0
    unpadded: float = 0.0
    joining: float = 0.0
    decoding: float = 0.0
    steps: int = 0
    calls: int = 0
    rows_called: int = 0
    rows_used: int = 0


class Bench:
    """The engine under watch."""

    def __init__(self, model: Model) -> None:
        self._loop = Loop(model)
        self._engine = self._loop.engine
        self._unet: Callable[..., Any] = model.unet
        self._joining = Watch().over(self._engine, "_admit")
        self._decoding = Watch().over(self._engine._decoder, "pixels")
        self._rows = Watch().over(self._engine._stepper, "_outputs")
        self._within = Watch().over(self._engine._stepper, "_network")

    def run(self, specs: Sequence[PromptSpec]) -> Measured:
        """Draw the pictures of ``specs``, each somebody else's, and make every network call again, bare."""
        for index, spec in enumerate(specs):
            self._loop.draw(spec, str(index), str(index))
        measured = Measured()
        while self._tick(measured):
            pass
        self._engine.settle()
        return measured

    def _tick(self, measured: Measured) -> bool:
        joining, decoding, within = self._joining.seconds, self._decoding.seconds, self._within.seconds
        begun = time.thread_time()
        more = self._engine.tick()
        spent = time.thread_time() - begun
        joining, decoding = self._joining.seconds - joining, self._decoding.seconds - decoding
        measured.loop += spent - joining - decoding
        measured.joining += joining
        measured.decoding += decoding
        measured.within += self._within.seconds - within
        calls: list[Call] = self._within.take()
        for args in self._rows.take():
            self._replay(measured, calls, _unpadded(*args))
        return more

    def _replay(self, measured: Measured, calls: list[Call], unpadded: list[Call]) -> None:
        """Time the calls with padding and without, in turns first: each leaves its caches to what comes next."""
        if _counts(unpadded) == _counts(calls):
            bare = without = self._seconds(calls)
        elif measured.steps % 2:
            without, bare = self._seconds(unpadded), self._seconds(calls)
        else:
            bare, without = self._seconds(calls), self._seconds(unpadded)
        measured.bare += bare
        measured.unpadded += without
        measured.steps += 1
        measured.calls += len(calls)
        measured.rows_called += sum(_counts(calls))
        measured.rows_used += sum(_counts(unpadded))

    @torch.inference_mode()
    def _seconds(self, calls: list[Call]) -> float:
        begun = time.thread_time()
        for latents, timesteps, contexts in calls:
            self._unet(latents, timesteps, encoder_hidden_states=contexts, return_dict=False)
        return time.thread_time() - begun


def _unpadded(rows: list[list[NetworkRow]], _: object, inputs: Tensor, timesteps: Tensor) -> list[Call]:
    """The calls that fast mode would make: the rows of each number of tokens together, not one more."""
    flat = [(index, row.context) for index, own in enumerate(rows) for row in own]
    calls: list[Call] = []
    for tokens in sorted({context.shape[0] for _, context in flat}):
        alike = [(index, context) for index, context in flat if context.shape[0] == tokens]
        for held, _ in split(len(alike), tuple(range(1, CANDIDATES[-1] + 1))):
            called, alike = alike[:held], alike[held:]
            of = torch.tensor([index for index, _ in called])
            calls.append((inputs[of], timesteps[of], torch.stack([context for _, context in called])))
    return calls


def _counts(calls: list[Call]) -> list[int]:
    return [len(latents) for latents, _, _ in calls]


def figures(runs: Sequence[Measured]) -> dict[str, Any]:
    """Medians over the runs, with the lowest and the highest of the ratios."""
    first = runs[0]

    def spread(of: Callable[[Measured], float]) -> dict[str, float]:
        values = [of(run) for run in runs]
        return {
            "median": round(statistics.median(values), 4),
            "least": round(min(values), 4),
            "most": round(max(values), 4),
        }

    return {
        "runs": len(runs),
        "steps": first.steps,
        "network calls": first.calls,
        "loop / bare": spread(lambda run: run.loop / run.bare),
        "loop / network within it": spread(lambda run: run.loop / run.within),
        "ms a step beside the network": spread(lambda run: 1000 * (run.loop - run.within) / run.steps),
        "ms a step, bare network": spread(lambda run: 1000 * run.bare / run.steps),
        "rows called / used": round(first.rows_called / first.rows_used, 3),
        "time padded / unpadded": spread(lambda run: run.bare / run.unpadded),
        "joining, ms in all": spread(lambda run: 1000 * run.joining),
        "decoding, ms in all": spread(lambda run: 1000 * run.decoding),
    }


def _told(value: object) -> str:
    if isinstance(value, dict):
        return f"{value['median']:.3f} ({value['least']:.3f} to {value['most']:.3f})"
    return str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description="The cost of the loop beside the network.")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each kind that count (5)")
    arguments = parse_arguments(parser)
    steps = 64 if arguments.full else 16
    bench = Bench(sketch_model())
    kinds = {"one request": one_request(steps), "eight mixed requests": eight_mixed(steps)}
    runs: dict[str, list[Measured]] = {kind: [] for kind in kinds}
    for _ in range(1 + arguments.repeats):
        for kind, specs in kinds.items():
            runs[kind].append(bench.run(specs))
    found = {kind: figures(measured[1:]) for kind, measured in runs.items()}
    rows = [[name, *(_told(of[name]) for of in found.values())] for name in found["one request"]]
    publish("Loop overhead", found, [table(["", *found], rows)], arguments.json)


if __name__ == "__main__":
    main()
