"""Reads from an interaction who asks, and where. What is not known for certain is taken for the stricter."""

from typing import Any

import discord

from bot import words
from bot.errors import Refused
from bot.moderation.circumstances import Person, Place
from bot.whereabouts import posts


def place_of(interaction: discord.Interaction[Any]) -> tuple[int, int]:
    """The guild and the channel; raise Refused in direct messages."""
    if interaction.guild_id is None or interaction.channel_id is None:
        raise Refused(words.ONLY_IN_SERVERS)
    return interaction.guild_id, interaction.channel_id


def person(interaction: discord.Interaction[Any]) -> Person:
    """Whoever made an interaction, as a member of its server."""
    user = interaction.user
    roles = frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset()
    return Person(id=user.id, roles=roles, manages=interaction.permissions.manage_guild, created_at=user.created_at)


def place(interaction: discord.Interaction[Any]) -> Place:
    """Where an interaction was made; raise Refused in direct messages."""
    guild_id, channel_id = place_of(interaction)
    parent_id = interaction.channel.parent_id if isinstance(interaction.channel, discord.Thread) else None
    return Place(
        server_id=guild_id,
        channel_id=channel_id,
        parent_id=parent_id,
        age_restricted=is_age_restricted(interaction.guild, parent_id or channel_id),
    )


def may_post(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot may post pictures where an interaction was made; its answers alone need no permission."""
    return posts(interaction.app_permissions, thread=isinstance(interaction.channel, discord.Thread))


def is_age_restricted(guild: discord.Guild | None, channel_id: int) -> bool:
    """Whether Discord marks a channel (not a thread: they have no mark of their own) as age-restricted now."""
    channel = None if guild is None else guild.get_channel(channel_id)
    marked = getattr(channel, "nsfw", False)  # categories and stages have it too; whatever has none is not marked
    return marked is True
