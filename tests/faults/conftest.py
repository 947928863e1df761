"""A stage whose bots draw at once, with a stand-in for the drawing process."""

import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot import application
from generation.drawing import DrawingProcess
from tests.bot.stage import Stage

DRAWING_SECONDS = 0.2


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The platform; it waits for answers as long as a busy machine needs."""
    command = (sys.executable, "-m", "tests.faults.drawer", str(DRAWING_SECONDS))
    monkeypatch.setattr(application, "DrawingProcess", partial(DrawingProcess, command=command))
    async with Stage.set_up(tmp_path) as stage:
        stage.server.acknowledge_within = 60.0
        yield stage
