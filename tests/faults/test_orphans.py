"""What a run that was killed left behind is taken up at the next start, each by its own task, and delivered."""

import sqlite3
import sys
import time
from collections import Counter
from functools import partial

import pytest

from bot import application, configuration, words
from bot.queue import Queue
from generation.drawing import DrawingProcess
from storage.records import JobState
from tests.bot.stage import PATIENCE, Stage, eventually
from tests.discord_server import Answer, Interaction, Person
from tests.faults.figures import Figures
from tests.faults.kills import crowd, pictures_of

#: As many pictures as one person may have on the way.
_EACH = 10
#: What a kill may leave a request in; ``drawn`` is left out, because there would have to be a picture.
_LEFT_IN = (JobState.DRAWING, JobState.QUEUED, JobState.ACCEPTING)


@pytest.mark.timeout(900)
async def test_every_orphan_is_taken_up_at_the_start(
    stage: Stage, full: bool, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = 1000 if full else 30
    monkeypatch.setattr(configuration, "DrawingProcess", partial(DrawingProcess, command=_drawer(3600)))
    monkeypatch.setattr(application, "_DRAIN_SECONDS", 0.0)
    asked = await _left_behind(stage, wanted)
    monkeypatch.setattr(configuration, "DrawingProcess", partial(DrawingProcess, command=_drawer(0)))
    recover, taken, seconds = Queue.recover, Counter[JobState](), 0.0

    async def timed(queue: Queue) -> None:
        nonlocal seconds
        begun = time.monotonic()
        await recover(queue)
        seconds = time.monotonic() - begun
        taken.update(each.job.state for each in queue.standing())

    monkeypatch.setattr(Queue, "recover", timed)
    async with stage.bot() as bot:
        assert taken.total() == wanted, "each has a task before the bot takes new requests"
        assert JobState.DRAWING not in taken, "what was being drawn waits again"

        async def all_done() -> bool:
            return (await bot.database.jobs.counts()).get(JobState.DONE) == wanted

        await eventually(all_done)
    assert [len(pictures_of(each)) for each in asked] == [1] * wanted
    figures.note("orphans at the start", orphans=wanted, seconds_until_all_were_taken_up=seconds)


def _drawer(seconds: float) -> tuple[str, ...]:
    return sys.executable, "-m", "tests.faults.drawer", str(seconds)


async def _told(stage: Stage, person: Person) -> Interaction:
    """A request that was told that its picture comes; on a machine with too much to do it may take a second one."""
    while True:
        asked = await person.uses("/imagine", channel=stage.channel, prompt="a cat", size="64x64", steps=2)
        if await asked.acknowledged(within=PATIENCE) is Answer.DEFER:
            return asked
        said = await asked.message_when(within=PATIENCE)
        assert words.DATABASE_BUSY in said.text


async def _left_behind(stage: Stage, wanted: int) -> list[Interaction]:
    """Requests that were told that their picture comes, in the states in which a kill leaves them."""
    people = crowd(stage, wanted // _EACH)
    async with stage.bot():
        asked = [await _told(stage, person) for person in people for _ in range(_EACH)]
    database = sqlite3.connect(stage.folder / "ninewords.db")
    with database:
        states = [(str(_LEFT_IN[number % len(_LEFT_IN)]), each.id) for number, each in enumerate(asked)]
        done = database.executemany("UPDATE jobs SET state = ? WHERE interaction_id = ?", states)
        assert done.rowcount == wanted
    database.close()
    return asked
