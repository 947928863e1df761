"""Whatever moment the bot is killed at, nobody who was told that a picture comes is let down, or gets it twice."""

from pathlib import Path

import pytest

from tests.faults.figures import Figures
from tests.faults.kills import Kills, kill


@pytest.mark.timeout(900)  # every life is a process of its own
async def test_no_request_is_lost_and_no_picture_comes_twice(tmp_path: Path, full: bool, figures: Figures) -> None:
    kills = 1000 if full else 100

    def note(account: Kills) -> None:
        figures.note(
            "kill -9, at random and at named points",
            kills=account.kills,
            at_named_points=sum(account.points.values()),
            asked=account.asked,
            acknowledged=account.acknowledged,
            tokens_died_meanwhile=account.expired,
            lost=len(account.lost),
            doubled=len(account.doubled),
        )

    account = await kill(tmp_path, kills, note=note)
    assert account.kills == kills
    assert account.acknowledged > kills // 2
    assert (account.lost, account.doubled) == ([], [])
    assert account.expired > 0
    assert sum(account.points.values()) > kills // 3, "the named points were reached"
