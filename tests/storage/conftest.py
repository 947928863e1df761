"""A real SQLite file for every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.records import Reply

REPLY = Reply(application_id=7, token="token", guild_id=8, channel_id=9, upload_limit=10 * 2**20)
SPEC = {"prompt": "a cat", "steps": 4, "preset_weight": 1e-45, "seed": 2**63 - 1}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ninewords.db'}"


@pytest.fixture
async def database(url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(url, pictures=tmp_path / "pictures") as database:
        yield database
