"""Many pictures, a few at a time."""

import asyncio
from typing import Any

import pytest

from bot.studies.drawing import draw_each
from generation.errors import Cancelled, DrawingFailed
from generation.spec import PromptSpec
from generation.updates import Picture
from tests.bot.studies.test_scan import spec


class Job:
    """A job that ends when it is told to."""

    def __init__(self, of: PromptSpec) -> None:
        self.spec, self.cancelled = of, False
        self.end: asyncio.Future[tuple[Picture, ...]] = asyncio.get_running_loop().create_future()

    async def result(self) -> tuple[Picture, ...]:
        return await asyncio.shield(self.end)

    def cancel(self) -> None:
        if not self.end.done():
            self.cancelled = True
            self.end.set_exception(Cancelled("taken back"))
            self.end.exception()

    def finish(self) -> None:
        self.end.set_result((Picture(png=b"png", spec=self.spec),))


class Process:
    """Takes jobs and draws nothing."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def submit(self, of: PromptSpec, **_: object) -> Job:
        self.jobs.append(Job(of))
        return self.jobs[-1]


def specs(count: int) -> dict[int, PromptSpec]:
    return {index: spec({"seed": index}) for index in range(count)}


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_never_more_at_once_than_said_and_each_as_it_is_finished() -> None:
    process: Any = Process()
    found: list[int] = []

    async def read() -> None:
        async for index, picture in draw_each(process, specs(5), owner="me", key="k", at_once=2):
            assert picture.spec.seed == index
            found.append(index)

    reading = asyncio.create_task(read())
    await settle()
    assert len(process.jobs) == 2
    process.jobs[1].finish()
    await settle()
    assert found == [1]
    assert len(process.jobs) == 3
    for job in [process.jobs[0], process.jobs[2]]:
        job.finish()
    await settle()
    for job in process.jobs[3:]:
        job.finish()
    await reading
    assert sorted(found) == [0, 1, 2, 3, 4]


async def test_who_stops_reading_takes_the_rest_back() -> None:
    process: Any = Process()
    drawing = draw_each(process, specs(5), owner="me", key="k", at_once=3)
    first = asyncio.ensure_future(anext(drawing))
    await settle()
    process.jobs[0].finish()
    assert (await first)[0] == 0
    await drawing.aclose()
    assert [job.cancelled for job in process.jobs[1:3]] == [True, True]
    assert len(process.jobs) <= 4


async def test_a_failure_is_raised_and_the_others_are_taken_back() -> None:
    process: Any = Process()
    drawing = draw_each(process, specs(3), owner="me", key="k", at_once=3)
    first = asyncio.ensure_future(anext(drawing))
    await settle()
    process.jobs[1].end.set_exception(DrawingFailed("no memory"))
    with pytest.raises(DrawingFailed):
        await first
    assert process.jobs[0].cancelled
    assert process.jobs[2].cancelled
