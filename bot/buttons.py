"""The controls on a job's message. They hold only the job's id, so they work for ever, after restarts too.

``job:ACTION:ID``         a button for all of a job's pictures
``job:ACTION:ID:INDEX``   a button for one of them
``pick:ID``               a select from which one of several pictures is taken
``pick:ID:INDEX``         the same, on the card of the one that was taken

What each of them does is handed to the client; see :mod:`bot.actions`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import discord

from bot import words
from bot.answering import apologise
from bot.errors import Refused
from bot.presenting import Action, Pick
from storage.records import Job

if TYPE_CHECKING:
    from bot.client import Client

#: What a control does, for whoever pressed it, with one picture of a job (its index), or with all of them (None).
Deed = Callable[[discord.Interaction["Client"], Job, int | None], Awaitable[None]]

_QUIET, _LOUD, _RED = discord.ButtonStyle.secondary, discord.ButtonStyle.primary, discord.ButtonStyle.danger
_LOOKS: Mapping[Action, tuple[str, discord.ButtonStyle]] = {
    Action.CANCEL: (words.CANCEL, _QUIET),
    Action.AGAIN: (words.AGAIN, _LOUD),
    Action.VARY: (words.pictures.VARY, _QUIET),
    Action.EDIT: (words.pictures.EDIT, _QUIET),
    Action.RECIPE: (words.RECIPE, _QUIET),
    Action.MORE: (words.pictures.MORE, _QUIET),
    Action.LARGER: (words.pictures.LARGER, _QUIET),
    Action.TWICE: (words.pictures.TWICE, _QUIET),
    Action.ENLARGE: (words.pictures.ENLARGE, _QUIET),
    Action.ENLARGE_FOUR: (words.pictures.ENLARGE_FOUR, _QUIET),
    Action.FAVOURITE: (words.pictures.FAVOURITE, _QUIET),
    Action.UNFAVOURITE: (words.pictures.UNFAVOURITE, _QUIET),
    Action.PRESET: (words.messages.OPEN["preset"], _QUIET),
    Action.REPORT: (words.reports.REPORT, _QUIET),
    Action.DELETE: (words.pictures.DELETE, _QUIET),
    Action.ERASE: (words.pictures.ERASE, _RED),
    Action.KEEP: (words.pictures.KEEP, _QUIET),
}


class JobButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"job:(?P<action>{'|'.join(Action)}):(?P<job>[0-9]+)(?::(?P<index>[0-9]+))?",
):
    """One button of one job, or of one of its pictures."""

    def __init__(self, action: Action, job_id: int, index: int | None = None) -> None:
        label, style = _LOOKS[action]
        custom_id = f"job:{action}:{job_id}" if index is None else f"job:{action}:{job_id}:{index}"
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=custom_id))
        self._action, self._job_id, self._index = action, job_id, index

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out what was pressed."""
        return cls(Action(match["action"]), int(match["job"]), _number(match["index"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says, and word what goes wrong."""
        await _do(interaction, self._action, self._job_id, self._index)


class PictureSelect(
    discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"pick:(?P<job>[0-9]+)(?::(?P<index>[0-9]+))?"
):
    """Takes one of several pictures; ``index`` is the one whose card it is on."""

    def __init__(self, job_id: int, picks: Sequence[Pick], index: int | None = None) -> None:
        custom_id = f"pick:{job_id}" if index is None else f"pick:{job_id}:{index}"
        options = [
            discord.SelectOption(
                label=pick.name, value=str(pick.index), description=pick.detail, default=pick.index == index
            )
            for pick in picks
        ]
        super().__init__(discord.ui.Select(custom_id=custom_id, placeholder=words.pictures.TAKE_ONE, options=options))
        self._job_id, self._index = job_id, index

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out of which job it is."""
        return cls(int(match["job"]), (), _number(match["index"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the picture that was chosen: on the card of the one before, or on a new one."""
        (chosen,) = interaction.data["values"]  # pyright: ignore[reportOptionalSubscript, reportGeneralTypeIssues]
        await _do(interaction, Action.TAKE if self._index is None else Action.TURN, self._job_id, int(chosen))


async def _do(interaction: discord.Interaction[Any], action: Action, job_id: int, index: int | None) -> None:
    try:
        job = await interaction.client.jobs.find(job_id)
        if job is None:
            raise Refused(words.UNKNOWN_PICTURE)
        await interaction.client.deeds[action](interaction, job, index)
    except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
        await apologise(interaction, error)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
