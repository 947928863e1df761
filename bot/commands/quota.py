"""``/quota``: how many pictures of a day are left, and when there are more."""

import discord
from discord import app_commands

from bot.answering import whisper
from bot.client import Client
from bot.words import quota as words


@app_commands.command(name="quota", description="How many pictures you have left today, and when there are more")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
async def quota(interaction: discord.Interaction[Client]) -> None:
    """Show it to whoever asks."""
    desk, user_id = interaction.client.desk, interaction.user.id
    have = await desk.quota(user_id)
    if have.limit is None or have.left is None:
        lines = [words.NO_LIMIT, words.used(have.used)]
    else:
        lines = [words.left(have.used, have.limit, have.left)]
        if have.next_at is not None and have.whole_at is not None:
            lines.append(words.coming_back(have.next_at, have.whole_at))
    lines.append(f"-# {words.on_the_way(interaction.client.queue.on_the_way(user_id), desk.policy.waiting_each)}")
    await whisper(interaction, "\n".join(lines))
