"""Faults laid on requests, and what the real client makes of them."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest
from discord.http import Route

from tests.discord_server import Channel, DiscordServer, Person, Upload, redirect
from tests.discord_server.raw_client import RawClient
from tests.discord_server.sample_bot import SampleBot, png

PATCH = "PATCH */@original"


async def test_a_429_with_via_is_waited_out(server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person):
    fault = server.faults.rate_limit(PATCH, times=2, retry_after=0.01)
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x")
    await interaction.message_when(lambda message: message.attachments)
    assert fault.struck == 2
    assert [request.status for request in server.requests_to(PATCH)] == [429, 429, 200, 200]
    assert server.invalid_requests == 2


async def test_a_429_without_via_is_an_error(server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person):
    server.faults.rate_limit(PATCH, via=False)
    await ann.uses("/imagine", channel=pictures, prompt="x")
    error = await bot.failed()
    assert isinstance(error, discord.HTTPException)
    assert error.status == 429


async def test_a_503_on_a_webhook_is_tried_again(server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person):
    server.faults.fail(PATCH, status=503)
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x")
    await interaction.message_when(lambda message: message.attachments)
    assert [request.status for request in server.requests_to(PATCH)] == [503, 200, 200]


async def test_a_503_on_a_channel_is_an_error(server: DiscordServer, bot: SampleBot, pictures: Channel):
    server.faults.fail("POST /channels/*", status=503)
    channel = bot.get_channel(pictures.id)
    assert isinstance(channel, discord.TextChannel)
    with pytest.raises(discord.DiscordServerError):
        await channel.send("x")


async def test_a_reset_connection_is_an_error(server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person):
    server.faults.reset(PATCH)
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x")
    assert isinstance(await bot.failed(), aiohttp.ClientOSError | aiohttp.ServerDisconnectedError)
    assert interaction.original
    assert interaction.original.loading


async def test_an_answer_can_be_lost_though_the_request_was_carried_out(
    server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person
):
    server.faults.reset(PATCH, after=True)
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x", steps=9)
    assert isinstance(await bot.failed(), aiohttp.ClientOSError | aiohttp.ServerDisconnectedError)
    assert interaction.original
    assert interaction.original.content == "9 steps"


async def test_an_answer_can_be_late(server: DiscordServer, raw: RawClient):
    server.faults.delay(0.2, "GET /users/*")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await raw.request("GET", "/users/@me")
    assert (await raw.request("GET", "/users/@me"))[0] == 200


async def test_a_share_of_requests_is_struck_and_the_rest_is_not(server: DiscordServer, raw: RawClient):
    server.faults.rate_limit(times=None, share=0.3)
    server.faults.fail(times=None, share=0.2, status=500)
    for _ in range(200):
        await raw.request("GET", "/users/@me")
    assert server.statuses.total() == 200
    assert 30 < server.statuses[429] < 90
    assert 10 < server.statuses[500] < 60
    server.faults.clear()
    assert (await raw.request("GET", "/users/@me"))[0] == 200


@pytest.mark.parametrize("key", ["token", "attachment_size_limit"])
async def test_a_malformed_payload_kills_the_client(server: DiscordServer, pictures: Channel, ann: Person, key: str):
    bot = SampleBot()
    with server.redirect():
        async with bot:
            running = asyncio.create_task(bot.start(server.token))
            await server.bot_ready()
            server.faults.malform(lambda payload: payload.pop(key))
            await ann.uses("/imagine", channel=pictures, prompt="x")
            with pytest.raises(KeyError):
                await running


async def test_a_burst_of_interactions_is_acknowledged_whole(
    server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person
):
    server.acknowledge_within = 60.0
    interactions = [await ann.applies("Recipe", ann.posts(pictures, str(number))) for number in range(300)]
    for interaction in interactions:
        await interaction.acknowledged(within=60)


def test_only_the_loopback_is_accepted():
    with pytest.raises(ValueError, match="no token"), redirect("http://example.com:80"):
        pass


async def test_the_redirection_is_undone(server: DiscordServer):
    before = Route.BASE
    with server.redirect():
        assert str(server.port) in Route.BASE
    assert Route.BASE == before == "https://discord.com/api/v10"


async def test_a_file_may_claim_to_be_smaller_than_it_is(
    server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person
):
    upload = Upload("a.png", png(), claimed_size=10)
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x", image=upload)
    (attachment,) = interaction.data["resolved"]["attachments"].values()
    assert attachment["size"] == 10
    message = await interaction.message_when(lambda message: message.attachments)
    assert message.attachments[0].bytes == png()
