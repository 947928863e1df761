"""The commands in the menu of a message: Recipe, Remix, Save as preset, Report, Delete."""

import discord
from discord import app_commands

from bot import actions, menus
from bot.client import Client
from bot.menus import What


@app_commands.context_menu(name="Recipe")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
async def recipe(interaction: discord.Interaction[Client], message: discord.Message) -> None:
    """Show what a picture in the message was made of."""
    await menus.use(interaction, message, What.RECIPE)


@app_commands.context_menu(name="Remix")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
async def remix(interaction: discord.Interaction[Client], message: discord.Message) -> None:
    """Open a picture's settings, to draw after it."""
    await menus.use(interaction, message, What.REMIX)


@app_commands.context_menu(name="Save as preset")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
async def save_as_preset(interaction: discord.Interaction[Client], message: discord.Message) -> None:
    """Keep the manner of a picture under a name."""
    await menus.use(interaction, message, What.PRESET)


@app_commands.context_menu(name="Report")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
async def report(interaction: discord.Interaction[Client], message: discord.Message) -> None:
    """Tell the moderators that something is wrong with a picture of the bot's."""
    await actions.report_message(interaction, message)


@app_commands.context_menu(name="Delete")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
async def delete(interaction: discord.Interaction[Client], message: discord.Message) -> None:
    """Delete a picture of the bot's, for whoever asked for it and for moderators."""
    await actions.delete_message(interaction, message)
