"""Who waits for what: one's own pictures on the way, or everybody's, with a button each that takes them back."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot import presenting, specs, words
from bot.actions import Interaction, take_back
from bot.answering import apologise
from bot.errors import Refused
from bot.queue import OnTheWay
from bot.sheets import sheet
from bot.standing import moderates
from bot.words import queue as said
from generation.updates import Progress, Waiting

#: Pictures in the list. Discord takes 40 parts, and each has three.
_MOST = 10


class TakeBackButton(ui.DynamicItem[ui.Button[Any]], template=r"queue:(?P<whose>mine|all):(?P<job>[0-9]+)"):
    """Takes one picture of a list back, and shows the list as it is then."""

    def __init__(self, job_id: int, *, everybody: bool) -> None:
        custom_id = f"queue:{'all' if everybody else 'mine'}:{job_id}"
        super().__init__(ui.Button(label=words.CANCEL, style=discord.ButtonStyle.secondary, custom_id=custom_id))
        self._job_id, self._everybody = job_id, everybody

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out which picture is meant."""
        return cls(int(match["job"]), everybody=match["whose"] == "all")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Take it back, if it is the presser's, or the presser is a moderator."""
        try:
            job = await interaction.client.jobs.find(self._job_id)
            if job is None:
                raise Refused(words.UNKNOWN_PICTURE)
            await take_back(interaction, job)
            found = await on_the_way(interaction, everybody=self._everybody)
            await interaction.response.edit_message(view=view(found, interaction.user.id, everybody=self._everybody))
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)


async def on_the_way(interaction: Interaction, *, everybody: bool) -> tuple[OnTheWay, ...]:
    """What the one who asks may see. Raises Refused for everybody's where that is not a moderator."""
    if not everybody:
        return interaction.client.queue.standing(interaction.user.id)
    if not await moderates(interaction):
        raise Refused(said.FOR_MODERATORS)
    return tuple(
        each for each in interaction.client.queue.standing() if each.job.reply.guild_id == interaction.guild_id
    )


def view(found: Sequence[OnTheWay], viewer: int, *, everybody: bool) -> ui.LayoutView:
    """Lay the list out for one person (``viewer``, an id)."""
    laid_out = sheet()
    container: ui.Container[Any] = ui.Container()
    if not found:
        container.add_item(ui.TextDisplay(said.NOTHING_AT_ALL if everybody else said.NOTHING_OF_YOURS))
        return laid_out.add_item(container)
    container.add_item(ui.TextDisplay(said.EVERYBODYS if everybody else said.YOURS))
    for each in found[:_MOST]:
        container.add_item(ui.Section(_line(each, viewer), accessory=_button(each, everybody)))
    notes = [said.more(len(found) - _MOST)] if len(found) > _MOST else []
    container.add_item(ui.TextDisplay("\n".join(f"-# {note}" for note in (*notes, said.KEPT_TRUE))))
    return laid_out.add_item(container)


def _button(one: OnTheWay, everybody: bool) -> ui.Item[Any]:
    return TakeBackButton(one.job.id, everybody=everybody)


def _line(one: OnTheWay, viewer: int) -> str:
    hidden = one.job.reply.private and one.job.owner != viewer
    prompt = said.PRIVATE if hidden else presenting.quoted(specs.read(one.job.spec).prompt, short=True)
    whose = "" if one.job.owner == viewer else f" {said.of(one.job.owner)}"
    return f"{prompt}{whose}\n-# {_stand(one)}"


def _stand(one: OnTheWay) -> str:
    match one.news:
        case Waiting(place, seconds):
            return words.waiting(place, seconds)
        case Progress(step=step, steps=steps, seconds_left=seconds):
            return words.drawing(step, steps, seconds)
    return words.STARTING
