"""The database is locked, or its disk full: whoever asks is told so at once, and it passes by itself."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from sqlalchemy import text

from bot import words
from bot.application import Bot
from storage.records import JobState
from tests.bot.stage import PATIENCE, Stage, eventually, finished
from tests.discord_server import Interaction

_ALL_THE_ROOM = 2**30


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


async def refusal(stage: Stage) -> str:
    """What Ben reads who asks for a picture now, with a prompt that needs room."""
    asked = await stage.ben.uses("/imagine", channel=stage.channel, prompt="cat, " * 1000, size="64x64")
    message = await asked.message_when(within=PATIENCE)
    assert message.ephemeral
    return message.text


async def test_locked_by_another_program(stage: Stage) -> None:
    async with bot_at_work(stage):
        with closing(sqlite3.connect(stage.folder / "ninewords.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(3):
                assert words.DATABASE_BUSY in await refusal(stage)
            other.execute("ROLLBACK")


async def test_a_full_disk(stage: Stage) -> None:
    async with bot_at_work(stage) as (bot, _):
        await _room(bot, 1)
        for _ in range(3):
            assert words.DATABASE_FULL in await refusal(stage)
        await _room(bot, _ALL_THE_ROOM)


async def _room(bot: Bot, pages: int) -> None:
    """Let the database grow to so many pages, or no more at all where it has as many."""
    async with bot.database.writing() as session:
        await session.execute(text(f"PRAGMA max_page_count = {pages}"))


async def _both_done(bot: Bot) -> bool:
    return await bot.database.jobs.counts() == {JobState.DONE: 2}
