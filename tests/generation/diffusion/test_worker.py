"""The drawing process itself, with the tiny model: from a spec to a PNG, through kills and cancels."""

import asyncio
import io
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from generation import messages, png
from generation.child import COMMAND, Child
from generation.diffusion.encoding import Encoder
from generation.diffusion.loading import Model
from generation.diffusion.worker import Outbox, Pulse
from generation.drawing import DrawingProcess, Finished, Progress, Waiting
from generation.errors import Cancelled, GateFailed, InvalidChoice, ModelUnavailable
from generation.ledger import Ledger
from generation.messages import Alive, Draw, Drawn, Loaded
from generation.profiles import Profile
from generation.spec import PromptSpec
from tests.generation.diffusion.conftest import load_request

pytestmark = pytest.mark.asyncio(loop_scope="module")

Specs = Callable[..., PromptSpec]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def drawer(tiny_profile: Profile) -> AsyncIterator[DrawingProcess]:
    async with DrawingProcess(profile=tiny_profile, device="cpu", threads=1) as made:
        await made.start()
        yield made


async def test_a_picture_with_its_recipe(drawer: DrawingProcess, spec_of: Specs) -> None:
    [picture] = await drawer.submit(spec_of("a cat", width=48), owner=1, key="picture").result()
    image = Image.open(io.BytesIO(picture.png))
    assert image.size == (picture.width, picture.height) == (48, 32)
    assert drawer.info is not None
    assert f"Model hash: {drawer.info.hash}" in png.read(picture.png)
    assert drawer.info.dtype == "float32"


async def test_steps_and_previews_on_the_way(drawer: DrawingProcess, spec_of: Specs) -> None:
    job = drawer.submit(spec_of("a cat", steps=150), owner=1, key="steps")
    updates = [update async for update in job.updates(preview_seconds=0.1)]
    assert isinstance(updates[0], Waiting)
    assert isinstance(updates[-1], Finished)
    progress = [update for update in updates if isinstance(update, Progress)]
    assert [update.step for update in progress] == sorted(update.step for update in progress)
    previews = [update.preview for update in progress if update.preview]
    assert previews
    assert Image.open(io.BytesIO(previews[0])).format == "JPEG"
    assert any(update.seconds_left is not None for update in progress)


async def test_the_same_spec_is_the_same_bytes_whoever_else_draws(drawer: DrawingProcess, spec_of: Specs) -> None:
    spec = spec_of("a [cat|dog] AND a hat", sampler="DPM++ 2M SDE Karras", steps=6)
    [alone] = await drawer.submit(spec, owner=1, key="alone").result()
    crowd = [drawer.submit(spec_of("b", seed=i, steps=3 + i), owner=i, key=f"crowd {i}") for i in range(6)]
    [among] = await drawer.submit(spec, owner=9, key="among").result()
    await asyncio.gather(*(job.result() for job in crowd))
    assert alone == among


async def test_low_priority_is_drawn_last_unless_it_is_given_another(drawer: DrawingProcess, spec_of: Specs) -> None:
    first = drawer.submit(spec_of("a cat", steps=150), owner=1, key="first")
    scans = [drawer.submit(spec_of("a", steps=3), owner=2, key=f"scan {i}", priority="low") for i in range(2)]
    async for update in first.updates():
        if isinstance(update, Progress):
            break
    scans[1].reprioritise("normal")
    await scans[1].result()
    assert not first.ended
    assert not scans[0].ended
    await first.result()
    await scans[0].result()


async def test_two_people_are_served_in_turns(drawer: DrawingProcess, spec_of: Specs) -> None:
    order: list[str] = []

    async def watch(key: str, owner: str, **choices: Any) -> None:
        await drawer.submit(spec_of("a cat", steps=12, **choices), owner=owner, key=key).result()
        order.append(key)

    many = [asyncio.create_task(watch(f"many {i}", "greedy", seed=i, width=64, height=64)) for i in range(12)]
    await asyncio.sleep(0.05)
    await watch("one", "modest")
    await asyncio.gather(*many)
    assert order.index("one") < len(order) // 2


async def test_a_cancelled_job_makes_room(drawer: DrawingProcess, spec_of: Specs) -> None:
    job = drawer.submit(spec_of("a cat", steps=5000), owner=1, key="cancelled")
    async for update in job.updates():
        if isinstance(update, Progress):
            job.cancel()
            break
    with pytest.raises(Cancelled):
        await job.result()
    await drawer.submit(spec_of("a cat"), owner=1, key="after").result()


async def test_killed_in_the_middle_it_comes_back_and_finishes(drawer: DrawingProcess, spec_of: Specs) -> None:
    spec = spec_of("a cat", steps=100, sampler="Euler a")
    [undisturbed] = await drawer.submit(spec, owner=1, key="undisturbed").result()
    job = drawer.submit(spec, owner=1, key="disturbed")
    killed = drawer.pid
    assert killed is not None
    async for update in job.updates():
        if isinstance(update, Progress) and drawer.pid == killed:
            os.kill(killed, signal.SIGKILL)
            break
    assert await job.result() == (undisturbed,)
    assert drawer.pid != killed


async def test_interrupts_are_left_to_whoever_started_it(drawer: DrawingProcess, spec_of: Specs) -> None:
    running = drawer.pid
    assert running is not None
    os.kill(running, signal.SIGINT)
    await drawer.submit(spec_of("a cat"), owner=1, key="interrupted").result()
    assert drawer.pid == running


async def test_pictures_and_files_are_checked(drawer: DrawingProcess, spec_of: Specs) -> None:
    [picture] = await drawer.submit(spec_of("a cat"), owner=1, key="checked").result()
    assert picture.scores is not None
    assert await drawer.score(picture.png) == picture.scores
    with pytest.raises(GateFailed, match="could not be read"):
        await drawer.score(b"no picture")


async def test_a_model_that_is_not_there_is_one_sentence(tiny_profile: Profile, spec_of: Specs) -> None:
    async with DrawingProcess(profile=tiny_profile, model="/nowhere/model.safetensors") as lost:
        with pytest.raises(ModelUnavailable, match=r"/nowhere/model\.safetensors"):
            await lost.submit(spec_of("a cat"), owner=1, key="1").result()


NOISY = """
import os, sys
from generation.diffusion import loading
load = loading.load
def noisy(wanted):
    print("a stray line")
    os.write(1, b"another")
    return load(wanted)
loading.load = noisy
from generation.diffusion import worker
worker.main()
"""


async def test_what_others_print_does_not_disturb_the_messages(tiny_profile: Profile, spec_of: Specs) -> None:
    drawing = await Child.start((sys.executable, "-c", NOISY))
    try:
        drawing.send(load_request(tiny_profile.source))
        drawing.send(Draw(key="1", owner="x", spec=spec_of("a cat")))
        heard = []
        while not (heard and isinstance(heard[-1], Drawn)):
            heard.append(await drawing.hear(60))
        assert any(isinstance(message, Loaded) for message in heard)
    finally:
        await drawing.aclose()


async def test_it_does_not_outlive_the_process_that_started_it(tiny_profile: Profile, spec_of: Specs) -> None:
    drawing = await Child.start()
    drawing.send(load_request(tiny_profile.source))
    drawing.send(Draw(key="1", owner="x", spec=spec_of("a cat", steps=100_000)))
    while not isinstance(await drawing.hear(60), Loaded):
        pass
    drawing._input.close()
    async with asyncio.timeout(30):
        assert await drawing._process.wait() == 0


async def test_a_thread_that_stands_still_beside_the_loop_is_told_of(model: Model) -> None:
    stream, going_on = io.BytesIO(), threading.Event()
    pulse = Pulse(Outbox(stream), Ledger())
    encoder = Encoder(model.info, None, lambda fault: None, pulse.busy)
    encoder.score(b"", lambda found: (going_on.wait(), None)[1])
    told = await _told_until(stream, lambda told: told.busy > 0)
    assert told.usual is None, "the loop has done nothing"
    going_on.set()
    encoder.settle()
    await _told_until(stream, lambda told: told.busy == 0)


async def _told_until(stream: io.BytesIO, look: Callable[[Alive], bool]) -> Alive:
    """The newest pulse, as soon as ``look`` says yes of it."""
    while True:
        await asyncio.sleep(0.05)
        at, written, newest = 0, stream.getvalue(), None
        while at < len(written):
            header, body = messages.lengths(written[at : at + messages.LENGTHS_SIZE])
            at += messages.LENGTHS_SIZE
            newest = messages.message(written[at : at + header], written[at + header : at + header + body])
            at += header + body
        if isinstance(newest, Alive) and look(newest):
            return newest


async def test_without_orders_it_ends() -> None:
    process = await asyncio.create_subprocess_exec(*COMMAND, stdin=asyncio.subprocess.DEVNULL)
    async with asyncio.timeout(60):
        assert await process.wait() == 0


async def test_a_picture_is_enlarged_while_others_are_drawn(drawer: DrawingProcess, spec_of: Specs) -> None:
    [picture] = await drawer.submit(spec_of("a cat"), owner=1, key="small").result()
    drawing = drawer.submit(spec_of("a dog", steps=30), owner=2, key="beside")
    large = await drawer.enlarge(picture.png, 2, owner=1, key="large").result()
    assert Image.open(io.BytesIO(large.png)).size == (large.width, large.height) == (64, 64)
    assert png.read(large.png).startswith(png.read(picture.png))
    await drawing.result()
    with pytest.raises(InvalidChoice, match="no PNG, JPEG or WebP"):
        await drawer.enlarge(b"no picture", 2, owner=1, key="bad").result()
    with pytest.raises(InvalidChoice, match="2 or 4 times"):
        drawer.enlarge(picture.png, 3, owner=1, key="thrice")
