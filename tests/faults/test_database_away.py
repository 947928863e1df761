"""The database is locked, or its disk full: whoever asks is told so at once, and it passes by itself."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest
from sqlalchemy import text

from bot import words
from bot.application import Bot
from bot.remarks import Remarks
from generation.spec import PromptSpec
from storage.errors import DatabaseBusy
from storage.records import Job, JobState
from tests.bot.stage import PATIENCE, Stage, eventually, finished
from tests.discord_server import Interaction
from tests.faults.figures import Figures

_ALL_THE_ROOM = 2**30
#: How often somebody asks at least, and in the full form for how many seconds.
_LEAST, _LOCKED_SECONDS = 3, 30.0
_ACKNOWLEDGED_WITHIN = 3.0


@asynccontextmanager
async def bot_at_work(stage: Stage) -> AsyncIterator[tuple[Bot, Interaction]]:
    """A bot that draws for Ann; at the end her picture is there, Ben can ask again, and the file is whole."""
    async with stage.bot() as bot:
        under_way = await stage.ann.uses("/imagine", channel=stage.channel, prompt="slow", size="64x64")
        await under_way.message_when(lambda shown: "Drawing" in shown.text, within=PATIENCE)
        yield bot, under_way
        await finished(under_way)
        await finished(await stage.ben.uses("/imagine", channel=stage.channel, prompt="a cat", size="64x64"))
        await eventually(lambda: _both_done(bot))
    with closing(sqlite3.connect(stage.folder / "ninewords.db")) as kept:
        assert kept.execute("PRAGMA quick_check").fetchone() == ("ok",)


async def refusals(stage: Stage, sentence: str, *, seconds: float) -> list[float]:
    """Have Ben ask again and again for so long, three times at least, with a prompt that needs room.

    Each time he must read ``sentence``. Returns how many seconds each answer took.
    """
    took, end = [], time.monotonic() + seconds
    while len(took) < _LEAST or time.monotonic() < end:
        asked = await stage.ben.uses("/imagine", channel=stage.channel, prompt="cat, " * 1000, size="64x64")
        message = await asked.message_when(within=PATIENCE)
        assert message.ephemeral
        assert sentence in message.text
        assert asked.answered_after is not None
        took.append(asked.answered_after)
    return took


async def test_locked_by_another_program(stage: Stage, full: bool, figures: Figures) -> None:
    async with bot_at_work(stage):
        with closing(sqlite3.connect(stage.folder / "ninewords.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            took = await refusals(stage, words.DATABASE_BUSY, seconds=_LOCKED_SECONDS if full else 0)
            other.execute("ROLLBACK")
    figures.note("database locked", longest_answer_s=max(took), locked_s=round(sum(took)), refusals=len(took))
    assert max(took) < _ACKNOWLEDGED_WITHIN or not full, "only a machine of its own tells"


async def test_a_full_disk(stage: Stage, full: bool, figures: Figures) -> None:
    async with bot_at_work(stage) as (bot, _):
        await _room(bot, 1)
        took = await refusals(stage, words.DATABASE_FULL, seconds=_LOCKED_SECONDS if full else 0)
        await _room(bot, _ALL_THE_ROOM)
    figures.note("disk full", longest_answer_s=max(took), full_s=round(sum(took)), refusals=len(took))
    assert max(took) < _ACKNOWLEDGED_WITHIN or not full, "only a machine of its own tells"


async def test_what_a_card_needs_is_read_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    read = Remarks.__call__

    async def busy(remarks: Remarks, spec: PromptSpec, job: Job) -> list[str]:
        asked.append(job.id)
        if len(asked) < _LEAST:
            raise DatabaseBusy("The database has too much to do just now.")
        return await read(remarks, spec, job)

    monkeypatch.setattr(Remarks, "__call__", busy)
    async with stage.bot():
        await finished(await stage.ben.uses("/imagine", channel=stage.channel, prompt="a cat", size="64x64"))
    assert len(asked) == _LEAST


async def _room(bot: Bot, pages: int) -> None:
    """Let the database grow to so many pages, or no more at all where it has as many."""
    async with bot.database.writing() as session:
        await session.execute(text(f"PRAGMA max_page_count = {pages}"))


async def _both_done(bot: Bot) -> bool:
    return await bot.database.jobs.counts() == {JobState.DONE: 2}
