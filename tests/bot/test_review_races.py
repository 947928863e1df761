"""Whatever happens at once: no held picture is posted, none twice, and the log's chain is unbroken."""

from pathlib import Path

import pytest

from tests.bot.moderation.races import Account, race


def promises_kept(account: Account, runs: int) -> None:
    assert account.runs == runs
    assert account.wrong == []
    assert account.broken_at is None
    assert account.restarts
    assert account.held_and_posted, "some were let through and posted"
    assert {"approved", "rejected", "expired"} <= account.decisions.keys()
    assert {"done", "failed", "cancelled", "expired"} <= account.ends.keys()


async def test_some_races(tmp_path: Path) -> None:
    promises_kept(await race(tmp_path, 100), 100)


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_ten_thousand_races(tmp_path: Path) -> None:
    promises_kept(await race(tmp_path, 10_000, seed=1), 10_000)
