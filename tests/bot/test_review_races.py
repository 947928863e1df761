"""Whatever happens at once: no held picture is posted, none twice, and the log's chain is unbroken.

A race that could not be lost would show nothing; so each promise is broken once on purpose, and the race must say so.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from bot import errand, job_message, scrutiny
from bot.errand import Errand
from bot.job_message import JobMessage
from bot.moderation.policy import Decision
from bot.queue import Queue
from bot.whereabouts import Gone, Whereabouts
from storage import jobs
from storage.moderation import cases, decisions
from storage.moderation.models import LogRow
from storage.moderation.records import CaseState
from storage.records import JobState
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


def remember_the_mark(patch: pytest.MonkeyPatch) -> None:
    """The mark is looked up before the pictures are drawn, and not again when they are delivered."""
    look_up, draw, known = Whereabouts.of, Errand._draw, dict[int, Any]()

    async def look_once(whereabouts: Whereabouts, job: Any) -> Any:
        if job.id not in known:
            known[job.id] = await look_up(whereabouts, job)
        return known[job.id]

    async def look_first(running: Errand, message: Any) -> None:
        with suppress(Gone):
            await running._means.scrutiny._whereabouts.of(running.job)
        await draw(running, message)

    patch.setattr(Whereabouts, "of", look_once)
    patch.setattr(Errand, "_draw", look_first)


def deliver_what_is_held(patch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a moderator."""
    patch.setattr(errand, "Decision", type("Decision", (), {"HOLD": None, "ALLOW": Decision.ALLOW}))


def take_held_for_approved(patch: pytest.MonkeyPatch) -> None:
    """A start hands what is held back to delivery, where it is enough that there is a case."""
    patch.setitem(jobs._ORPHANS, JobState.HELD, JobState.DRAWN)
    patch.setattr(scrutiny, "_approval", lambda cases: True if cases else None)


def let_the_last_press_win(patch: pytest.MonkeyPatch) -> None:
    """A decision is made again by whoever presses later."""
    patch.setattr(decisions, "before", lambda _: tuple(CaseState))


def send_without_looking(patch: pytest.MonkeyPatch) -> None:
    """A message whose answer was lost is sent again without a look whether it is there."""

    async def nothing(*_: Any, **__: Any) -> None:
        return None

    patch.setattr(job_message, "trace", nothing)


def send_without_a_nonce(patch: pytest.MonkeyPatch) -> None:
    """Nothing tells a message that is sent again from one that was late."""
    send = JobMessage._send

    async def nameless(message: JobMessage, card: Any, elsewhere: str, nonce: Any) -> int:
        return await send(message, card, elsewhere, None)  # pyright: ignore[reportArgumentType]  (that is what is wrong)

    patch.setattr(JobMessage, "_send", nameless)


def forget_at_the_start(patch: pytest.MonkeyPatch) -> None:
    """A start takes nothing up that the last run left."""

    async def nothing(_: Queue) -> None:
        return None

    patch.setattr(Queue, "recover", nothing)


def rewrite_the_log(patch: pytest.MonkeyPatch) -> None:
    """A line of the log is changed after it was written."""
    _meddle(patch, update(LogRow).where(LogRow.number == 3).values(decision="nothing"))


def shorten_the_log(patch: pytest.MonkeyPatch) -> None:
    """A line of the log goes after it was written."""
    _meddle(patch, delete(LogRow).where(LogRow.number == 3))


def _meddle(patch: pytest.MonkeyPatch, change: Any) -> None:
    append = decisions.append

    async def meddle(session: Any, *line: Any) -> int:
        await session.execute(change)
        return await append(session, *line)

    patch.setattr(cases, "append", meddle)


#: What the race must say of each, and which part of Discord's answers is lost meanwhile.
BROKEN: dict[Break, tuple[str, float]] = {
    take_every_channel_for_marked: ("seen although it must not be", 0.06),
    remember_the_mark: ("seen although it must not be", 0.06),
    deliver_what_is_held: ("seen although it must not be", 0.06),
    take_held_for_approved: ("seen although it must not be", 0.06),
    let_the_last_press_win: ("decided 2 times", 0.06),
    send_without_looking: ("posted twice", 0.7),
    send_without_a_nonce: ("posted twice", 0.7),
    forget_at_the_start: ("left behind", 0.06),
}


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.__name__ for broken in BROKEN])
async def test_a_broken_promise_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break) -> None:
    complaint, losses = BROKEN[broken]
    broken(monkeypatch)
    account = await race(tmp_path, 1000, losses=losses, at_once=10, to_the_first_fault=True)
    assert any(complaint in wrong for wrong in account.wrong), account


@pytest.mark.parametrize("broken", [rewrite_the_log, shorten_the_log])
async def test_a_log_that_was_meddled_with_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break
) -> None:
    broken(monkeypatch)
    assert (await race(tmp_path, 10, at_once=10)).broken_at == 3


async def test_some_races(tmp_path: Path) -> None:
    promises_kept(await race(tmp_path, 100), 100)


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_ten_thousand_races(tmp_path: Path) -> None:
    promises_kept(await race(tmp_path, 10_000, seed=1), 10_000)
