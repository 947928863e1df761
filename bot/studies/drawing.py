"""Draws many pictures of one person, a few at a time, each handed on as soon as it is finished."""

import asyncio
from collections.abc import AsyncGenerator, Mapping

from generation.drawing import DrawingProcess, Job, Picture
from generation.messages import Priority
from generation.spec import PromptSpec

_AT_ONCE = 8


async def draw_each(
    process: DrawingProcess,
    specs: Mapping[int, PromptSpec],
    *,
    owner: str,
    key: str,
    priority: Priority = "normal",
    at_once: int = _AT_ONCE,
) -> AsyncGenerator[tuple[int, Picture]]:
    """Draw ``specs`` (each with a count of 1) in their order, and yield each with its index when it is finished.

    ``key`` begins the name of every job. Whoever stops reading early takes back what is not finished; what a picture
    fails with is raised, and the others are taken back.
    """
    waiting = iter(specs.items())
    running: dict[asyncio.Task[tuple[Picture, ...]], int] = {}

    def fill() -> None:
        while len(running) < at_once and (following := next(waiting, None)) is not None:
            index, spec = following
            job = process.submit(spec, owner=owner, key=f"{key}-{index}", priority=priority)
            running[asyncio.create_task(_result(job))] = index

    try:
        fill()
        while running:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                index = running.pop(task)
                (picture,) = task.result()
                yield index, picture
            fill()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _result(job: Job) -> tuple[Picture, ...]:
    """Wait for a job's pictures; whoever stops waiting takes it back."""
    try:
        return await job.result()
    finally:
        job.cancel()
