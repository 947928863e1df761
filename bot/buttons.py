"""The buttons on a job's message. They hold only the job's id, so they work for ever, after restarts too.

What each of them does is handed to the client; see :mod:`bot.actions`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import discord

from bot import words
from bot.answering import apologise
from bot.errors import Refused
from bot.presenting import Action
from storage.records import Job

if TYPE_CHECKING:
    from bot.client import Client

#: What a button does, for whoever pressed it.
Deed = Callable[[discord.Interaction["Client"], Job], Awaitable[None]]

_LOOKS: Mapping[Action, tuple[str, discord.ButtonStyle]] = {
    Action.CANCEL: (words.CANCEL, discord.ButtonStyle.secondary),
    Action.AGAIN: (words.AGAIN, discord.ButtonStyle.primary),
    Action.RECIPE: (words.RECIPE, discord.ButtonStyle.secondary),
}


class JobButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"job:(?P<action>{'|'.join(Action)}):(?P<job>[0-9]+)"
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
            await interaction.client.deeds[self.action](interaction, job)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)
