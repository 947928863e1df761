"""``/history``: one's own finished pictures, and favourites."""

import discord
from discord import app_commands

from bot import history as pages
from bot.client import Client


@app_commands.command(description="Your finished pictures in this server, newest first, and your favourites")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.describe(favourites="Only your favourites, whoever drew them")
async def history(interaction: discord.Interaction[Client], favourites: bool = False) -> None:
    """Show the first page, to whoever asks."""
    await pages.show(interaction, favourites=favourites)
