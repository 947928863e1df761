"""What can be done with a job and its pictures, for whoever asks: by a button, or in any other way.

Each takes the interaction, the job, and the index of the picture that is meant; None means all of the job's.
"""

import io
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import discord

from bot import found, gallery, layout, offers, presenting, removal, specs, words
from bot.answering import answer, whisper
from bot.buttons import Deed
from bot.client import Client
from bot.editing import edit
from bot.errors import Refused
from bot.menus import What
from bot.presenting import Action
from bot.standing import may_remove
from bot.uploads import files_of
from generation.png import LARGEST_SIDE
from generation.spec import PromptSpec, picture
from storage.records import Job, JobState
from storage.records import Picture as Kept

_MESSAGE_ROOM = 1900
_NO_PICTURE = {JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}

Interaction = discord.Interaction[Client]


async def cancel(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Take a job back while it is not finished, and show so on its own message, where that was pressed."""
    await take_back(interaction, job)
    card = presenting.cancelled()
    await interaction.response.edit_message(content=None, attachments=[], view=layout.view(card, job.id))


async def take_back(interaction: Interaction, job: Job) -> None:
    """Take a job back, for its owner or a moderator; raise Refused where nothing is to be taken back."""
    if not await may_remove(interaction, job.owner):
        raise Refused(words.NOT_YOURS)
    if not await interaction.client.queue.cancel(job.id):
        raise Refused(words.ALREADY_ENDED if job.state in _NO_PICTURE else words.ALREADY_FINISHED)


async def again(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Draw the same with a new seed: one picture, or as many as there were."""
    spec = specs.read(job.spec) if index is None else alone(job, index)
    await interaction.client.desk.take_like(interaction, job, specs.reseeded(spec, *_seeds()))


async def vary(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Draw variations of a picture, as many as there were pictures."""
    spec = specs.read(job.spec)
    near = specs.varied(alone(job, index or 0), _seeds()[1])
    await interaction.client.desk.take_like(interaction, job, specs.counted(near, spec.count))


async def larger(interaction: Interaction, job: Job, index: int | None = None, *, factor: float) -> None:
    """Draw a picture ``factor`` times as large: a second pass over it, with a CFG that grows with the area."""
    desk = interaction.client.desk
    pass_of_its_own = {"larger": factor, "larger_steps": "auto", "larger_guidance_scale": "auto"}
    await desk.take_like(interaction, job, desk.altered(alone(job, index or 0), pass_of_its_own))


async def enlarge(interaction: Interaction, job: Job, index: int | None = None, *, factor: int) -> None:
    """Make a picture ``factor`` times as large as it is, with nothing drawn anew."""
    gallery.check_shown(job)
    (kept,) = await _drawn(interaction, job, index or 0)
    if kept.path is None:
        raise Refused(words.pictures.PUT_AWAY)
    if max(kept.width, kept.height) * factor > LARGEST_SIDE:
        raise Refused(words.pictures.too_large_to_enlarge(factor, LARGEST_SIDE))
    this = specs.Enlargement(job.id, kept.index, factor, factor * specs.times_enlarged(job.spec))
    await interaction.client.desk.take_like(interaction, job, alone(job, kept.index), enlargement=this)


async def recipe(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Show all that the pictures were made of."""
    await show_recipe(interaction, "\n\n".join(each.recipe for each in await _drawn(interaction, job, index)))


async def show_recipe(interaction: Interaction, text: str, *, below: str = "") -> None:
    """Show a recipe as it is, or as a file where a message cannot hold it; ``below`` is said of it."""
    if len(text) + len(below) <= _MESSAGE_ROOM and "```" not in text:
        return await whisper(interaction, f"```\n{text}\n```{below}")
    file = discord.File(io.BytesIO(text.encode()), "recipe.txt")
    await whisper(interaction, "\n".join(filter(None, (words.RECIPE_FILE, below))), file=file)


async def more(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Offer what is asked for less often, to the one who asks."""
    favourite = await interaction.client.favourites.holds(interaction.user.id, job.id, index or 0)
    card = offers.more(specs.read(job.spec), favourite=favourite, index=index, enlarged=specs.times_enlarged(job.spec))
    await interaction.response.send_message(view=layout.view(card, job.id), ephemeral=True)


async def favour(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Keep a picture as a favourite of whoever asks."""
    await _drawn(interaction, job, index or 0)
    await interaction.client.favourites.add(interaction.user.id, job.id, index or 0)
    await answer(interaction, layout.view(offers.favourite(True, index), job.id))


async def unfavour(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Let a picture be no favourite any more."""
    await interaction.client.favourites.remove(interaction.user.id, job.id, index or 0)
    await answer(interaction, layout.view(offers.favourite(False, index), job.id))


async def preset(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Ask under which name to keep how a picture was drawn."""
    one = await interaction.client.findings.named(found.key(job.id, index or 0))
    await interaction.client.found_deeds[What.PRESET](interaction, one)


async def report(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Ask what is wrong with pictures; all of the job's are reported together, as they stand in one message."""
    await interaction.client.reports.ask(interaction, job)


async def report_message(interaction: Interaction, message: discord.Message) -> None:
    """Ask what is wrong with the pictures of a message of the bot's."""
    job = await interaction.client.findings.job_of(interaction, message)
    if job is None:
        raise Refused(words.reports.NOT_MINE)
    await report(interaction, job)


async def delete(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Ask once whether pictures shall be deleted; nothing is deleted yet."""
    left = await _deletable(interaction, job, index)
    await answer(interaction, layout.view(offers.sure(several=len(left) > 1, index=index), job.id))


async def delete_message(interaction: Interaction, message: discord.Message) -> None:
    """Delete the pictures of a message of the bot's, after asking once; a message without any goes at once."""
    job = await interaction.client.findings.job_of(interaction, message)
    if job is None:
        raise Refused(words.messages.NOT_MINE)
    if job.state not in _NO_PICTURE:
        return await delete(interaction, job)
    if not await may_remove(interaction, job.owner):
        raise Refused(words.pictures.NOT_YOURS_TO_DELETE)
    await interaction.response.defer(thinking=True, ephemeral=True)
    try:
        await message.delete()
    except discord.NotFound:
        pass  # somebody was quicker
    except discord.Forbidden:
        raise Refused(words.pictures.OUT_OF_REACH) from None
    await whisper(interaction, words.pictures.DELETED)


async def erase(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Delete pictures, and the message when none is left on it."""
    left = await _deletable(interaction, job, index)
    await interaction.response.defer()
    said = await removal.remove(interaction.client, job, left, where=interaction)
    await interaction.edit_original_response(view=layout.view(presenting.said(said), job.id))


async def keep(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Leave pictures where they are, after all."""
    await answer(interaction, layout.view(presenting.said(words.pictures.KEPT), job.id))


async def take(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Show one of several pictures alone, with its own buttons, to the one who asks."""
    await interaction.response.defer(thinking=True, ephemeral=True)
    await _show_one(interaction, job, index or 0)


async def turn(interaction: Interaction, job: Job, index: int | None = None) -> None:
    """Show another picture of the same job where one is shown."""
    await interaction.response.defer()
    await _show_one(interaction, job, index or 0)


def alone(job: Job, index: int) -> PromptSpec:
    """The spec of one picture of a job; raise Refused where there is no such picture."""
    spec = specs.read(job.spec)
    if index >= spec.count:
        raise Refused(words.UNKNOWN_PICTURE)
    return picture(spec, index)


async def _show_one(interaction: Interaction, job: Job, index: int) -> None:
    card = await interaction.client.gallery.one(job, index, limit=interaction.filesize_limit)
    view: Any = layout.view(card, job.id)
    await interaction.edit_original_response(attachments=files_of(card), view=view)


async def _drawn(interaction: Interaction, job: Job, index: int | None) -> Sequence[Kept]:
    """What is known of the pictures that are meant; raise Refused where they were never drawn."""
    kept = await interaction.client.pictures.of(job.id)
    meant = [each for each in kept if index in (None, each.index)]
    if not meant:
        raise Refused(words.NOTHING_DRAWN)
    return meant


async def _deletable(interaction: Interaction, job: Job, index: int | None) -> Sequence[Kept]:
    """The pictures that would go; raise Refused where the one who asks may not delete them, or it is gone."""
    if not await may_remove(interaction, job.owner):
        raise Refused(words.pictures.NOT_YOURS_TO_DELETE)
    if job.state is not JobState.DONE:
        raise Refused(words.pictures.NOT_THERE_YET)
    meant = [each for each in await interaction.client.gallery.left(job) if index in (None, each.index)]
    if not meant and index is not None:
        raise Refused(words.pictures.GONE)
    return meant  # none is left where the program ended in the midst of it; then the message is


def _seeds() -> tuple[int, int]:
    return secrets.randbits(32), secrets.randbits(32)


DEEDS: Mapping[Action, Deed] = {
    Action.CANCEL: cancel,
    Action.AGAIN: again,
    Action.VARY: vary,
    Action.EDIT: edit,
    Action.RECIPE: recipe,
    Action.MORE: more,
    **{action: partial(larger, factor=factor) for action, factor in offers.LARGER.items()},
    **{action: partial(enlarge, factor=factor) for action, factor in offers.ENLARGED.items()},
    Action.FAVOURITE: favour,
    Action.UNFAVOURITE: unfavour,
    Action.PRESET: preset,
    Action.REPORT: report,
    Action.DELETE: delete,
    Action.ERASE: erase,
    Action.KEEP: keep,
    Action.TAKE: take,
    Action.TURN: turn,
}
