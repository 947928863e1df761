"""What somebody is in a server, beyond being a member."""

from typing import Any

import discord


async def keeps_server(interaction: discord.Interaction[Any]) -> bool:
    """Whether whoever made an interaction may act for its server: they manage it, or the messages in it."""
    may = interaction.permissions
    return may.manage_guild or may.manage_messages


async def may_remove(interaction: discord.Interaction[Any], owner: int) -> bool:
    """Whether what ``owner`` (an id) asked for may be taken back or deleted by whoever made an interaction."""
    return interaction.user.id == owner or await keeps_server(interaction)
