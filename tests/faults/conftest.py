"""A stage whose bots draw at once, with a stand-in for the drawing process."""

import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot import configuration
from generation.drawing import DrawingProcess
from tests.bot.stage import Stage
from tests.faults.figures import Figures

DRAWING_SECONDS = 0.2
#: How long one test may take in its full form, in seconds.
_FULL_TIMEOUT = 7200


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--faults-full"):
        for item in items:
            if item.path.parent == Path(__file__).parent:
                item.add_marker(pytest.mark.timeout(_FULL_TIMEOUT), append=False)


@pytest.fixture
def full(pytestconfig: pytest.Config) -> bool:
    """Whether things are to be broken as often as it takes to believe the figures; otherwise a little, in seconds."""
    return bool(pytestconfig.getoption("--faults-full"))


@pytest.fixture
def figures(pytestconfig: pytest.Config, full: bool) -> Figures:
    """Where a test notes what it counted: ``figures.note("kill -9", kills=1000, lost=0)``."""
    return Figures(pytestconfig.getoption("--faults-json"), full=full)


def quick_drawer(monkeypatch: pytest.MonkeyPatch, *, seconds: float) -> None:
    """Let bots of this process draw with the stand-in, which takes so many ``seconds`` for a picture."""
    command = (sys.executable, "-m", "tests.faults.drawer", str(seconds))
    monkeypatch.setattr(configuration, "DrawingProcess", partial(DrawingProcess, command=command))


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The platform; it waits for answers as long as a busy machine needs."""
    quick_drawer(monkeypatch, seconds=DRAWING_SECONDS)
    async with Stage.set_up(tmp_path) as stage:
        stage.server.acknowledge_within = 60.0
        yield stage
