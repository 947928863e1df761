"""``ninewords backup`` and ``ninewords restore``, as an operator types them."""

import asyncio
from pathlib import Path

from bot.cli.exits import Exit
from storage.database import Database
from storage.occupancy import occupied
from storage.records import JobState, Reply, Scope, ScopeKind
from tests.bot.cli.conftest import Ninewords

URL = "sqlite:///data/ninewords.sqlite"
REPLY = Reply(application_id=1, token="t", guild_id=2, channel_id=3, upload_limit=10)
SERVER = Scope(ScopeKind.SERVER, 2)


async def _fill(steps: int) -> None:
    async with Database.open(URL, pictures=Path("data/pictures")) as database:
        await database.preferences.choose(SERVER, {"steps": steps})
        await database.jobs.accept(steps, owner=7, spec={}, reply=REPLY)
        await database.jobs.move(steps, JobState.QUEUED)


async def _steps() -> object:
    async with Database.open(URL, pictures=Path("data/pictures")) as database:
        (found,) = await database.preferences.of(SERVER)
        return found.choices["steps"]


def test_there_and_back(ninewords: Ninewords, folder: Path) -> None:
    asyncio.run(_fill(20))
    made = ninewords("backup")
    assert made.code == Exit.DONE
    copy = Path(made.out.strip())
    assert copy.parent == Path("data/backups")
    asyncio.run(_fill(30))
    back = ninewords("restore", str(copy))
    assert back.code == Exit.DONE
    assert back.out == f"Restored from {copy}.\n1 request on the way in it will not be drawn.\n"
    assert asyncio.run(_steps()) == 20


def test_not_while_the_bot_runs(ninewords: Ninewords, folder: Path) -> None:
    asyncio.run(_fill(20))
    assert ninewords("backup", "copy.sqlite").code == Exit.DONE
    with occupied(Path("data")):
        assert ninewords("backup", "another.sqlite").code == Exit.DONE
        refused = ninewords("restore", "copy.sqlite")
    assert refused.code == Exit.DATABASE
    assert "Another bot is running with the folder data; stop it first." in refused.err


def test_nothing_to_copy(ninewords: Ninewords, folder: Path) -> None:
    ended = ninewords("backup")
    assert ended.code == Exit.DATABASE
    assert "There is no database at data/ninewords.sqlite yet" in ended.err
