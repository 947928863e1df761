"""When an interaction can be answered, and when no longer."""

from __future__ import annotations

import discord
import pytest

from tests.discord_server import Answer, Channel, DiscordServer, Guild, Interaction, Permission, Person, StillWaiting
from tests.discord_server.raw_client import RawClient, errors_of
from tests.discord_server.sample_bot import SampleBot

DEFER = {"type": 5}
COMMAND = {
    "name": "imagine",
    "description": "Draw.",
    "options": [{"type": 3, "name": "preset", "description": "A preset.", "autocomplete": True}],
}


@pytest.fixture
async def interaction(server: DiscordServer, pictures: Channel, ann: Person) -> Interaction:
    server.commands.replace(None, [COMMAND])
    return await ann.uses("/imagine", channel=pictures)


def callback(interaction: Interaction) -> str:
    return f"/interactions/{interaction.id}/{interaction.token}/callback"


def webhook(interaction: Interaction, message: str = "") -> str:
    path = f"/webhooks/{interaction.server.application_id}/{interaction.token}"
    return f"{path}/messages/{message}" if message else path


async def test_an_answer_comes_with_its_message(raw: RawClient, interaction: Interaction):
    path = f"{callback(interaction)}?with_response=1"
    status, body = await raw.request("POST", path, {"type": 4, "data": {"content": "hi"}})
    assert status == 200
    assert body["interaction"]["response_message_id"] == body["resource"]["message"]["id"]
    assert body["resource"]["message"]["interaction_metadata"]["id"] == str(interaction.id)
    assert interaction.answer is Answer.MESSAGE


async def test_after_three_seconds_it_is_unknown(server: DiscordServer, raw: RawClient, interaction: Interaction):
    server.clock.advance(3.1)
    status, body = await raw.request("POST", callback(interaction), DEFER)
    assert (status, body["code"]) == (404, 10062)
    assert interaction.answer is None


async def test_it_is_acknowledged_only_once(raw: RawClient, interaction: Interaction):
    assert (await raw.request("POST", callback(interaction), DEFER))[0] == 204
    status, body = await raw.request("POST", callback(interaction), DEFER)
    assert (status, body["code"]) == (400, 40060)


async def test_a_refused_answer_is_none(raw: RawClient, interaction: Interaction):
    status, body = await raw.request("POST", callback(interaction), {"type": 4, "data": {"content": "x" * 2001}})
    assert (status, body["code"], errors_of(body)) == (400, 50035, {"data.content": ["BASE_TYPE_MAX_LENGTH"]})
    assert (await raw.request("POST", callback(interaction), DEFER))[0] == 204


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 99, None])
async def test_a_command_is_not_answered_like_a_button(raw: RawClient, interaction: Interaction, kind: int | None):
    status, body = await raw.request("POST", callback(interaction), {"type": kind})
    assert (status, body["code"]) == (400, 50035)


@pytest.mark.parametrize(("method", "message"), [("POST", ""), ("PATCH", "@original"), ("GET", "@original")])
async def test_before_the_acknowledgement_there_is_no_webhook(
    raw: RawClient, interaction: Interaction, method: str, message: str
):
    status, body = await raw.request(method, webhook(interaction, message), {"content": "x"})
    assert (status, body["code"]) == (404, 10015)


@pytest.mark.parametrize("by_hand", [True, False])
async def test_after_a_quarter_of_an_hour_the_token_is_dead(
    server: DiscordServer, raw: RawClient, interaction: Interaction, by_hand: bool
):
    await raw.request("POST", callback(interaction), DEFER)
    server.expire(interaction) if by_hand else server.clock.advance(15 * 60 + 1)
    status, body = await raw.request("PATCH", webhook(interaction, "@original"), {"content": "x"})
    assert (status, body["code"]) == (401, 50027)
    assert server.invalid_requests == 1


async def test_the_first_followup_takes_the_place_of_thinking(raw: RawClient, interaction: Interaction):
    await raw.request("POST", callback(interaction), {"type": 5, "data": {"flags": 64}})
    await raw.request("POST", webhook(interaction), {"content": "first"})
    await raw.request("POST", webhook(interaction), {"content": "second"})
    assert interaction.original
    assert (interaction.original.content, interaction.original.ephemeral) == ("first", True)
    assert [(message.content, message.ephemeral) for message in interaction.followups] == [("second", False)]


async def test_a_deleted_answer_cannot_be_edited(raw: RawClient, interaction: Interaction, ann: Person):
    await raw.request("POST", callback(interaction), {"type": 5, "data": {"flags": 64}})
    assert interaction.original
    ann.deletes(interaction.original)
    for method, message in (("PATCH", "@original"), ("POST", ""), ("DELETE", "@original")):
        status, body = await raw.request(method, webhook(interaction, message), {"content": "x"})
        assert (status, body["code"]) == (404, 10008)


async def test_a_deleted_channel_is_unknown(raw: RawClient, interaction: Interaction, pictures: Channel):
    await raw.request("POST", callback(interaction), DEFER)
    pictures.delete()
    status, body = await raw.request("PATCH", webhook(interaction, "@original"), {"content": "x"})
    assert (status, body["code"]) == (404, 10003)


async def test_a_guild_that_threw_the_bot_out_has_no_webhook(raw: RawClient, interaction: Interaction, guild: Guild):
    await raw.request("POST", callback(interaction), DEFER)
    guild.remove_bot()
    status, body = await raw.request("PATCH", webhook(interaction, "@original"), {"content": "x"})
    assert (status, body["code"]) == (404, 10015)


async def test_a_completion_has_at_most_25_choices(
    server: DiscordServer, raw: RawClient, interaction: Interaction, ann: Person, pictures: Channel
):
    server.acknowledge_within = 0.01
    with pytest.raises(StillWaiting):
        await ann.autocompletes("/imagine", option="preset", text="p", channel=pictures)
    server.acknowledge_within = 3.0
    typing = next(each for each in server.interactions.values() if each.type == 4)
    choices = [{"name": str(number), "value": str(number)} for number in range(26)]
    status, body = await raw.request("POST", callback(typing), {"type": 8, "data": {"choices": choices}})
    assert (status, errors_of(body)) == (400, {"data.choices": ["BASE_TYPE_MAX_LENGTH"]})
    assert (await raw.request("POST", callback(typing), {"type": 8, "data": {"choices": choices[:25]}}))[0] == 204
    assert typing.choices
    assert (await raw.request("POST", webhook(typing), {"content": "x"}))[1]["code"] == 10015


async def test_the_interaction_says_what_the_person_and_the_bot_may_do(
    server: DiscordServer, interaction: Interaction, pictures: Channel
):
    pictures.deny(server.bot, Permission.SEND_MESSAGES)
    payload = interaction.payload()
    assert not int(payload["app_permissions"]) & Permission.SEND_MESSAGES
    assert int(payload["member"]["permissions"]) & Permission.SEND_MESSAGES
    assert payload["attachment_size_limit"] == 10 * 1024 * 1024


async def test_the_real_client_learns_that_it_was_too_late(
    server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person
):
    server.acknowledge_within = 0.0
    await ann.uses("/imagine", channel=pictures, prompt="x")
    error = await bot.failed()
    assert isinstance(error, discord.NotFound)
    assert error.code == 10062


async def test_the_real_client_finishes_after_a_restart_by_the_token_alone(
    server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person
):
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x")
    await interaction.message_when(lambda message: message.components)
    webhook = discord.Webhook.partial(server.application_id, interaction.token, client=bot)
    await webhook.edit_message("@original", content="delivered")  # type: ignore[arg-type] - what the API names so
    assert interaction.original
    assert interaction.original.content == "delivered"
    server.expire(interaction)
    with pytest.raises(discord.HTTPException) as raised:
        await webhook.edit_message(interaction.original.id, content="too late")
    assert (raised.value.status, raised.value.code) == (401, 50027)


async def test_an_interaction_may_be_told_twice(server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person):
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x")
    await interaction.acknowledged()
    assert server.redeliver(interaction)
    error = await bot.failed()
    assert isinstance(error, discord.HTTPException)
    assert error.code == 40060


async def test_an_interaction_can_be_forgotten(server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person):
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x")
    await interaction.message_when(lambda message: message.attachments)
    server.forget(interaction)
    assert (list(server.messages()), server.files, server.interactions) == ([], {}, {})
