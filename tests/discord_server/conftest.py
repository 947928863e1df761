"""A server with one guild, one channel, two people, and the sample bot connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.discord_server import Channel, DiscordServer, Guild, Person
from tests.discord_server.raw_client import RawClient
from tests.discord_server.sample_bot import SampleBot, running


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


@pytest.fixture
def guild(server: DiscordServer) -> Guild:
    return server.add_guild()


@pytest.fixture
def pictures(guild: Guild) -> Channel:
    return guild.add_channel("pictures")


@pytest.fixture
def ann(guild: Guild) -> Person:
    return guild.add_member("ann")


@pytest.fixture
def ben(guild: Guild) -> Person:
    return guild.add_member("ben")


@pytest.fixture
async def bot(server: DiscordServer, pictures: Channel) -> AsyncIterator[SampleBot]:
    bot = SampleBot()
    async with running(server, bot):
        yield bot


@pytest.fixture
async def raw(server: DiscordServer) -> AsyncIterator[RawClient]:
    async with RawClient(server) as raw:
        yield raw
