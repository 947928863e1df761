"""What somebody is in a server, beyond being a member."""

from typing import Any

import discord

from bot import circumstances
from bot.errors import Refused
from bot.words import mod as words


async def moderates(interaction: discord.Interaction[Any]) -> bool:
    """Whether whoever made an interaction moderates the bot in its server.

    They manage the server, or the messages in it, or have a role that the server named for it.
    """
    may = interaction.permissions
    if may.manage_guild or may.manage_messages:
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
