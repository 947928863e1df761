"""The gateway is lost over and over, in every way that there is: what it plays again is answered and drawn, once."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partialmethod
from pathlib import Path

import discord
import pytest

from tests.bot.stage import PATIENCE, Stage
from tests.discord_server import Interaction
from tests.discord_server.gateway import Gateway
from tests.faults.conftest import quick_drawer
from tests.faults.figures import Figures
from tests.faults.kills import all_delivered, crowd, pictures_of

#: After so many seconds without a heartbeat's answer the connection counts as lost; Discord's client waits a minute.
_HEARTBEAT_TIMEOUT, _HEARTBEAT_INTERVAL = 1.0, 0.25

#: After so many drops all pictures are waited for.
_TOGETHER = 25

Drop = Callable[[Gateway], Awaitable[None]]


async def reset(gateway: Gateway) -> None:
    gateway.reset()


async def asked_to_reconnect(gateway: Gateway) -> None:
    gateway.reconnect()


async def invalid_but_resumable(gateway: Gateway) -> None:
    gateway.invalidate(resumable=True)


async def silence(gateway: Gateway) -> None:
    gateway.fall_silent()


async def closed_with_4000(gateway: Gateway) -> None:
    await gateway.close(4000)


DROPS: tuple[Drop, ...] = (reset, asked_to_reconnect, invalid_but_resumable, silence, closed_with_4000)


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    quick_drawer(monkeypatch, seconds=0.02)
    async with Stage.set_up(tmp_path) as stage:
        stage.server.acknowledge_within = 60.0
        yield stage


@pytest.fixture
def watchful(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients notice soon that nothing answers."""
    watchful = partialmethod(discord.Client.__init__, heartbeat_timeout=_HEARTBEAT_TIMEOUT)
    monkeypatch.setattr(discord.Client, "__init__", watchful)
    stage.server.gateway.heartbeat_interval = _HEARTBEAT_INTERVAL


class Askers:
    """People who ask for a picture, one at a time."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._chance, self._people = stage, random.Random(3), crowd(stage, 40)
        self.asked: list[Interaction] = []

    async def ask(self) -> Interaction:
        person = self._chance.choice(self._people)
        self.asked.append(
            await person.uses("/imagine", channel=self._stage.channel, prompt="a cat", size="64x64", steps=2)
        )
        return self.asked[-1]

    async def pause(self) -> None:
        await asyncio.sleep(self._chance.choice((0, 0.01, 0.1)))

    async def account(self) -> dict[str, int]:
        """Wait for the pictures of all who reached the bot, and count."""
        reached = [each for each in self.asked if each.delivered]
        await all_delivered(reached)
        return {
            "asked": len(self.asked),
            "sent_or_played_again": len(reached),
            "lost": sum(not pictures_of(each) for each in reached),
            "doubled": sum(len(pictures_of(each)) > 1 for each in reached),
        }


@pytest.mark.usefixtures("watchful")
async def test_what_is_played_again_is_answered(stage: Stage, full: bool, figures: Figures) -> None:
    drops, gateway, askers = 500 if full else 25, stage.server.gateway, Askers(stage)
    async with stage.bot():
        for number in range(drops):
            drop, resumes = DROPS[number % len(DROPS)], gateway.resumes
            await askers.ask()
            await askers.pause()
            await drop(gateway)
            await askers.ask()
            await stage.server.until(
                lambda before=resumes: gateway.resumes > before and gateway.connected,
                what=f"a session after {drop.__name__}",
                within=PATIENCE,
            )
            if number % _TOGETHER == _TOGETHER - 1:  # nobody is refused for asking too much
                await all_delivered(askers.asked)
        counted = await askers.account()
    figures.note("gateway dropped (reset, op 7, op 9, silence, 4000)", drops=drops, resumed=gateway.resumes, **counted)
    assert gateway.resumes >= drops
    assert gateway.identifies == 1
    assert (counted["sent_or_played_again"], counted["lost"], counted["doubled"]) == (2 * drops, 0, 0)


async def test_a_session_that_is_gone_for_good_is_begun_again(stage: Stage, full: bool, figures: Figures) -> None:
    drops, gateway, askers = 20 if full else 1, stage.server.gateway, Askers(stage)
    async with stage.bot():
        for number in range(drops):
            await askers.ask()
            gateway.invalidate()
            assert not (await askers.ask()).delivered, "nobody was there to be told"
            await stage.server.until(
                lambda before=number: gateway.identifies > before + 1 and gateway.connected,
                what="a new session",
                within=PATIENCE,
            )
            await askers.ask()
        counted = await askers.account()
    figures.note("gateway session gone for good (op 9)", drops=drops, identified=gateway.identifies, **counted)
    assert (counted["sent_or_played_again"], counted["lost"], counted["doubled"]) == (2 * drops, 0, 0)
