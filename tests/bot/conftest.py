"""One bot, with one drawing process, for all tests of a module that asks for it: starting one takes seconds."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.application import Bot
from bot.moderation import floor
from tests.bot.stage import Stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with Stage.set_up(tmp_path_factory.mktemp("bot")) as stage:
        yield stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(stage: Stage) -> AsyncIterator[Bot]:
    async with stage.bot() as bot:
        await bot.process.start()
        yield bot


@pytest.fixture
def forbidden() -> str:
    """A prompt that is never drawn, made of the floor's own terms."""
    return " ".join(_first_term(name) for name in ("age_coded.txt", "sexual.txt"))


def _first_term(name: str) -> str:
    lines = (Path(floor.__file__).parent / "terms" / name).read_text(encoding="utf-8").splitlines()
    return next(line for line in lines[lines.index("[clear]") + 1 :] if line and not line.startswith("#"))
