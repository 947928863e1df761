"""What an option suggests while it is typed: presets, sizes, samplers, the guidance scale's ``auto``."""

import discord
from discord import app_commands

from bot import presenting
from bot.client import Client
from bot.preferences import person, server
from generation.presets import BUILT_IN
from generation.samplers.names import NAMES

_MOST = 25
_LONGEST = 100

Suggestions = list[app_commands.Choice[str]]


async def presets(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """One's own presets, the server's, and those that everybody has, with what they set."""
    holders = [person(interaction.user.id)]
    if interaction.guild_id is not None:
        holders.append(server(interaction.guild_id))
    found = await interaction.client.desk.presets.matching(typed, *holders, limit=_MOST)
    sets = {preset.name: preset.choices for preset in found}
    sets |= {name: choices for name, choices in BUILT_IN.items() if _fits(name, typed) and name not in sets}
    return [_choice(f"{name}: {presenting.choices_line(choices)}", name) for name, choices in sets.items()][:_MOST]


async def sizes(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """The profile's named sizes; any other may be typed out."""
    named = interaction.client.desk.profile.sizes
    found = {name: f"{name}, {width}x{height}" for name, (width, height) in named.items()}
    return [_choice(label, name) for name, label in found.items() if _fits(label, typed)][:_MOST]


async def samplers(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """The samplers offered."""
    return [_choice(name, name) for name in NAMES if _fits(name, typed)][:_MOST]


async def guidance(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """``auto``, and a few usual numbers."""
    return [_choice(each, each) for each in ("auto", "4", "6", "8", "12", "18") if _fits(each, typed)]


def _fits(name: str, typed: str) -> bool:
    return typed.strip().casefold() in name.casefold()


def _choice(label: str, value: str) -> app_commands.Choice[str]:
    return app_commands.Choice(name=presenting.shortened(label, _LONGEST), value=value[:_LONGEST])
