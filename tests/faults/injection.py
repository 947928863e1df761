"""Puts faults into the drawing process of a whole bot, and looks at what becomes of everybody's requests.

Which fault a request meets is in its prompt, and the order in which they come is drawn from a seed. For every request
that meets one there is another, drawn in the same company, that must not be touched by it. The drawing process is the
real one with the sketch model (:mod:`benchmarks.faulty_drawer`), or, for the faults that end it, a stand-in
(:mod:`tests.faults.drawer`), whose next life begins at once.
"""

import asyncio
import random
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest.mock import patch

import torch
from PIL import Image, ImageChops

from benchmarks.faults import BLACK, DEATH, ENCODER, HANG, KILLER, MEMORY, NUMBER
from benchmarks.sketch_loop import Loop, sketch_model
from bot import configuration, specs, words
from bot.application import Bot
from generation import supervision
from generation.drawing import DrawingProcess
from generation.spec import PromptSpec, picture
from storage.records import JobState
from tests.bot.stage import Stage, opened_picture
from tests.discord_server import Interaction, Message, Person, StillWaiting
from tests.faults import drawer
from tests.faults.kills import crowd

#: What ends a job, each time, and the words in which its person is told. Whatever else happens to one, it is drawn.
REASONS = {
    NUMBER: "no numbers",
    MEMORY: "not enough memory",
    BLACK: "nothing but black",
    KILLER: "ended the drawing process 3 times",
}
ERROR_ID = re.compile(r"Error id: ([2-9A-Z]{8})")
#: What the log says when a drawing process has ended and another follows, as it is counted.
_REPLACED = {"event": "%s It is started again; %d jobs wait for it.", "level": "warning"}
_PEOPLE = 24
_TOGETHER = 12
_PATIENCE = 900.0
_LONGEST_STEP = 45.0
_PROMPTS = ("a red cat", "two blue houses", "a green tree, night", "a [red|blue] fish AND a hat :0.5")


@dataclass(frozen=True, slots=True)
class Injected:
    """How many of each fault, into the stand-in or the real process."""

    no_numbers: int = 0
    no_memory: int = 0
    black: int = 0
    hangs: int = 0
    encoder_hangs: int = 0
    deaths: int = 0
    killers: int = 0
    stand_in: bool = False

    @property
    def ends(self) -> int:
        """How many processes end of them, at least; several may meet their faults together."""
        return 3 * self.killers + min(1, self.hangs) + min(1, self.encoder_hangs) + min(1, self.deaths)

    def faults(self) -> list[str]:
        """The faults, each as often as it is to come."""
        counted = {
            NUMBER: self.no_numbers,
            MEMORY: self.no_memory,
            BLACK: self.black,
            HANG: self.hangs,
            ENCODER: self.encoder_hangs,
            DEATH: self.deaths,
            KILLER: self.killers,
        }
        return [fault for fault, count in counted.items() for _ in range(count)]


@dataclass
class Account:
    """What came of the requests: pictures delivered, failures by their reason, and everything that is wrong."""

    asked: int = 0
    delivered: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    replaced: int = 0
    wrong: list[str] = field(default_factory=list)


async def inject(folder: Path, injected: Injected, *, seed: int = 0) -> Account:
    """Have a crowd ask for pictures, half of which meet a fault, and look at every answer."""
    chance, account = random.Random(seed), Account()
    faults = injected.faults()
    wanted = faults + [""] * len(faults)
    chance.shuffle(wanted)
    async with _faulty_bot(folder, injected) as (stage, bot):
        people, room = crowd(stage, _PEOPLE), asyncio.Semaphore(_TOGETHER)
        asked: list[tuple[str, Interaction]] = []

        async def one(number: int, fault: str) -> None:
            async with room:
                prompt = f"{chance.choice(_PROMPTS)} {fault}".strip()
                steps, message = chance.randint(2, 4), None
                while message is None or words.DATABASE_BUSY in message.text:
                    interaction = await _asks(stage, people[number % _PEOPLE], number, prompt, steps)
                    if not await _was_told(interaction):
                        continue
                    try:
                        message = await interaction.message_when(_is_the_last, within=_PATIENCE)
                    except StillWaiting as waited:
                        return account.wrong.append(f"Request {number} ({fault or 'no fault'}) has no end: {waited}")
                    if words.DATABASE_BUSY not in message.text:
                        asked.append((fault, interaction))

        with bot.metrics.counting_events():
            await asyncio.gather(*(one(number, fault) for number, fault in enumerate(wanted)))
            await _let_go(bot, account)
        account.replaced = int(bot.metrics.registry.get_sample_value("ninewords_events_total", _REPLACED) or 0)
        await _examine(bot, asked, account, stand_in=injected.stand_in)
    return account


@asynccontextmanager
async def _faulty_bot(folder: Path, injected: Injected) -> AsyncIterator[tuple[Stage, Bot]]:
    """The whole bot, whose drawing process meets faults, and is replaced without long pauses."""
    met = folder / "met"
    met.mkdir()
    faulty = (
        ("tests.faults.drawer", "0.01", str(met))
        if injected.stand_in
        else ("benchmarks.faulty_drawer", str(met), "0.01")
    )
    process = partial(DrawingProcess, command=(sys.executable, "-m", *faulty), threads=1, longest_step=_LONGEST_STEP)
    with (
        patch.object(configuration, "DrawingProcess", process),
        patch.object(supervision, "_LONGEST_PAUSE", 0.5),
    ):
        async with Stage.set_up(folder) as stage:
            stage.server.acknowledge_within = 60.0
            async with stage.bot() as bot:
                await bot.process.start()
                yield stage, bot


async def _was_told(interaction: Interaction) -> bool:
    """Whether a request was acknowledged at all; on a machine with far too much to do it may be too late for that."""
    with suppress(StillWaiting):
        await interaction.acknowledged(within=90.0)
    return interaction.answer is not None


def _is_the_last(message: Message) -> bool:
    return not message.loading and "Cancel" not in message.labels


async def _asks(stage: Stage, person: Person, number: int, prompt: str, steps: int) -> Interaction:
    """Ask. On a machine with too much to do one may be told that the database is busy, and asks again."""
    options = {"prompt": prompt, "size": "64x64", "steps": steps, "seed": 10 * number}
    return await person.uses("/imagine", channel=stage.channel, options=options)


async def _let_go(bot: Bot, account: Account) -> None:
    """Wait until the queue has let go of every job: its last word may come before its task ends."""
    try:
        async with asyncio.timeout(_PATIENCE):
            while bot.queue.on_the_way():  # noqa: ASYNC110  (the queue sets no event)
                await asyncio.sleep(0.05)
    except TimeoutError:
        account.wrong.append(f"{bot.queue.on_the_way()} jobs are stuck.")


async def _examine(bot: Bot, asked: Sequence[tuple[str, Interaction]], account: Account, *, stand_in: bool) -> None:
    """Look at what everybody was given, and at what the record says of it."""
    account.asked = len(asked)
    with ThreadPoolExecutor(1) as thread:  # one, because which row counts agree depends on a thread's own settings
        in_thread = partial(asyncio.get_running_loop().run_in_executor, thread)
        expected = drawer.file if stand_in else await in_thread(_undisturbed)
        for fault, interaction in asked:
            job = await bot.database.jobs.find(interaction.id)
            shown = [message for message in interaction.messages if message.attachments]
            reason, name = REASONS.get(fault), fault or "a request without a fault"
            text = interaction.messages[-1].text if interaction.messages else ""
            if job is None or len(interaction.messages) != 1:
                account.wrong.append(f"{name}: {len(interaction.messages)} messages, {text!r}.")
            elif reason is not None:
                account.failed[fault] += 1
                told = ERROR_ID.search(text)
                if reason not in text or shown or told is None:
                    account.wrong.append(f"{name}: was told {text!r}, with {len(shown)} pictures.")
                elif (job.state, job.error_id) != (JobState.FAILED, told[1]):
                    account.wrong.append(f"{name}: the record says {job.state}, {job.error_id}.")
            elif not shown or job.state is not JobState.DONE:
                account.wrong.append(f"{name}: {job.state}, was told {text!r}.")
            else:
                account.delivered += 1
                account.wrong += await in_thread(_broken, shown[0], specs.read(job.spec), expected)


def _undisturbed() -> Callable[[PromptSpec], bytes]:
    """A loop without faults that draws one picture at a time."""
    torch.set_num_threads(1)
    loop = Loop(sketch_model())

    def alone(spec: PromptSpec) -> bytes:
        loop.drawn.clear()
        loop.draw(spec, "alone", "alone")
        loop.run()
        return loop.drawn[0].body

    return alone


def _broken(message: Message, asked: PromptSpec, alone: Callable[[PromptSpec], bytes]) -> list[str]:
    """What is wrong with a delivered picture: it must be, pixel for pixel, what its spec gives when drawn alone."""
    delivered, expected = map(opened_picture, (message.attachments[0].bytes, alone(picture(asked, 0))))
    if delivered.size != expected.size:
        return [f"seed {asked.seed}: a picture of {delivered.size}."]
    if _extremes(delivered) == (0, 0):
        return [f"seed {asked.seed}: black."]
    different = ImageChops.difference(delivered.convert("RGB"), expected.convert("RGB")).getbbox()
    return [] if different is None else [f"seed {asked.seed}: not the picture that its spec gives."]


def _extremes(image: Image.Image) -> object:
    return image.convert("L").getextrema()
