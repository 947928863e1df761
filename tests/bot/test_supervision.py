"""A client that dies is replaced."""

import asyncio
from pathlib import Path

import discord
import pytest
from discord.gateway import DiscordWebSocket

from bot.errors import TokenRefused
from bot.supervision import ShortBackoff, keep_connected
from tests.bot.stage import Stage


def client() -> discord.Client:
    return discord.Client(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)


async def test_a_payload_that_kills_the_client_does_not_end_the_bot(tmp_path: Path) -> None:
    made: list[discord.Client] = []

    def make() -> discord.Client:
        made.append(client())
        return made[-1]

    async with Stage.set_up(tmp_path) as stage:
        connected = asyncio.create_task(keep_connected(make, stage.server.token))
        await stage.server.bot_ready()
        stage.server.faults.malform(lambda payload: payload.pop("id"), event="CHANNEL_CREATE")
        stage.guild.add_channel("another")
        await stage.server.until(lambda: len(made) == 2, what="a new client", within=20)
        await stage.server.bot_ready()
        assert made[0].is_closed()
        assert not made[1].is_closed()
        connected.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connected
        assert made[1].is_closed()


async def test_a_token_that_discord_does_not_know_ends_it(tmp_path: Path) -> None:
    async with Stage.set_up(tmp_path):
        with pytest.raises(TokenRefused):
            await keep_connected(client, "wrong.token")


async def test_a_client_that_cannot_connect_for_long_tries_every_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.supervision._LONGEST_PAUSE", 0.02)
    pauses: list[float] = []
    delay = ShortBackoff.delay
    monkeypatch.setattr(ShortBackoff, "delay", lambda backoff: pauses.append(delay(backoff)) or pauses[-1])
    async with Stage.set_up(tmp_path) as stage:
        connected = asyncio.create_task(keep_connected(client, stage.server.token))
        await stage.server.bot_ready()
        resumes = stage.server.gateway.resumes
        with monkeypatch.context() as away:
            away.setattr(DiscordWebSocket, "from_client", refused)
            stage.server.gateway.reset()
            async with asyncio.timeout(20):
                while len(pauses) < 30:  # noqa: ASYNC110  (nobody says when a client that is away tries again)
                    await asyncio.sleep(0.02)
        await stage.server.until(lambda: stage.server.gateway.resumes > resumes, what="the session again", within=20)
        connected.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connected
    assert max(pauses) <= 0.02


async def refused(*_: object, **__: object) -> None:
    raise ConnectionRefusedError
