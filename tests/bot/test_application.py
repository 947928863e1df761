"""The program as a whole: what it brings along, and what keeps it from starting."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot import application
from bot.errors import TokenRefused
from bot.moderation import floor
from bot.moderation.floor import FloorDamaged
from tests.bot.stage import Stage

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "diffusers", "transformers")


def test_the_bots_process_never_loads_torch() -> None:
    program = f"import sys, bot.application; sys.exit(any(name in sys.modules for name in {HEAVY}))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


async def test_a_damaged_floor_keeps_it_from_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor, "_FOLDER", tmp_path)
    async with Stage.set_up(tmp_path) as stage:
        with pytest.raises(FloorDamaged):
            await application.run(stage.configuration())
        assert not stage.server.requests, "nothing was asked of Discord"
    assert not (tmp_path / "ninewords.db").exists()


async def test_a_wrong_token_keeps_it_from_starting(tmp_path: Path) -> None:
    async with Stage.set_up(tmp_path) as stage:
        with pytest.raises(TokenRefused):
            await application.run(stage.configuration().model_copy(update={"discord_token": "wrong.token"}))
