"""Measures how soon after a start every request that a killed bot left behind is in line again.

``python -m benchmarks.orphans [--orphans 1000] [--json FILE]``: a SQLite file with so many requests, a quarter each in
the states that a kill leaves them in; queue, errands and storage are the real ones, drawing process and Discord stand
still. Measured is from the beginning of the recovery until every request has its task, and the record says so.
"""

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

from benchmarks.sketch_loop import parse_arguments, publish, table
from bot import specs
from generation.profiles import load_profiles
from generation.spec import resolve
from storage.database import Database
from storage.records import JobState, Reply
from tests.faults.test_histories import Bot
from tests.faults.world import CHANNEL, GUILD, Discord

_LEFT_IN = (JobState.QUEUED, JobState.DRAWING, JobState.DRAWN, JobState.DELIVERING)
_RUNS = 5
_REPLY = Reply(application_id=7, token="token", guild_id=GUILD, channel_id=CHANNEL, upload_limit=10 * 2**20)


async def left_behind(file: Path, count: int) -> None:
    """Write requests down, and leave them as a kill does."""
    asked = {"prompt": "a cat", "model": "sketch", "size": "64x64", "seed": 1}
    spec = specs.written(resolve(asked, profiles=load_profiles()))
    async with Database.open(f"sqlite:///{file}", pictures=file.parent / "pictures") as database:
        for number in range(count):
            await database.jobs.accept(number + 1, owner=number % 100, spec=spec, reply=_REPLY)
    states = [(str(state), number + 1) for number, state in zip(range(count), cycle(_LEFT_IN), strict=False)]
    with sqlite3.connect(file) as record:
        record.executemany("UPDATE jobs SET state = ? WHERE interaction_id = ?", states)
    record.close()


async def recovered(file: Path, count: int) -> float:
    """Start on ``file`` and return the seconds until all are taken up."""
    discord = Discord(file)
    discord.told.update(range(1, count + 1))
    async with Database.open(f"sqlite:///{file}", pictures=file.parent / "pictures") as database:
        bot = Bot(database, discord)
        begun = time.monotonic()
        await bot.queue.recover()
        seconds = time.monotonic() - begun
        if bot.queue.on_the_way() != count:
            raise RuntimeError(f"{bot.queue.on_the_way()} of {count} were taken up.")
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description="Requests that a killed bot left behind, at the next start.")
    parser.add_argument("--orphans", type=int, default=1000, help="how many (1000)")
    arguments = parse_arguments(parser)
    seconds = []
    for _ in range(_RUNS):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "ninewords.db"
            asyncio.run(left_behind(file, arguments.orphans))
            seconds.append(asyncio.run(recovered(file, arguments.orphans)))
    figures = {"orphans": arguments.orphans, "seconds": [round(each, 3) for each in sorted(seconds)]}
    said = f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"
    rows = [("orphans", arguments.orphans), ("seconds until all are in line again", said)]
    publish("Orphans", figures, [table(["", "median (least to most)"], rows)], arguments.json)
    if statistics.median(seconds) > 1:
        sys.exit("It took longer than a second.")


if __name__ == "__main__":
    main()
