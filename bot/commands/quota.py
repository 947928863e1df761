"""``/quota``: how many pictures of a day are left, and when there are more."""

from collections.abc import Iterator

import discord
from discord import app_commands

from bot import circumstances
from bot.answering import whisper
from bot.client import Client
from bot.oversight import Allowance
from bot.words import quota as words


@app_commands.command(name="quota", description="How many pictures you have left today, and when there are more")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
async def quota(interaction: discord.Interaction[Client]) -> None:
    """Show it to whoever asks."""
    desk, user_id = interaction.client.desk, interaction.user.id
    here = await interaction.client.oversight.allowance(circumstances.person(interaction), interaction.guild_id or 0)
    have = await desk.quota(user_id)
    if have.limit is None or have.left is None:
        lines = [words.NO_LIMIT, words.used(have.used)]
    else:
        lines = [words.left(have.used, have.limit, have.left)]
        if have.next_at is not None and have.whole_at is not None:
            lines.append(words.coming_back(have.next_at, have.whole_at))
    lines += _of_the_server(here)
    most = desk.policy.waiting_each if here.waiting is None else min(here.waiting, desk.policy.waiting_each)
    lines.append(f"-# {words.on_the_way(interaction.client.queue.on_the_way(user_id), most)}")
    await whisper(interaction, "\n".join(lines))


def _of_the_server(here: Allowance) -> Iterator[str]:
    """What the server allows besides, where it decided."""
    quota = here.quota
    if quota.limit is not None and quota.left is not None:
        yield words.left_here(quota.used, quota.limit, quota.left, here.role)
        if quota.next_at is not None and quota.whole_at is not None:
            yield words.coming_back(quota.next_at, quota.whole_at)
    if here.cooldown > 0:
        yield words.pause(here.cooldown)
