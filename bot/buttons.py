"""The buttons on a job's message. They hold only the job's id, so they work for ever, after restarts too."""

import io
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import discord

from bot import presenting, words
from bot.answering import apologise, whisper
from bot.errors import Refused
from bot.presenting import Action
from storage.records import Job, JobState

if TYPE_CHECKING:
    from bot.client import Client

_LOOKS: Mapping[Action, tuple[str, discord.ButtonStyle]] = {
    Action.CANCEL: (words.CANCEL, discord.ButtonStyle.secondary),
    Action.AGAIN: (words.AGAIN, discord.ButtonStyle.primary),
    Action.RECIPE: (words.RECIPE, discord.ButtonStyle.secondary),
}
_MESSAGE_ROOM = 1900
_NO_PICTURE = {JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


class JobButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"job:(?P<action>cancel|again|recipe):(?P<job>[0-9]+)"
):
    """One button of one job."""

    def __init__(self, action: Action, job_id: int) -> None:
        label, style = _LOOKS[action]
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"job:{action}:{job_id}"))
        self.action = action
        self.job_id = job_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out what was pressed."""
        return cls(Action(match["action"]), int(match["job"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says, and word what goes wrong."""
        try:
            job = await interaction.client.jobs.find(self.job_id)
            if job is None:
                raise Refused(words.UNKNOWN_PICTURE)
            await _DEEDS[self.action](interaction, job)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)


def view(actions: tuple[Action, ...], job_id: int) -> discord.ui.View:
    """The buttons for a card."""
    row = discord.ui.View(timeout=None)
    for action in actions:
        row.add_item(JobButton(action, job_id))
    return row


async def _cancel(interaction: discord.Interaction["Client"], job: Job) -> None:
    """Take a job back, for its owner, while it is not finished."""
    if interaction.user.id != job.owner:
        raise Refused(words.NOT_YOURS)
    if not await interaction.client.queue.cancel(job.id):
        raise Refused(words.ALREADY_ENDED if job.state in _NO_PICTURE else words.ALREADY_FINISHED)
    card = presenting.cancelled()
    await interaction.response.edit_message(content=card.text, attachments=[], view=view(card.actions, job.id))


async def _again(interaction: discord.Interaction["Client"], job: Job) -> None:
    """Draw the same with a new seed, for whoever pressed."""
    await interaction.client.desk.take_again(interaction, job.spec)


async def _recipe(interaction: discord.Interaction["Client"], job: Job) -> None:
    """Show all that a job's pictures were made of, to whoever pressed."""
    pictures = await interaction.client.pictures.of(job.id)
    if not pictures:
        raise Refused(words.NOTHING_DRAWN)
    text = "\n\n".join(picture.recipe for picture in pictures)
    if len(text) <= _MESSAGE_ROOM and "```" not in text:
        return await whisper(interaction, f"```\n{text}\n```")
    file = discord.File(io.BytesIO(text.encode()), "recipe.txt")
    await whisper(interaction, words.RECIPE_FILE, file=file)


_DEEDS: Mapping[Action, Callable[[discord.Interaction["Client"], Job], Awaitable[None]]] = {
    Action.CANCEL: _cancel,
    Action.AGAIN: _again,
    Action.RECIPE: _recipe,
}
