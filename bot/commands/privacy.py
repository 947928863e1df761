"""``/privacy``: what is kept of whoever asks, as a file, or deleted."""

import io
import re
from typing import Any, Self

import discord
from discord import app_commands

from bot.answering import apologise, whisper
from bot.client import Client
from bot.errors import Refused
from bot.sheets import controls
from bot.words import privacy as words

_DELETE, _KEEP = "delete", "keep"

privacy = app_commands.Group(
    name="privacy",
    description="What the bot keeps of you",
    guild_only=True,
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


@privacy.command(name="export", description="Everything that the bot keeps of you, as a file")
async def export(interaction: discord.Interaction[Client]) -> None:
    """Hand out the archive to whoever asks, and to nobody else."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    archive = await interaction.client.privacy.archive(interaction.user.id, limit=interaction.filesize_limit)
    file = discord.File(io.BytesIO(archive.content), "ninewords.zip")
    await whisper(interaction, words.exported(archive.held, archive.pictures), file=file)


@privacy.command(name="delete", description="Delete everything that the bot keeps of you; asks first")
async def delete(interaction: discord.Interaction[Client]) -> None:
    """Ask whether it is meant."""
    view = controls()
    view.add_item(ErasureButton(_DELETE, interaction.user.id))
    view.add_item(ErasureButton(_KEEP, interaction.user.id))
    await interaction.response.send_message(words.ASK, view=view, ephemeral=True)


class ErasureButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"erasure:(?P<answer>delete|keep):(?P<owner>[0-9]+)"
):
    """An answer to the question whether everything shall be deleted."""

    def __init__(self, answer: str, owner: int) -> None:
        label = words.DELETE if answer == _DELETE else words.KEEP
        style = discord.ButtonStyle.danger if answer == _DELETE else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"erasure:{answer}:{owner}"))
        self.answer = answer
        self.owner = owner

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out what was answered, and who was asked."""
        return cls(match["answer"], int(match["owner"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do as the one who was asked answers."""
        try:
            if interaction.user.id != self.owner:
                raise Refused(words.NOT_YOURS)
            await interaction.response.defer()
            if self.answer == _DELETE:
                await interaction.client.privacy.erase(self.owner)
            said = words.DELETED if self.answer == _DELETE else words.KEPT
            await interaction.edit_original_response(content=said, view=None)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)
