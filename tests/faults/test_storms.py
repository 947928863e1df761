"""Discord, or what stands before it, refuses a third or a half of all requests: whoever was answered gets a picture."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.bot.stage import Stage, eventually
from tests.discord_server import Answer
from tests.discord_server.faults import Faults
from tests.faults.conftest import quick_drawer
from tests.faults.figures import Figures
from tests.faults.kills import all_delivered, crowd, pictures_of

#: Discord bans at 10,000 invalid requests within ten minutes.
_MOST_INVALID = 100


def limited(faults: Faults) -> None:
    """Thirty in a hundred answers are 429, by Discord itself: the library waits and asks again."""
    faults.rate_limit(times=None, share=0.3, retry_after=0.2)


def banned(faults: Faults) -> None:
    """The same, by the proxy that stands before Discord: the library gives up at once."""
    faults.rate_limit(times=None, share=0.3, via=False, retry_after=0.2)


def broken(faults: Faults) -> None:
    """Thirty in a hundred are 429, of either kind; a further twenty fail, or their answers are lost."""
    faults.rate_limit(times=None, share=0.15, retry_after=0.2)
    faults.rate_limit(times=None, share=0.15 / 0.85, via=False, retry_after=0.2)
    for number, after in enumerate((False, True)):
        faults.fail(times=None, share=0.05 / (0.7 - 0.1 * number), status=503, after=after)
        faults.reset(times=None, share=0.05 / (0.65 - 0.1 * number), after=after)


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    quick_drawer(monkeypatch, seconds=0.02)
    async with Stage.set_up(tmp_path) as stage:
        stage.server.acknowledge_within = 60.0
        yield stage


@pytest.mark.parametrize(
    ("name", "storm"),
    [
        ("30 % of requests 429", limited),
        ("30 % 429 by a proxy", banned),
        ("30 % 429 of both kinds, 20 % 5xx or reset", broken),
    ],
)
async def test_nothing_is_lost(
    stage: Stage, name: str, storm: Callable[[Faults], None], full: bool, figures: Figures
) -> None:
    storms, asked, invalid = 10 if full else 1, [], []
    async with stage.bot() as bot:
        people = crowd(stage, 40 if full else 12)
        for _ in range(storms):
            before = stage.server.invalid_requests
            storm(stage.server.faults)
            for person in people:
                asked.append(await person.uses("/imagine", channel=stage.channel, prompt="a cat", size="64x64"))
                await asyncio.sleep(0.05)
            await eventually(lambda: asyncio.sleep(0, bot.queue.on_the_way() == 0))
            stage.server.faults.clear()
            invalid.append(stage.server.invalid_requests - before)
        acknowledged = [each for each in asked if each.answer is Answer.DEFER]
        await all_delivered(acknowledged)
    lost = [each.id for each in acknowledged if not pictures_of(each)]
    doubled = [each.id for each in acknowledged if len(pictures_of(each)) > 1]
    figures.note(
        f"storm: {name}",
        storms=storms,
        requests=stage.server.statuses.total(),
        answered_429=stage.server.statuses[429],
        answered_503=stage.server.statuses[503],
        reset=stage.server.statuses[0],
        most_invalid_in_one_storm=max(invalid),
        asked=len(asked),
        acknowledged=len(acknowledged),
        lost=len(lost),
        doubled=len(doubled),
    )
    assert stage.server.statuses[429] > 0
    assert max(invalid) < _MOST_INVALID
    assert len(acknowledged) > 0.7 * len(asked)
    assert (lost, doubled) == ([], [])
