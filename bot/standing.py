"""What somebody is in a server, beyond being a member."""

from typing import Any

import discord

from bot import circumstances
from bot.errors import Refused
from bot.words import mod as words


async def keeps_server(interaction: discord.Interaction[Any]) -> bool:
    """Whether whoever made an interaction may act for its server: they manage it, or the messages in it."""
    may = interaction.permissions
    return may.manage_guild or may.manage_messages


async def moderates(interaction: discord.Interaction[Any]) -> bool:
    """Whether whoever made an interaction moderates the bot: by their permissions, or by a role that was named."""
    if await keeps_server(interaction):
        return True
    if interaction.guild_id is None:
        return False
    rules = await interaction.client.oversight.rulebook.of(interaction.guild_id)
    return rules.is_moderator(circumstances.person(interaction))


async def check_moderates(interaction: discord.Interaction[Any]) -> None:
    """Raise Refused where whoever made an interaction does not moderate the bot."""
    if not await moderates(interaction):
        raise Refused(words.NOT_A_MODERATOR)


async def may_remove(interaction: discord.Interaction[Any], owner: int) -> bool:
    """Whether what ``owner`` (an id) asked for may be taken back or deleted by whoever made an interaction."""
    return interaction.user.id == owner or await moderates(interaction)
