"""The drawing process from the bot's side: jobs, their readers, and a process that dies, hangs or never comes up."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generation import child, supervision
from generation.drawing import DrawingProcess, Finished, Job, Progress, Update, Waiting
from generation.errors import Cancelled, DrawerDied, DrawingFailed, GateFailed, InvalidChoice, ModelUnavailable
from generation.profiles import Profile
from generation.spec import PromptSpec, resolve
from generation.updates import Slot

PROFILE = Profile(
    name="tiny", description="", source="somewhere", native_width=64, native_height=64, cfg_base=4.0, latent_factor=4
)
SCRIPT = Path(__file__).with_name("scripted_drawer.py")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "_FIRST_PAUSE", 0.01)


@pytest.fixture
def starts(tmp_path: Path) -> Path:
    return tmp_path / "starts"


@pytest.fixture
def process(starts: Path) -> Callable[..., Any]:
    @asynccontextmanager
    async def make(**options: Any) -> AsyncIterator[DrawingProcess]:
        command = (sys.executable, str(SCRIPT), str(starts))
        async with DrawingProcess(profile=PROFILE, command=command, **options) as made:
            yield made

    return make


def spec(prompt: str = "draw", **choices: object) -> PromptSpec:
    return resolve({"seed": 1, **choices, "prompt": prompt, "model": "tiny"}, profiles={"tiny": PROFILE})


def counted(starts: Path) -> int:
    """How often the process was started."""
    return len(starts.read_bytes())


async def all_of(job: Job, **options: Any) -> list[Update]:
    return [update async for update in job.updates(**options)]


async def test_a_job_from_place_to_pictures(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        job = drawer.submit(spec(count=3), owner=7, key="1")
        updates = await all_of(job)
        assert isinstance(updates[0], Waiting)
        assert isinstance(updates[-1], Finished)
        assert [picture.png for picture in updates[-1].pictures] == [b"draw 0", b"draw 1", b"draw 2"]
        assert [picture.spec.seed for picture in updates[-1].pictures] == [1, 2, 3]
        assert job.ended
        assert await job.result() == updates[-1].pictures
        assert drawer.info is not None
        assert drawer.info.hash == "0123456789"


async def test_steps_do_not_go_back(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        updates = await all_of(drawer.submit(spec(), owner=1, key="1"))
        steps = [update.step for update in updates if isinstance(update, Progress)]
        assert steps == sorted(steps)


async def test_it_starts_before_the_first_job_where_asked(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        assert drawer.pid is None
        info = await drawer.start()
        assert info.name == "tiny"
        assert drawer.pid is not None
        assert await drawer.start() is info


async def test_a_key_names_one_job_and_a_spec_its_model(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        job = drawer.submit(spec("wait"), owner=1, key="1")
        with pytest.raises(ValueError, match="already"):
            drawer.submit(spec(), owner=1, key="1")
        with pytest.raises(InvalidChoice, match="tiny"):
            drawer.submit(replace(spec(), model="another"), owner=1, key="2")
        job.cancel()
        await drawer.submit(spec(), owner=1, key="1").result()


async def test_a_picture_to_draw_over_goes_with_its_spec_and_again_after_a_death(process: Callable[..., Any]) -> None:
    over = spec("echo once", source="ab" * 32)
    async with process() as drawer:
        with pytest.raises(InvalidChoice, match="not there"):
            drawer.submit(over, owner=1, key="1")
        with pytest.raises(InvalidChoice, match="not there"):
            drawer.submit(spec(), owner=1, key="1", image=b"...")
        with pytest.raises(ValueError, match="64x64"):
            drawer.submit(over, owner=1, key="1", image=b"...")
        pixels = bytes(range(256)) * 48
        (drawn,) = await drawer.submit(over, owner=1, key="1", image=pixels).result()
        assert drawn.png == pixels


async def test_a_failure_is_raised_where_the_job_is_read(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        with pytest.raises(InvalidChoice, match="No such sampler") as caught:
            await all_of(drawer.submit(spec("fail"), owner=1, key="1"))
        assert caught.value.field == "sampler"
        await drawer.submit(spec(), owner=1, key="2").result()


async def test_cancelled_before_and_after_it_was_handed_over(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        early = drawer.submit(spec(), owner=1, key="early")
        early.cancel()
        await drawer.start()
        late = drawer.submit(spec("wait"), owner=1, key="late")
        late.cancel()
        late.cancel()
        for job in (early, late):
            with pytest.raises(Cancelled):
                await job.result()


async def test_a_job_has_a_priority_and_can_be_given_another(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        early = drawer.submit(spec("wait"), owner=1, key="early")
        early.reprioritise("low")
        await drawer.start()
        late = drawer.submit(spec("wait"), owner=1, key="late", priority="low")
        for job in (early, late):
            await place_of(job, 9)
            job.reprioritise("normal")
            await place_of(job, 1)


async def place_of(job: Job, place: int) -> None:
    """Wait until a job is told that it waits at ``place``."""
    async for update in job.updates():
        if isinstance(update, Waiting) and update.place == place:
            return


async def test_places_are_told_while_the_process_comes_up(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        jobs = [drawer.submit(spec("wait"), owner=1, key=str(index)) for index in range(3)]
        firsts = [await anext(job.updates()) for job in jobs]
        assert firsts == [Waiting(1), Waiting(2), Waiting(3)]
        jobs[0].cancel()
        assert await anext(jobs[2].updates()) == Waiting(2)


async def test_previews_come_when_somebody_wants_them(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        await drawer.start()
        job = drawer.submit(spec("wait"), owner=1, key="1")
        async for update in job.updates(preview_seconds=0.0):
            if isinstance(update, Progress):
                assert update.preview == b"seen"
                break
        job.cancel()


async def test_after_a_death_the_jobs_are_drawn_by_a_new_process(process: Callable[..., Any], starts: Path) -> None:
    async with process() as drawer:
        jobs = [drawer.submit(spec(prompt), owner=1, key=prompt) for prompt in ("one", "once more", "two")]
        results = await asyncio.gather(*(job.result() for job in jobs))
        assert [pictures[0].png for pictures in results] == [b"one 0", b"once more 0", b"two 0"]
    assert counted(starts) == 2


async def test_a_job_that_kills_three_times_is_set_aside_and_takes_nobody_with_it(
    process: Callable[..., Any], starts: Path
) -> None:
    async with process() as drawer:
        killers = [drawer.submit(spec("die"), owner=1, key=f"killer {index}") for index in range(2)]
        others = [drawer.submit(spec(f"other {index}"), owner=2, key=str(index)) for index in range(5)]
        for killer in killers:
            with pytest.raises(DrawingFailed, match="3 times"):
                await killer.result()
        for other in others:
            await other.result()
    assert counted(starts) in (6, 7)


async def test_a_process_that_falls_silent_is_replaced(process: Callable[..., Any]) -> None:
    async with process(silence=5) as drawer:
        await drawer.start()
        first = drawer.pid
        await drawer.submit(spec("hang"), owner=1, key="1").result()
        assert drawer.pid != first


async def test_a_step_that_does_not_end_is_noticed(process: Callable[..., Any], starts: Path) -> None:
    async with process(silence=30) as drawer:
        with pytest.raises(DrawingFailed):
            await drawer.submit(spec("stuck"), owner=1, key="1").result()
    assert counted(starts) >= 3


async def test_a_model_that_cannot_be_loaded(process: Callable[..., Any]) -> None:
    async with process(model="unloadable") as drawer:
        job = drawer.submit(spec(), owner=1, key="1")
        with pytest.raises(ModelUnavailable, match="no such model"):
            await job.result()
        with pytest.raises(ModelUnavailable):
            await drawer.start()
        with pytest.raises(ModelUnavailable):
            await drawer.submit(spec(), owner=1, key="1").result()


async def test_a_process_that_never_comes_up_is_given_up(process: Callable[..., Any], starts: Path) -> None:
    async with process(model="broken") as drawer:
        job = drawer.submit(spec(), owner=1, key="1")
        with pytest.raises(DrawerDied):
            await job.result()
        assert counted(starts) == 4
        with pytest.raises(DrawerDied):
            await drawer.start()


async def test_closing_ends_what_is_not_finished(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        await drawer.start()
        job = drawer.submit(spec("wait"), owner=1, key="1")
    with pytest.raises(DrawerDied, match="closed"):
        await job.result()
    with pytest.raises(DrawerDied, match="closed"):
        drawer.submit(spec(), owner=1, key="2")
    assert drawer.pid is None


async def test_closing_can_wait_for_what_is_not_finished(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        jobs = [drawer.submit(spec(), owner=1, key=str(index)) for index in range(20)]
        await drawer.aclose(drain=True)
        for job in jobs:
            assert len(await job.result()) == 1


async def test_a_process_that_does_not_leave_is_killed(
    process: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_SECONDS_TO_LEAVE", 0.2)
    async with process() as drawer:
        await drawer.start()
        job = drawer.submit(spec("hang"), owner=1, key="1")
        await asyncio.sleep(0.2)
    assert job.ended


async def test_pictures_carry_what_the_gate_said(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        [picture] = await drawer.submit(spec(), owner=1, key="1").result()
        assert picture.scores is not None
        assert picture.scores.drawing == 1


async def test_a_file_is_checked_over_there(process: Callable[..., Any]) -> None:
    async with process() as drawer:
        assert (await drawer.score(b"a file")).explicit == 0
        with pytest.raises(GateFailed, match="No picture"):
            await drawer.score(b"broken")


async def test_a_file_that_ends_the_process_is_not_sent_again(process: Callable[..., Any], starts: Path) -> None:
    async with process() as drawer:
        await drawer.start()
        with pytest.raises(GateFailed, match="ended"):
            await drawer.score(b"die")
        assert (await drawer.score(b"a file")).explicit == 0
    assert counted(starts) == 2


async def test_a_check_without_an_answer_fails(process: Callable[..., Any]) -> None:
    async with process(check_patience=1.0) as drawer:
        await drawer.start()
        with pytest.raises(GateFailed, match="too long"):
            await drawer.score(b"wait")
        assert (await drawer.score(b"a file")).explicit == 0


async def test_without_a_process_nothing_is_checked(process: Callable[..., Any]) -> None:
    async with process(model="unloadable") as drawer:
        with pytest.raises(GateFailed, match="no such model"):
            await drawer.score(b"a file")
    with pytest.raises(GateFailed, match="closed"):
        await drawer.score(b"a file")


async def test_in_a_slot_the_newest_wins() -> None:
    slot = Slot()
    for step in range(5):
        slot.put(Progress(step, 5))
    reader = slot.read()
    assert await anext(reader) == Progress(4, 5)
    slot.put(Progress(5, 5))
    slot.put(Finished(()))
    slot.put(Progress(1, 5))
    assert [update async for update in reader] == [Finished(())]
    assert [update async for update in slot.read()] == [Finished(())]


async def test_a_preview_is_not_lost_to_a_newer_step_nor_shown_twice() -> None:
    slot = Slot()
    slot.put(Progress(1, 5, preview=b"one"))
    slot.put(Progress(2, 5))
    reader = slot.read()
    assert await anext(reader) == Progress(2, 5, preview=b"one")
    slot.put(Progress(3, 5))
    assert await anext(reader) == Progress(3, 5)


async def test_readers_wait_and_all_of_them_see_the_end() -> None:
    slot = Slot()

    async def ends() -> list[Update]:
        return [update async for update in slot.read()]

    readers = [asyncio.create_task(ends()) for _ in range(3)]
    await asyncio.sleep(0)
    slot.put(Waiting(1))
    await asyncio.sleep(0)
    slot.put(Finished(()))
    assert [seen[-1] for seen in await asyncio.gather(*readers)] == [Finished(())] * 3
