"""What can be done with a job and its pictures, for whoever asks: by a button, or in any other way."""

import io
from collections.abc import Mapping

import discord

from bot import layout, presenting, words
from bot.answering import whisper
from bot.buttons import Deed
from bot.client import Client
from bot.errors import Refused
from bot.presenting import Action
from storage.records import Job, JobState

_MESSAGE_ROOM = 1900
_NO_PICTURE = {JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


async def cancel(interaction: discord.Interaction[Client], job: Job) -> None:
    """Take a job back, for its owner, while it is not finished."""
    if interaction.user.id != job.owner:
        raise Refused(words.NOT_YOURS)
    if not await interaction.client.queue.cancel(job.id):
        raise Refused(words.ALREADY_ENDED if job.state in _NO_PICTURE else words.ALREADY_FINISHED)
    card = presenting.cancelled()
    await interaction.response.edit_message(content=None, attachments=[], view=layout.view(card, job.id))


async def again(interaction: discord.Interaction[Client], job: Job) -> None:
    """Draw the same with a new seed, for whoever asks."""
    await interaction.client.desk.take_again(interaction, job.spec)


async def recipe(interaction: discord.Interaction[Client], job: Job) -> None:
    """Show all that a job's pictures were made of, to whoever asks."""
    pictures = await interaction.client.pictures.of(job.id)
    if not pictures:
        raise Refused(words.NOTHING_DRAWN)
    text = "\n\n".join(picture.recipe for picture in pictures)
    if len(text) <= _MESSAGE_ROOM and "```" not in text:
        return await whisper(interaction, f"```\n{text}\n```")
    file = discord.File(io.BytesIO(text.encode()), "recipe.txt")
    await whisper(interaction, words.RECIPE_FILE, file=file)


DEEDS: Mapping[Action, Deed] = {Action.CANCEL: cancel, Action.AGAIN: again, Action.RECIPE: recipe}
