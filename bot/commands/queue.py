"""``/queue``: what is on the way, with places and times that stay true for a while, and a way to take it back."""

import asyncio
import time

import discord
from discord import app_commands

from bot import lineup
from bot.client import Client

#: Seconds between two looks, and for how long they go on. An edit is made only where something has changed.
_EVERY, _FOR = 5.0, 300.0


@app_commands.command(name="queue", description="Your pictures on the way: their places, when they will be there")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.describe(everybody="Everybody's pictures instead of your own; for moderators")
async def queue(interaction: discord.Interaction[Client], everybody: bool = False) -> None:
    """Show the list, and keep it true until it is empty, or for some minutes."""
    found = await lineup.on_the_way(interaction, everybody=everybody)
    shown = lineup.view(found, interaction.user.id, everybody=everybody)
    await interaction.response.send_message(view=shown, ephemeral=True)
    await _keep_true(interaction, shown.to_components(), everybody=everybody)


async def _keep_true(interaction: discord.Interaction[Client], shown: list, *, everybody: bool) -> None:
    """Edit the list when it has changed; one list a person, the newest."""
    watching = interaction.client.watching
    watching[interaction.user.id] = interaction.id
    end = time.monotonic() + _FOR
    while time.monotonic() < end and watching.get(interaction.user.id) == interaction.id:
        found = await lineup.on_the_way(interaction, everybody=everybody)
        view = lineup.view(found, interaction.user.id, everybody=everybody)
        if view.to_components() != shown:
            try:
                await interaction.edit_original_response(view=view)
            except discord.HTTPException:
                break  # dismissed, or its token is dead
            shown = view.to_components()
        if not found:
            break
        await asyncio.sleep(_EVERY)
    if watching.get(interaction.user.id) == interaction.id:
        del watching[interaction.user.id]
