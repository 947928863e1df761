"""Whatever moment the bot is killed at, nobody who was told that a picture comes is let down, or gets it twice."""

from pathlib import Path

import pytest

from tests.faults.kills import kill

KILLS = 24


@pytest.mark.timeout(900)  # every life is a process of its own
async def test_no_request_is_lost_and_no_picture_comes_twice(tmp_path: Path) -> None:
    account = await kill(tmp_path, KILLS)
    assert account.kills == KILLS
    assert account.acknowledged > KILLS // 3
    assert (account.lost, account.doubled) == ([], [])
    assert account.expired > 0
    assert sum(account.points.values()) > KILLS // 3, "the named points were reached"
