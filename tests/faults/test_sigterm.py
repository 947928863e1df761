"""Told to end, the bot ends cleanly and soon; what it leaves is in the queue, and the next start delivers it."""

import asyncio
import os
import random
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot.stage import Stage
from tests.discord_server import Answer, Interaction
from tests.faults.figures import Figures
from tests.faults.kills import all_delivered, crowd, pictures_of, requests
from tests.faults.nursery import Nursery

_ALLOWED_SECONDS = 30.0
#: Each so many lives, one draws pictures that take longer than any drain.
_SLOW = 10
#: How long pictures take, in seconds: so long that some are under way when the end comes.
_DRAWING, _SLOW_DRAWING = (0.01, 0.05, 0.3), 120.0
_BEGUN = 1.0
_OPEN = ("accepting", "queued", "drawing", "drawn", "delivering")


@pytest.mark.timeout(600)  # every life is a process of its own
async def test_every_drain_is_clean(tmp_path: Path, full: bool, figures: Figures) -> None:
    drains, chance, seconds, left = 100 if full else 10, random.Random(7), [], []
    asked: list[Interaction] = []
    async with Stage.set_up(tmp_path) as stage, Nursery.open(stage) as nursery:
        people = crowd(stage, 40)
        for number in range(drains):
            slow = number % _SLOW == 0
            # A life that cannot finish in time is given all its twenty seconds in the full form alone.
            pid = await nursery.born(
                drawing=_SLOW_DRAWING if slow else chance.choice(_DRAWING), drain=1.0 if slow and not full else None
            )
            asked += await requests(stage, people, chance)
            await asyncio.sleep(_BEGUN if slow else chance.uniform(0, 0.7))
            begun = time.monotonic()
            os.kill(pid, signal.SIGTERM)
            assert await nursery.end_of(pid) == 0
            seconds.append(time.monotonic() - begun)
            left.append(_left(stage))
        await nursery.born()
        acknowledged = [each for each in asked if each.answer is Answer.DEFER]
        await all_delivered(acknowledged)
        lost = [each.id for each in acknowledged if not pictures_of(each)]
        doubled = [each.id for each in acknowledged if len(pictures_of(each)) > 1]
    figures.note(
        "SIGTERM",
        drains=drains,
        exit_code_0=len(seconds),
        longest_s=max(seconds),
        acknowledged=len(acknowledged),
        left_for_the_next_start=sum(left),
        lost=len(lost),
        doubled=len(doubled),
    )
    assert max(seconds) < _ALLOWED_SECONDS
    assert (lost, doubled) == ([], [])
    assert sum(left) > 0, "some were under way"
    assert sum(left) < len(acknowledged), "others were finished first"


def _left(stage: Stage) -> int:
    """How many jobs wait for the next start."""
    with closing(sqlite3.connect(stage.folder / "ninewords.db")) as kept:
        marks = ", ".join("?" * len(_OPEN))
        return kept.execute(f"SELECT count(*) FROM jobs WHERE state IN ({marks})", _OPEN).fetchone()[0]
