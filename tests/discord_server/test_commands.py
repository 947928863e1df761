"""Signing in, registering commands, using them."""

from __future__ import annotations

import discord
import pytest
from discord import app_commands

from tests.discord_server import (
    Answer,
    Channel,
    DiscordServer,
    Guild,
    NotOffered,
    OptionRefused,
    Permission,
    Person,
    Upload,
)
from tests.discord_server.sample_bot import SampleBot, png, running


async def test_the_client_signs_in_and_registers_its_commands(server: DiscordServer, bot: SampleBot, guild: Guild):
    assert bot.application_id == server.application_id
    assert [each.name for each in bot.guilds] == [guild.name]
    assert {command["name"] for command in server.commands.of(None)} == {"imagine", "settings", "Recipe"}


async def test_a_wrong_token_is_refused(server: DiscordServer):
    with server.redirect(), pytest.raises(discord.LoginFailure):
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login("wrong")


async def test_a_privileged_intent_has_to_be_granted(server: DiscordServer):
    client = discord.Client(intents=discord.Intents(guilds=True, message_content=True))
    with server.redirect(), pytest.raises(discord.PrivilegedIntentsRequired):
        async with client:
            await client.start(server.token)


async def test_a_command_is_deferred_then_edited_until_the_picture_is_there(
    bot: SampleBot, pictures: Channel, ann: Person
):
    interaction = await ann.uses("/imagine", channel=pictures, prompt="a lighthouse", steps=12)
    assert await interaction.acknowledged() is Answer.DEFER
    message = await interaction.message_when(lambda message: message.attachments)
    assert [version.loading for version in message.history] == [True, False, False]
    assert message.history[1].content == "12 steps"
    picture = message.attachments[0]
    assert (picture.bytes, picture.width, picture.description) == (png(), 8, "a lighthouse")
    assert message.labels == ["Edit", "Cancel", "Again", "Take one"]
    assert ann.sees(pictures) == [message]


async def test_a_file_given_to_a_command_is_read_from_the_cdn(
    server: DiscordServer, bot: SampleBot, pictures: Channel, ann: Person
):
    given = png((16, 24), "gold")
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x", image=Upload("sketch.png", given))
    message = await interaction.message_when(lambda message: message.attachments)
    assert message.attachments[0].bytes == given
    assert server.requests_to("GET /ephemeral-attachments/*")


async def test_a_private_answer_is_seen_by_one_person(bot: SampleBot, pictures: Channel, ann: Person, ben: Person):
    interaction = await ann.uses("/imagine", channel=pictures, prompt="x", private=True)
    message = await interaction.message_when(lambda message: message.attachments)
    assert message.ephemeral
    assert ann.sees(pictures) == [message]
    assert ben.sees(pictures) == []
    with pytest.raises(NotOffered):
        await ben.clicks(message, "Again")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"prompt": ""},
        {"prompt": "x" * 101},
        {"prompt": "x", "steps": 0},
        {"prompt": "x", "steps": 2.5},
        {"prompt": "x", "steps": True},
        {"prompt": "x", "cfg": 31},
        {"prompt": "x", "cfg": "8"},
        {"prompt": "x", "shape": "circle"},
        {"prompt": "x", "private": 1},
        {"prompt": "x", "image": "sketch.png"},
        {"prompt": "x", "image": Upload("large.png", bytes(10 * 1024 * 1024 + 1))},
        {"prompt": "x", "colour": "red"},
    ],
)
async def test_the_client_refuses_options_that_do_not_fit(
    bot: SampleBot, pictures: Channel, ann: Person, options: dict[str, object]
):
    with pytest.raises(OptionRefused):
        await ann.uses("/imagine", channel=pictures, options=options)


async def test_a_choice_is_named_by_its_name_or_value(bot: SampleBot, pictures: Channel, ann: Person):
    for shape in ("Square", "square"):
        interaction = await ann.uses("/imagine", channel=pictures, prompt="x", shape=shape)
        assert interaction.data["options"][1]["value"] == "square"


async def test_subcommands_take_channels_and_people(bot: SampleBot, pictures: Channel, ann: Person, ben: Person):
    options = {"channel": pictures, "by": ben}
    interaction = await ann.uses("/settings set", channel=pictures, options=options)
    assert (await interaction.message_when()).content == "pictures by ben"
    with pytest.raises(NotOffered):
        await ann.uses("/settings", channel=pictures)


async def test_an_option_completes_itself(bot: SampleBot, pictures: Channel, ann: Person):
    choices = await ann.autocompletes("/imagine", option="preset", text="pu", channel=pictures, prompt="x")
    assert [choice.value for choice in choices] == ["pure", "pure-0.105"]
    with pytest.raises(NotOffered):
        await ann.autocompletes("/imagine", option="prompt", channel=pictures)


async def test_a_message_command_is_used_on_any_message(bot: SampleBot, pictures: Channel, ann: Person, ben: Person):
    message = ben.posts(pictures, "mine", Upload("a.png", png()))
    interaction = await ann.applies("Recipe", message)
    assert (await interaction.message_when()).content == "mine 1"


async def test_commands_are_offered_where_they_belong(
    server: DiscordServer, bot: SampleBot, guild: Guild, pictures: Channel, ann: Person
):
    with pytest.raises(NotOffered, match="guilds only"):
        await ann.uses("/imagine", channel=ann.direct, prompt="x")
    with pytest.raises(NotOffered, match="no command"):
        await ann.uses("/draw", channel=pictures)
    pictures.deny(guild.everyone, Permission.USE_APPLICATION_COMMANDS)
    with pytest.raises(NotOffered, match="forbidden"):
        await ann.uses("/imagine", channel=pictures, prompt="x")
    assert server.commands.offered(ann, pictures) == []


async def test_moderators_and_age_restricted_commands(
    server: DiscordServer, guild: Guild, pictures: Channel, ann: Person
):
    bot = SampleBot()

    @bot.tree.command(description="For moderators.", nsfw=True)
    @app_commands.default_permissions(manage_guild=True)
    async def config(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("done")

    async with running(server, bot):
        with pytest.raises(NotOffered, match="permissions"):
            await ann.uses("/config", channel=pictures)
        guild.give_role(ann, guild.add_role("moderators", Permission.MANAGE_GUILD))
        with pytest.raises(NotOffered, match="age-restricted"):
            await ann.uses("/config", channel=pictures)
        pictures.restrict_age()
        interaction = await ann.uses("/config", channel=pictures)
        assert (await interaction.message_when()).content == "done"
