"""``/help``: the short version of everything."""

from typing import Any

import discord
from discord import app_commands

from bot import words
from bot.answering import whisper


@app_commands.command(name="help", description="What this bot can do, on one page")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
async def help_command(interaction: discord.Interaction[Any]) -> None:
    """Show the page to whoever asks."""
    await whisper(interaction, words.HELP)
