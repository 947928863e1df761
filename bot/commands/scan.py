"""``/scan``: a grid of pictures over two axes, proposed with its cost before anything is drawn."""

from dataclasses import replace
from typing import Any, Literal

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.client import Client
from bot.commands import suggestions
from bot.commands.offering import with_choices
from bot.errors import Refused
from bot.presenting import shortened
from bot.studies.axes import Axis, parse_axis
from bot.studies.scan import Scan, make_scan, network_calls_of, practice
from bot.studies.written import write_scan
from bot.words import studies as words
from generation.profiles import Profile
from storage.records import StudyKind

_TITLE = 100


@app_commands.command(name="scan", description="A grid of pictures over two axes; says what it costs first")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.describe(
    across="From left to right: cfg=1..6, steps=8,16,32, sampler=Euler,DDIM, word red hair=0.6,1.4",
    down="Downwards, written likewise",
    ready="The usual scan of a model: CFG against steps, at its own size or at one and a half times the side",
    preset="A set of choices by name; the other options go over it",
)
@app_commands.autocomplete(preset=suggestions.presets)
@with_choices
async def scan(
    interaction: discord.Interaction[Client],
    across: Range[str, 1, 200] | None = None,
    down: Range[str, 1, 200] | None = None,
    ready: Literal["native", "larger"] | None = None,
    preset: Range[str, 1, 64] | None = None,
    *,
    given: dict[str, Any],
) -> None:
    """Make the scan, and ask whether to draw it."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    client = interaction.client
    chosen, columns, rows = _axes(across, down, ready, client.desk.profile)
    resolved = await client.desk.resolver(interaction, preset=preset)
    choices = given | chosen
    if "prompt" not in choices and any(axis.name.startswith("word ") for axis in (columns, rows)):
        choices["prompt"] = resolved(choices).prompt
    made = make_scan(choices, columns, rows, spec=resolved, most_cells=client.desk.policy.survey)
    made = replace(made, cells=tuple(await client.desk.admit_survey(interaction, made.cells)))
    await client.research.propose(
        interaction,
        StudyKind.SCAN,
        title=_title(made),
        content=write_scan(made),
        samples=len(made.cells),
        steps=network_calls_of(made),
    )


def _title(made: Scan) -> str:
    prompt = made.cells[0].prompt.strip()
    return shortened(f"{made.across.title} against {made.down.title}" + (f": {prompt}" if prompt else ""), _TITLE)


def _axes(
    across: str | None, down: str | None, ready: str | None, profile: Profile
) -> tuple[dict[str, Any], Axis, Axis]:
    if ready is not None:
        if across or down:
            raise Refused(words.READY_HAS_AXES)
        return practice(profile, larger=ready == "larger")
    if across is None or down is None:
        raise Refused(words.NO_AXES)
    return {}, parse_axis(across), parse_axis(down)
