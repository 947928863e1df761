"""``/config``: what a server decides for itself, for those who manage it; every change is logged with who and when."""

import io
from typing import Any, Literal

import discord
from discord import app_commands
from discord.app_commands import Range

from bot import configuring, preferences
from bot.answering import whisper
from bot.client import Client
from bot.commands.offering import with_choices
from bot.errors import Refused
from bot.moderation import decisions
from bot.presenting import choices_line, plain
from bot.words import config as words
from storage.moderation.records import ServerConfiguration

_MESSAGE_ROOM = 1900
_DEFAULTS = "defaults"
_Negative = Range[str, 1, decisions.LONGEST_NEGATIVE]
_Daily = Range[int, 0, 10_000]
_Cooldown = Range[int, 0, 86_400]

config = app_commands.Group(
    name="config",
    description="What this server decides for itself; for those who manage it",
    guild_only=True,
    default_permissions=discord.Permissions(manage_guild=True),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)
channels = app_commands.Group(name="channels", description="Where the bot answers", parent=config)
roles = app_commands.Group(name="roles", description="What holds for members with a role", parent=config)


@config.command(name="show", description="What this server has decided")
async def show(interaction: discord.Interaction[Client]) -> None:
    """Show every decision, and no default."""
    configuration = await _rulebook(interaction).configuration(configuring.server_id(interaction))
    text = "\n".join(configuring.lines(configuration)) or words.NOTHING_DECIDED
    if len(text) <= _MESSAGE_ROOM:
        return await whisper(interaction, text)
    await whisper(interaction, words.LONG_AS_FILE, file=_file(configuration))


@config.command(name="export", description="The whole configuration as a file")
async def export(interaction: discord.Interaction[Client]) -> None:
    """Answer with the file."""
    configuration = await _rulebook(interaction).configuration(configuring.server_id(interaction))
    await whisper(interaction, "", file=_file(configuration))


@config.command(name="import", description="Put the configuration of a file in the place of this server's")
@app_commands.describe(file="A file that /config export made, perhaps changed by hand")
async def import_(interaction: discord.Interaction[Client], file: discord.Attachment) -> None:
    """Take the file as a whole, or not at all."""
    guild = configuring.guild(interaction)
    content = await configuring.content(file, most=decisions.LONGEST_FILE, too_long=words.FILE_TOO_LONG)
    channel_ids, role_ids = {each.id for each in guild.channels}, {each.id for each in guild.roles}
    whole = decisions.read(content, channels=channel_ids, roles=role_ids)
    await _rulebook(interaction).replace(guild.id, whole, by=interaction.user.id)
    await whisper(interaction, words.IMPORTED)


@config.command(name="limits", description="How much one request may ask for")
@app_commands.describe(
    steps="Steps at most",
    side="Size at most: the side of a square of that area, in pixels",
    count="Pictures at once at most",
    cfg="CFG at most",
)
async def limits(
    interaction: discord.Interaction[Client],
    steps: Range[int, 1, 150] | None = None,
    side: Range[int, 64, 4096] | None = None,
    count: Range[int, 1, 4] | None = None,
    cfg: Range[float, 1, 100] | None = None,
) -> None:
    """Decide on limits."""
    await _decide(interaction, steps=steps, side=side, count=count, guidance=cfg)


@config.command(name="pace", description="How often somebody may ask")
@app_commands.describe(
    daily="Pictures a day for each person; those that fail are given back",
    cooldown="Seconds between two requests of one person",
    waiting="Pictures that one person may have on the way",
    brake="Whether a burst of requests from new accounts slows itself; on by default",
)
async def pace(
    interaction: discord.Interaction[Client],
    daily: _Daily | None = None,
    cooldown: _Cooldown | None = None,
    waiting: Range[int, 1, 100] | None = None,
    brake: bool | None = None,
) -> None:
    """Decide on quotas and pauses."""
    await _decide(interaction, daily=daily, cooldown=cooldown, waiting=waiting, brake=brake)


@config.command(name="review", description="Which finished pictures wait for a moderator, and where")
@app_commands.describe(
    mode="off shows or refuses at once, flagged holds what the picture check doubts, everything holds all",
    explicit="From this score of the picture check, 0 to 1, a picture is not shown; 0.5 by default",
    suggestive="From this score a picture is held, or with mode off not shown; 0.85 by default",
    channel="The moderators' channel",
    reporters="How many different people hide a picture by reporting it; 3 by default",
)
async def review(
    interaction: discord.Interaction[Client],
    mode: Literal["off", "flagged", "everything"] | None = None,
    explicit: Range[float, 0, 1] | None = None,
    suggestive: Range[float, 0, 1] | None = None,
    channel: discord.TextChannel | None = None,
    reporters: Range[int, 1, 100] | None = None,
) -> None:
    """Decide on review."""
    place = None if channel is None else channel.id
    await _decide(
        interaction,
        review=mode,
        explicit=explicit,
        suggestive=suggestive,
        moderators_channel=place,
        reporters=reporters,
    )


@config.command(name="strikes", description="When strikes keep somebody from drawing, and when they fade")
@app_commands.describe(most="How many keep from drawing; 3 by default", days="Days until one fades; 30 by default")
async def strikes(
    interaction: discord.Interaction[Client],
    most: Range[int, 1, 100] | None = None,
    days: Range[int, 1, 365] | None = None,
) -> None:
    """Decide on strikes."""
    await _decide(interaction, strikes=most, strike_days=days)


@config.command(name="age_restricted", description="Whether age-restricted channels may have explicit pictures")
@app_commands.describe(explicit="Off by default; age-coded words are refused there altogether when it is on")
async def age_restricted(interaction: discord.Interaction[Client], explicit: bool) -> None:
    """Opt in, or out again."""
    changes = {"age_restricted": explicit}
    await _rulebook(interaction).change(configuring.server_id(interaction), changes, by=interaction.user.id)
    await whisper(interaction, words.NOT_MARKED if explicit else words.TAKEN_BACK)


@config.command(name="negative", description="Words that are added to every negative prompt")
@app_commands.describe(text="What to add", channel="Only in this channel, after the server's own")
async def negative(
    interaction: discord.Interaction[Client], text: _Negative, channel: discord.TextChannel | None = None
) -> None:
    """Decide on what is added."""
    text = decisions.checked("negative", text, decisions.SERVER["negative"])
    if channel is None:
        return await _decide(interaction, negative=text)
    await _decide_channel(interaction, channel.id, negative=text)


@config.command(name="defaults", description="Choices that hold for everybody who has not chosen otherwise")
@app_commands.describe(channel="Only in this channel, over the server's own")
@with_choices
async def defaults(
    interaction: discord.Interaction[Client], channel: discord.TextChannel | None = None, *, given: dict[str, Any]
) -> None:
    """Keep choices for the server or a channel, if a picture can be drawn with them."""
    if not given:
        raise Refused(words.NOTHING_GIVEN)
    await interaction.client.desk.approve(given)
    await configuring.keep_defaults(interaction, channel, preferences.change(given))
    await whisper(interaction, f"{words.DEFAULTS_KEPT} {plain(choices_line(given))}")


@config.command(name="reset", description="Take a decision back")
@app_commands.describe(
    decision="Which one", channel="For defaults and negative: those of this channel, not the server's"
)
@app_commands.choices(
    decision=[app_commands.Choice(name=words.ABOUT[name], value=name) for name in decisions.SERVER]
    + [app_commands.Choice(name="default choices", value=_DEFAULTS)]
)
async def reset(
    interaction: discord.Interaction[Client], decision: str, channel: discord.TextChannel | None = None
) -> None:
    """Let the bot's default hold again."""
    if decision == _DEFAULTS:
        await configuring.forget_defaults(interaction, channel)
    elif channel is not None and decision in decisions.CHANNEL:
        await _rulebook(interaction).change_channel(
            configuring.server_id(interaction), channel.id, {decision: None}, by=interaction.user.id
        )
    else:
        await _rulebook(interaction).change(
            configuring.server_id(interaction), {decision: None}, by=interaction.user.id
        )
    await whisper(interaction, words.TAKEN_BACK)


@config.command(name="automod", description="Take the words of the server's AutoMod rules over into the bot's lists")
async def automod(interaction: discord.Interaction[Client]) -> None:
    """Add what AutoMod's keyword rules block and allow."""
    blocked, allowed, left_out = await configuring.take_over_automod(interaction)
    await whisper(interaction, words.taken_over(blocked, allowed, left_out))


@channels.command(name="add", description="Let the bot answer in this channel, and only in those named so")
@app_commands.describe(channel="The channel; its threads go with it")
async def add(interaction: discord.Interaction[Client], channel: discord.TextChannel) -> None:
    """Name a channel."""
    await _decide_channel(interaction, channel.id, answers=True)


@channels.command(name="remove", description="Take a channel off; with none left the bot answers everywhere")
@app_commands.describe(channel="The channel")
async def remove(interaction: discord.Interaction[Client], channel: discord.TextChannel) -> None:
    """Take a channel's name off."""
    guild_id = configuring.server_id(interaction)
    await _rulebook(interaction).change_channel(guild_id, channel.id, {"answers": None}, by=interaction.user.id)
    configuration = await _rulebook(interaction).configuration(guild_id)
    left = any(each.answers for each in configuration.channels.values())
    await whisper(interaction, words.TAKEN_BACK if left else words.EVERYWHERE)


@roles.command(name="set", description="Decide what holds for members with a role")
@app_commands.describe(
    role="The role",
    draws="Whether they may ask for pictures; where any role may, all others may not",
    moderates="Whether they moderate the bot: review, cases, blocks",
    daily="Pictures a day, in place of the server's; of several roles the most generous counts",
    cooldown="Seconds between two requests, in place of the server's",
)
async def set_(
    interaction: discord.Interaction[Client],
    role: discord.Role,
    draws: bool | None = None,
    moderates: bool | None = None,
    daily: _Daily | None = None,
    cooldown: _Cooldown | None = None,
) -> None:
    """Decide for a role; no is the same as no decision for what only yes says anything."""
    changes = configuring.given(draws=draws, moderates=moderates, daily=daily, cooldown=cooldown)
    stored = {name: None if value is False else value for name, value in changes.items()}
    await _rulebook(interaction).change_role(
        configuring.server_id(interaction), role.id, stored, by=interaction.user.id
    )
    await whisper(interaction, configuring.decided(changes))


@roles.command(name="clear", description="Take all decisions for a role back")
@app_commands.describe(role="The role")
async def clear(interaction: discord.Interaction[Client], role: discord.Role) -> None:
    """Take them back."""
    nothing = dict.fromkeys(decisions.ROLE)
    await _rulebook(interaction).change_role(
        configuring.server_id(interaction), role.id, nothing, by=interaction.user.id
    )
    await whisper(interaction, words.TAKEN_BACK)


async def _decide(interaction: discord.Interaction[Client], **chosen: Any) -> None:
    """Keep what was chosen of the server's decisions."""
    changes = configuring.given(**chosen)
    await _rulebook(interaction).change(configuring.server_id(interaction), changes, by=interaction.user.id)
    await whisper(interaction, configuring.decided(changes))


async def _decide_channel(interaction: discord.Interaction[Client], channel_id: int, **chosen: Any) -> None:
    """Keep what was chosen of a channel's decisions."""
    await _rulebook(interaction).change_channel(
        configuring.server_id(interaction), channel_id, chosen, by=interaction.user.id
    )
    await whisper(interaction, configuring.decided(chosen))


def _rulebook(interaction: discord.Interaction[Client]) -> Any:
    return interaction.client.oversight.rulebook


def _file(configuration: ServerConfiguration) -> discord.File:
    return discord.File(io.BytesIO(decisions.written(configuration).encode()), "ninewords-server.toml")
