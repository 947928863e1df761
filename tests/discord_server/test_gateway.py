"""Lost connections: what the real client does about them, and what is played again to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import discord
import pytest

from tests.discord_server import Channel, DiscordServer, Person
from tests.discord_server.gateway import Gateway
from tests.discord_server.sample_bot import SampleBot, running

Drop = Callable[[Gateway], Awaitable[None]]


async def reset(gateway: Gateway) -> None:
    gateway.reset()


async def reconnect(gateway: Gateway) -> None:
    gateway.reconnect()


async def invalidate_resumably(gateway: Gateway) -> None:
    gateway.invalidate(resumable=True)


async def fall_silent(gateway: Gateway) -> None:
    gateway.fall_silent()


async def close(gateway: Gateway) -> None:
    await gateway.close(4000)


@pytest.fixture
async def nervous_bot(server: DiscordServer, pictures: Channel) -> AsyncIterator[SampleBot]:
    """A bot that notices within a fraction of a second that nothing answers."""
    server.gateway.heartbeat_interval = 0.1
    bot = SampleBot(heartbeat_timeout=0.3)
    async with running(server, bot):
        yield bot


@pytest.mark.parametrize("drop", [reset, reconnect, invalidate_resumably, fall_silent, close])
async def test_what_happened_meanwhile_is_played_again(
    server: DiscordServer, nervous_bot: SampleBot, pictures: Channel, ann: Person, drop: Drop
):
    await drop(server.gateway)
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x")
    assert interaction.delivered
    await interaction.message_when(lambda message: message.attachments)
    assert (server.gateway.identifies, server.gateway.resumes) == (1, 1)


async def test_an_invalid_session_is_identified_again_and_its_events_are_lost(
    server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person
):
    server.gateway.invalidate()
    lost = await ann.uses("/imagine", channel=pictures, prompt="x")
    assert not lost.delivered
    await server.bot_ready()
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x")
    await interaction.message_when(lambda message: message.attachments)
    assert lost.answer is None
    assert (server.gateway.identifies, server.gateway.resumes) == (2, 0)


async def test_heartbeats_are_answered(server: DiscordServer, nervous_bot: SampleBot):
    await server.until(lambda: server.gateway.heartbeats > 5, what="heartbeats", within=10)
    assert server.gateway.resumes == 0


async def test_the_bot_is_told_of_guilds_and_channels(server: DiscordServer, bot: SampleBot, pictures: Channel):
    guild = server.add_guild("new")
    channel = guild.add_channel("fresh")
    pictures.delete()
    await bot.knows(lambda: bot.get_guild(guild.id) and not bot.get_channel(pictures.id))
    assert [each.name for each in bot.guilds[1].text_channels] == [channel.name]
    guild.remove_bot()
    await bot.knows(lambda: len(bot.guilds) == 1)


async def test_many_drops_in_a_row_lose_nothing(
    server: DiscordServer, nervous_bot: SampleBot, pictures: Channel, ann: Person
):
    interactions = []
    for number in range(20):
        await (reset, reconnect, close)[number % 3](server.gateway)
        interactions.append(await ann.uses("/imagine", channel=pictures, prompt=str(number)))
        await interactions[-1].acknowledged()
    for interaction in interactions:
        await interaction.message_when(lambda message: message.attachments)


async def test_a_client_that_sends_too_much_is_closed(server: DiscordServer, bot: SampleBot):
    closed = bot.wait_for("disconnect", timeout=10)
    bot.ws._rate_limiter.max = bot.ws._rate_limiter.remaining = 1000  # the library's own restraint
    waiting = asyncio.create_task(closed)
    await asyncio.sleep(0)
    for _ in range(121):
        await bot.change_presence(status=discord.Status.idle)
    await waiting
    assert server.gateway.identifies == 1
