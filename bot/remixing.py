"""What can be done with a picture that was found in a message: its recipe, a remix, a preset.

One of ours is remixed in the form of its own button Edit. For one that was read from a file the form is known as
``remix:READING:INDEX``, and that in which a preset is named as ``preset:PICTURE``; see :mod:`bot.found`.
"""

from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

from bot import editing, errors, menus, presenting, presets, sheets, specs
from bot.actions import show_recipe
from bot.answering import answer, apologise, whisper
from bot.client import Client
from bot.errors import Refused
from bot.fields import typed_in
from bot.found import Found
from bot.menus import FoundDeed, What
from bot.presenting import choices_line, escaped, plain
from bot.words import UNKNOWN_PICTURE
from bot.words import messages as words
from bot.words import presets as preset_words
from generation.errors import InvalidChoice
from generation.spec import PromptSpec

_MANNER, _ALL = "manner", "all"

Interaction = discord.Interaction[Client]


async def recipe(interaction: Interaction, one: Found) -> None:
    """Show all that a picture was made of, and what of it cannot be had here."""
    try:
        _, said = _recalled(interaction, one)
    except InvalidChoice as reason:
        said = (str(reason),)
    below = "" if one.of_job is not None or not said else words.left_out([escaped(each) for each in said])
    await show_recipe(interaction, one.recipe, below=below)


async def remix(interaction: Interaction, one: Found) -> None:
    """Open the form with a picture's settings in it, and with what was typed there before."""
    if one.of_job is not None:
        job_id, index = one.of_job
        job = await interaction.client.jobs.find(job_id)
        if job is None:
            raise Refused(UNKNOWN_PICTURE)
        return await editing.edit(interaction, job, index, title=words.REMIX_TITLE)
    spec, said = _recalled(interaction, one)
    as_it_was = editing.shown(spec)
    typed = interaction.client.drafts.find((interaction.user.id, *one.numbers))
    reading, index = one.numbers
    await interaction.response.send_modal(
        editing.form(
            {**as_it_was, **typed},
            as_it_was,
            title=words.REMIX_TITLE,
            custom_id=f"remix:{reading}:{index}",
            note=words.note(said),
        )
    )


async def remix_submitted(interaction: Interaction) -> None:
    """Draw what the form asks for; where that cannot be done, say why and keep what was typed."""
    data: Any = interaction.data
    _, reading, index = data["custom_id"].split(":")
    typed = dict(typed_in(data["components"]))
    draft = interaction.user.id, int(reading), int(index)
    desk, one = interaction.client.desk, None
    try:
        one = await interaction.client.findings.named(f"file:{reading}:{index}")
        spec, _ = _recalled(interaction, one)
        await desk.take(interaction, desk.altered(spec, editing.changes(spec, typed)))
    except Exception as error:  # noqa: BLE001  (whatever it is, the one who typed must hear of it)
        interaction.client.drafts.keep(draft, typed)
        await _give_back(interaction, error, one)
    else:
        interaction.client.drafts.drop(draft)


async def preset(interaction: Interaction, one: Found) -> None:
    """Ask for the name of a preset, and whether prompt and seed are to be in it."""
    form = sheets.form(title=words.PRESET_TITLE, custom_id=f"preset:{one.key}")
    name: ui.TextInput[Any] = ui.TextInput(custom_id="name", max_length=presets.LONGEST_NAME)
    form.add_item(ui.Label(text=words.PRESET_NAME, component=name))
    options = [
        discord.SelectOption(label=words.MANNER, value=_MANNER, default=True),
        discord.SelectOption(label=words.ALL_OF_IT, value=_ALL),
    ]
    keeps: ui.Select[Any] = ui.Select(custom_id="keeps", options=options)
    form.add_item(ui.Label(text=words.PRESET_KEEPS, component=keeps))
    await interaction.response.send_modal(form)


async def preset_submitted(interaction: Interaction) -> None:
    """Keep the preset."""
    data: Any = interaction.data
    try:
        one = await interaction.client.findings.named(data["custom_id"].partition(":")[2])
        typed: Mapping[str, str] = dict(typed_in(data["components"]))
        spec, _ = _recalled(interaction, one)
        whole = typed["keeps"] == _ALL
        kept = await presets.save_from_spec(interaction, typed["name"], spec, prompt=whole, seed=whole)
        held = plain(choices_line(kept.choices))
        await whisper(interaction, preset_words.saved(plain(kept.name), held, for_server=False))
    except Exception as error:  # noqa: BLE001  (whatever it is, the one who typed must hear of it)
        await apologise(interaction, error)


def _recalled(interaction: Interaction, one: Found) -> tuple[PromptSpec, tuple[str, ...]]:
    return specs.recalled(one.recipe, interaction.client.desk.profile)


async def _give_back(interaction: Interaction, error: Exception, one: Found | None) -> None:
    if one is None:
        return await apologise(interaction, error)
    failure = errors.recorded(error, interaction=interaction.id, command="remix")
    text = f"{presenting.failure_text(failure)}\n{words.TYPED_IS_KEPT}"
    await answer(interaction, menus.again(What.REMIX, one, above=text))


FOUND_DEEDS: Mapping[What, FoundDeed] = {What.RECIPE: recipe, What.REMIX: remix, What.PRESET: preset}
