"""Whatever happens at once: no held picture is posted, none twice, and the log's chain is unbroken.

A race that could not be lost would show nothing; so each promise is broken once on purpose, and the race must say so.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot import errand, job_message
from bot.moderation.policy import Decision
from bot.queue import Queue
from bot.whereabouts import Whereabouts
from storage.moderation import cases, decisions
from storage.moderation.models import LogRow
from storage.moderation.records import CaseState
from tests.bot.moderation import posting
from tests.bot.moderation.races import Account, race


def promises_kept(account: Account, runs: int) -> None:
    assert account.runs == runs
    assert account.wrong == []
    assert account.broken_at is None
    assert account.restarts
    assert account.held_and_posted, "some were let through and posted"
    assert {"approved", "rejected", "expired"} <= account.decisions.keys()
    assert {"done", "failed", "cancelled", "expired"} <= account.ends.keys()


Break = Callable[[pytest.MonkeyPatch], None]


def take_every_channel_for_marked(patch: pytest.MonkeyPatch) -> None:
    """The mark is not looked up where the pictures go."""
    look_up = Whereabouts.of

    async def look_away(whereabouts: Whereabouts, job: Any) -> Any:
        return replace(await look_up(whereabouts, job), age_restricted=True)

    patch.setattr(Whereabouts, "of", look_away)


def deliver_what_is_held(patch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a moderator."""
    patch.setattr(errand, "Decision", type("Decision", (), {"HOLD": None, "ALLOW": Decision.ALLOW}))


def let_the_last_press_win(patch: pytest.MonkeyPatch) -> None:
    """A decision is made again by whoever presses later."""
    patch.setattr(decisions, "before", lambda _: tuple(CaseState))


def send_without_looking(patch: pytest.MonkeyPatch) -> None:
    """A message whose answer was lost is sent again without a look whether it is there."""

    async def nothing(*_: Any, **__: Any) -> None:
        return None

    patch.setattr(job_message, "trace", nothing)
    patch.setattr(posting, "_LOSSES", 0.8)


def forget_at_the_start(patch: pytest.MonkeyPatch) -> None:
    """A start takes nothing up that the last run left."""

    async def nothing(_: Queue) -> None:
        return None

    patch.setattr(Queue, "recover", nothing)


def rewrite_the_log(patch: pytest.MonkeyPatch) -> None:
    """A line of the log is changed after it was written."""
    append = decisions.append

    async def rewrite(session: Any, *line: Any) -> int:
        await session.execute(update(LogRow).where(LogRow.number == 3).values(decision="nothing"))
        return await append(session, *line)

    patch.setattr(cases, "append", rewrite)


BROKEN = {
    take_every_channel_for_marked: "seen although it must not be",
    deliver_what_is_held: "seen although it must not be",
    let_the_last_press_win: ", rejected",
    send_without_looking: "posted twice",
    forget_at_the_start: "left behind",
}


@pytest.mark.parametrize(("broken", "complaint"), BROKEN.items(), ids=[broken.__name__ for broken in BROKEN])
async def test_a_broken_promise_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break, complaint: str
) -> None:
    broken(monkeypatch)
    account = await race(tmp_path, 50)
    assert any(complaint in wrong for wrong in account.wrong), account


async def test_a_log_that_was_rewritten_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite_the_log(monkeypatch)
    assert (await race(tmp_path, 50)).broken_at == 3


async def test_some_races(tmp_path: Path) -> None:
    promises_kept(await race(tmp_path, 100), 100)


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_ten_thousand_races(tmp_path: Path) -> None:
    promises_kept(await race(tmp_path, 10_000, seed=1), 10_000)
