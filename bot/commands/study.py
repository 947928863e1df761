"""``/study``: many pictures of one spec, sorted by people with buttons, counted with honest intervals."""

import io
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.answering import whisper
from bot.client import Client
from bot.commands import suggestions
from bot.commands.offering import with_choices
from bot.errors import Refused
from bot.presenting import shortened
from bot.studies.study import CATEGORIES, SHAPES, Sorting, Study
from bot.studies.written import write_study
from bot.survey_buttons import Act
from bot.words import studies as words
from generation.errors import InvalidChoice
from generation.samplers.names import network_calls
from storage.records import StudyKind

_MOST = 25
_TITLE = 60

study = app_commands.Group(
    name="study",
    description="Many pictures of one recipe, sorted by people, and counted",
    guild_only=True,
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


async def _titles(interaction: discord.Interaction[Client], typed: str) -> list[app_commands.Choice[str]]:
    """The server's scans and studies whose titles hold what is typed."""
    if interaction.guild_id is None:
        return []
    found = await interaction.client.research.studies.of_server(interaction.guild_id, holding=typed, limit=_MOST)
    return [
        app_commands.Choice(name=shortened(f"{each.title} ({each.samples})", 100), value=str(each.id)) for each in found
    ]


@study.command(name="new", description="Draw many pictures of one recipe, to be sorted; says what it costs first")
@app_commands.describe(
    title="What the study is called",
    samples="How many pictures; their seeds follow one another. 20 is usual",
    categories="The heaps to sort into, with commas; left out, those of the notes",
    shapes="Body shapes to choose from, with commas; - for none",
    preset="A set of choices by name; the other options go over it",
)
@app_commands.autocomplete(preset=suggestions.presets)
@with_choices
async def new(
    interaction: discord.Interaction[Client],
    title: Range[str, 1, _TITLE],
    samples: Range[int, 1, 500] = 20,
    categories: Range[str, 1, 400] | None = None,
    shapes: Range[str, 1, 400] | None = None,
    preset: Range[str, 1, 64] | None = None,
    *,
    given: dict[str, Any],
) -> None:
    """Make the study, and ask whether to draw it."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    desk = interaction.client.desk
    spec = await desk.spec(interaction, given | {"count": 1}, preset=preset)
    made = Study(title=title, spec=spec, samples=samples, sorting=_sorting(categories, shapes))
    admitted = await desk.admit_survey(interaction, [made.picture_spec(index) for index in range(samples)])
    made = replace(made, spec=admitted[0])
    await interaction.client.research.propose(
        interaction,
        StudyKind.STUDY,
        title=title,
        content=write_study(made),
        samples=samples,
        steps=samples * network_calls(spec.sampler, spec.steps),
    )


@study.command(name="label", description="Sort a study's pictures, one at a time; or one again by its number")
@app_commands.describe(study="Which study", picture="The number of one picture, to sort it anew")
@app_commands.autocomplete(study=_titles)
async def label(
    interaction: discord.Interaction[Client], study: str, picture: Range[int, 1, 500] | None = None
) -> None:
    """Show the first picture to be sorted, or the one asked for."""
    research = interaction.client.research
    if picture is None:
        await research.press(interaction, Act.SORT, _id(study))
    else:
        await research.show_picture(interaction, _id(study), picture - 1)


@study.command(name="table", description="The table of the notes, with intervals, for one study or for two")
@app_commands.describe(study="Which study", beside="Another one, in the same table")
@app_commands.autocomplete(study=_titles, beside=_titles)
async def table(interaction: discord.Interaction[Client], study: str, beside: str | None = None) -> None:
    """Show the table."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    ids = [_id(each) for each in (study, beside) if each is not None]
    await whisper(interaction, await interaction.client.research.table(*ids, guild_id=interaction.guild_id))


@study.command(name="compare", description="Two studies side by side: how they differ, and what that allows to say")
@app_commands.describe(first="A study", second="Another study")
@app_commands.autocomplete(first=_titles, second=_titles)
async def compare(interaction: discord.Interaction[Client], first: str, second: str) -> None:
    """Say how they differ."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    said = await interaction.client.research.compare(_id(first), _id(second), guild_id=interaction.guild_id)
    await whisper(interaction, said)


@study.command(name="export", description="Every spec, seed, label and measure as a table, and a report to read")
@app_commands.describe(study="Which study or scan")
@app_commands.autocomplete(study=_titles)
async def export(interaction: discord.Interaction[Client], study: str) -> None:
    """Send the files to whoever asks."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    files = await interaction.client.research.files(_id(study), guild_id=interaction.guild_id)
    if sum(len(content) for _, content in files) > interaction.filesize_limit:
        raise Refused(words.TOO_LARGE)
    await interaction.followup.send(
        files=[discord.File(io.BytesIO(content), name) for name, content in files], ephemeral=True
    )


@study.command(name="close", description="End the sorting of a study of yours; its table and files stay")
@app_commands.describe(study="Which study")
@app_commands.autocomplete(study=_titles)
async def close(interaction: discord.Interaction[Client], study: str) -> None:
    """Close it."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.client.research.close(interaction, _id(study))
    await interaction.followup.send(words.CLOSED, ephemeral=True)


def _id(value: str) -> int:
    """The id behind a suggestion; what was typed without choosing one is none."""
    if not value.isdecimal():
        raise InvalidChoice("study", words.GONE)
    return int(value)


def _sorting(categories: str | None, shapes: str | None) -> Sorting:
    return Sorting(
        categories=CATEGORIES if categories is None else _names(categories),
        shapes=SHAPES if shapes is None else () if shapes.strip() == "-" else _names(shapes),
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
