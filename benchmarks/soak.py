"""Draws many jobs through the real drawing process while everything goes wrong, and looks at what became of each.

``python -m benchmarks.soak [--jobs 2000] [--json FILE]``: a tiny model with random weights; 20 people; sizes, samplers,
steps, counts and prompts at random. Some jobs are cancelled on the way, some turn into values that are no numbers, some
hang the process or end it, one ends it every time, and now and then a call or a decode finds no memory. Afterwards
every job must have come to the end that is its own, and every picture, to the last byte, must be the one that its spec
gives when it is drawn alone by a loop in which nothing goes wrong. In the second half nothing ends the process, so that
its memory can be followed.
"""

import argparse
import asyncio
import io
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.faults import DEATH, HANG, KILLER, NUMBER
from benchmarks.sketch_loop import Loop, parse_arguments, publish, table
from generation.diffusion.loading import load
from generation.drawing import DrawingProcess, Picture
from generation.errors import Cancelled, DrawingFailed
from generation.messages import Load
from generation.profiles import Profile
from generation.samplers import names
from generation.spec import PromptSpec, picture, resolve
from tests.generation.conftest import save_tiny_model

_PEOPLE = 20
_TOGETHER = 40
_SIZES = ((32, 32), (48, 32), (32, 48), (64, 64))
_PROMPTS = ("a cat", "a [red|blue] cat AND a hat :0.5", "cat, " * 40, "[a dog:a cat:0.5], masterpiece", "")
_MEMORY_CHANCE = 0.02
_LONGEST_STEP = 20.0

#: The share of jobs that are cancelled, and that turn into no numbers.
_CANCELLED, _NO_NUMBERS = 0.15, 0.05
#: So many jobs to one that hangs or ends the process once.
_JOBS_TO_A_HANG, _JOBS_TO_A_DEATH = 250, 400


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of a job: what is asked, by whom, and after how many seconds it is taken back, if at all."""

    key: str
    owner: str
    spec: PromptSpec
    fault: str = ""
    cancelled_after: float | None = None


@dataclass
class Outcome:
    """What became of the jobs, by key, and of the process's memory in MiB over the second half."""

    pictures: dict[str, Sequence[Picture]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    starts: set[int] = field(default_factory=set)
    memory: list[float] = field(default_factory=list)
    seconds: float = 0.0


def plans(jobs: int, profile: Profile, *, hangs: int, deaths: int, killers: int, seed: int = 0) -> list[Plan]:
    """Plan the jobs; what hangs or ends the process is among the first half."""
    chance = random.Random(seed)
    ending = [HANG] * hangs + [DEATH] * deaths + [KILLER] * killers
    faults = dict(zip(chance.sample(range(jobs // 2), len(ending)), ending, strict=True))
    return [_plan(chance, index, profile, faults.get(index, "")) for index in range(jobs)]


def _plan(chance: random.Random, index: int, profile: Profile, fault: str) -> Plan:
    cancelled_after = None
    if not fault and (luck := chance.random()) < _CANCELLED + _NO_NUMBERS:
        fault = NUMBER if luck < _NO_NUMBERS else ""
        cancelled_after = None if fault else chance.uniform(0, 1.0)
    width, height = chance.choice(_SIZES)
    asked = {
        "prompt": f"{chance.choice(_PROMPTS)} {fault}".strip(),
        "model": profile.name,
        "width": width,
        "height": height,
        "sampler": chance.choice(names.NAMES),
        "steps": chance.randint(3, 8),
        "guidance_scale": chance.choice((1.0, 4.0, 7.5)),
        "count": chance.choice((1, 1, 1, 2)),
        "seed": 10 * index,
    }
    spec = resolve(asked, profiles={profile.name: profile})
    return Plan(str(index), str(chance.randrange(_PEOPLE)), spec, fault, cancelled_after)


async def soak(planned: Sequence[Plan], profile: Profile, faults: Path) -> Outcome:
    """Have the jobs drawn, some at a time, by a process that meets its faults."""
    outcome, begun = Outcome(), time.monotonic()
    command = (sys.executable, "-m", "benchmarks.faulty_drawer", str(faults), str(_MEMORY_CHANCE))
    options: dict[str, Any] = {"device": "cpu", "threads": 1, "silence": 30.0, "longest_step": _LONGEST_STEP}
    async with DrawingProcess(profile=profile, command=command, **options) as process:
        room = asyncio.Semaphore(_TOGETHER)

        async def one(index: int, plan: Plan) -> None:
            async with room:
                await _drawn(plan, process, outcome)
                if process.pid is not None:
                    outcome.starts.add(process.pid)
                    if index >= len(planned) // 2:
                        outcome.memory.append(_resident(process.pid))

        await asyncio.gather(*(one(index, plan) for index, plan in enumerate(planned)))
    outcome.seconds = time.monotonic() - begun
    return outcome


async def _drawn(plan: Plan, process: DrawingProcess, outcome: Outcome) -> None:
    job = process.submit(plan.spec, owner=plan.owner, key=plan.key)
    if plan.cancelled_after is not None:
        asyncio.get_running_loop().call_later(plan.cancelled_after, job.cancel)
    try:
        outcome.pictures[plan.key] = await job.result()
    except Cancelled:
        outcome.cancelled.add(plan.key)
    except DrawingFailed as error:
        outcome.failed[plan.key] = str(error)


def wrong(planned: Sequence[Plan], outcome: Outcome, alone: Callable[[PromptSpec], bytes]) -> list[str]:
    """Everything that is not as it must be, in sentences. ``alone`` draws a spec when nobody else is there."""
    said: list[str] = []
    for plan in planned:
        said += _wrong(plan, outcome)
        for index, drawn in enumerate(outcome.pictures.get(plan.key, ())):
            expected = picture(plan.spec, index)
            if drawn.spec != expected:
                said.append(f"Picture {index} of job {plan.key} is of another spec.")
            if drawn.png != alone(expected):
                said.append(f"Picture {index} of job {plan.key} is not the one that its spec gives.")
            if Image.open(io.BytesIO(drawn.png)).convert("L").getextrema() == (0, 0):
                said.append(f"Picture {index} of job {plan.key} is black.")
            if drawn.scores is None:
                said.append(f"Picture {index} of job {plan.key} was not checked.")
    return said


def _wrong(plan: Plan, outcome: Outcome) -> list[str]:
    failure = outcome.failed.get(plan.key)
    ends = (plan.key in outcome.pictures) + (plan.key in outcome.cancelled) + (failure is not None)
    if ends != 1:
        return [f"Job {plan.key} has {ends} ends."]
    if plan.key in outcome.cancelled and plan.cancelled_after is None:
        return [f"Job {plan.key} was cancelled by nobody."]
    expected = {NUMBER: "no numbers", KILLER: "3 times"}.get(plan.fault)
    if expected is None and failure is not None:
        return [f"Job {plan.key} failed: {failure}"]
    if expected is not None and expected not in (failure or ""):
        return [f"Job {plan.key}, with a {plan.fault}, did not fail as it should: {failure}"]
    return []


def growth(memory: Sequence[float]) -> float:
    """By what share the process's memory grew, from the second to the last quarter of what was noted."""
    quarter = max(1, len(memory) // 4)
    before, after = memory[quarter : 2 * quarter], memory[-quarter:]
    return max(after) / max(before) - 1


def undisturbed(folder: Path, profile: Profile) -> Callable[[PromptSpec], bytes]:
    """A loop in this process, without faults, that draws one picture at a time."""
    loop = Loop(load(_load(folder, profile)))

    def alone(spec: PromptSpec) -> bytes:
        loop.drawn.clear()
        loop.draw(spec, "alone", "alone")
        loop.run()
        return loop.drawn[0].body

    return alone


def _load(folder: Path, profile: Profile) -> Load:
    return Load(
        name=profile.name,
        source=str(folder),
        vae=None,
        device="cpu",
        dtype="auto",
        threads=1,
        download=False,
        reproducible=True,
        preview=None,
    )


def tiny_profile(folder: Path) -> Profile:
    """A profile of the model in ``folder``."""
    return Profile(
        name="tiny",
        description="",
        source=str(folder),
        native_width=32,
        native_height=32,
        cfg_base=4.0,
        text_layers=2,
        latent_factor=4,
    )


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def figures(planned: Sequence[Plan], outcome: Outcome, said: Sequence[str]) -> dict[str, Any]:
    """What is published."""
    return {
        "jobs": len(planned),
        "pictures drawn": sum(map(len, outcome.pictures.values())),
        "jobs finished": len(outcome.pictures),
        "jobs taken back": len(outcome.cancelled),
        "jobs failed, no numbers": sum("no numbers" in sentence for sentence in outcome.failed.values()),
        "jobs set aside": sum("3 times" in sentence for sentence in outcome.failed.values()),
        "hangs and deaths injected": dict(Counter(plan.fault for plan in planned if plan.fault not in ("", NUMBER))),
        "processes": len(outcome.starts),
        "wrong": len(said),
        "memory, MiB, at the half and at most": [round(outcome.memory[0]), round(max(outcome.memory))],
        "memory grew": f"{100 * growth(outcome.memory):.1f} %",
        "seconds": round(outcome.seconds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Many jobs while everything goes wrong.")
    parser.add_argument("--jobs", type=int, default=2000, help="how many (2000)")
    arguments = parse_arguments(parser)
    with tempfile.TemporaryDirectory() as root:
        folder, faults = Path(root) / "model", Path(root) / "faults"
        faults.mkdir()
        save_tiny_model(folder)
        profile = tiny_profile(folder)
        hangs, deaths = arguments.jobs // _JOBS_TO_A_HANG, arguments.jobs // _JOBS_TO_A_DEATH
        planned = plans(arguments.jobs, profile, hangs=max(1, hangs), deaths=max(1, deaths), killers=1)
        outcome = asyncio.run(soak(planned, profile, faults))
        said = wrong(planned, outcome, undisturbed(folder, profile))
    found = figures(planned, outcome, said)
    publish("Soak", found, [table(["", "found"], list(found.items())), *said], arguments.json)
    if said or growth(outcome.memory) > 0.05:
        sys.exit("Not everything came to the end that it should.")


if __name__ == "__main__":
    main()
