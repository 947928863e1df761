"""``/preset``: choices kept by name, one's own, the server's, and what others share."""

from typing import Any, Literal

import discord
from discord import app_commands
from discord.app_commands import Range

from bot import preferences, preset_pages, specs
from bot.answering import whisper
from bot.client import Client
from bot.commands import suggestions
from bot.commands.offering import OFFERS, with_choices
from bot.errors import Refused
from bot.manners import manner
from bot.presenting import choices_line, plain
from bot.presets import LONGEST_NAME, NONE, Asker
from bot.words import presets as words
from generation.spec import Choices
from storage.presets import key
from storage.records import Preset

_Name = Range[str, 1, LONGEST_NAME]
#: What taking back one of the options takes back with it.
_TOGETHER = {"negative_preset": ("negative_preset", "preset_weight"), "size": ("size", "width", "height")}

preset = app_commands.Group(
    name="preset",
    description="Choices kept by name, for one picture or for all",
    guild_only=True,
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


@preset.command(name="save", description="Keep choices under a name")
@app_commands.rename(source="from")
@app_commands.describe(
    name="What to call it",
    source="Where to begin; the options given go over it",
    with_prompt="With your last picture: keep its prompt and seed too",
    server="Keep it for everybody in this server; for moderators",
)
@with_choices
async def save(
    interaction: discord.Interaction[Client],
    name: _Name,
    source: Literal["my settings", "my last picture"] | None = None,
    with_prompt: bool = False,
    server: bool = False,
    *,
    given: dict[str, Any],
) -> None:
    """Keep what was given, over what it begins with."""
    begun = await _source(interaction, source, with_prompt=with_prompt)
    changed = {**begun, **preferences.change(given)}
    choices = {each: value for each, value in changed.items() if value is not None}
    asker = await Asker.of(interaction)
    kept = await interaction.client.shelf.save(asker, name, choices, for_server=server)
    await whisper(interaction, words.saved(plain(kept.name), _held(kept), for_server=server))


@preset.command(name="edit", description="Change what a preset of yours holds, or its name")
@app_commands.describe(
    name="Which preset",
    rename="What to call it from now on",
    clear="What it shall hold no longer",
    server="The server's preset of that name; for moderators",
)
@app_commands.choices(clear=[app_commands.Choice(name=name, value=name) for name in OFFERS])
@app_commands.autocomplete(name=suggestions.changeable_presets)
@with_choices
async def edit(
    interaction: discord.Interaction[Client],
    name: str,
    rename: _Name | None = None,
    clear: str | None = None,
    server: bool = False,
    *,
    given: dict[str, Any],
) -> None:
    """Change what was given, and leave the rest."""
    cleared = () if clear is None else _TOGETHER.get(OFFERS[clear].choice, (OFFERS[clear].choice,))
    change = {**dict.fromkeys(cleared), **preferences.change(given)}
    if not change and rename is None:
        raise Refused(words.NOTHING_TO_CHANGE)
    shelf, asker = interaction.client.shelf, await Asker.of(interaction)
    changed = await shelf.edit(asker, await shelf.one_of(asker, name, of_server=server), change, name=rename)
    await whisper(interaction, words.changed(plain(changed.name), _held(changed)))


@preset.command(name="use", description="Let a preset hold for all your pictures; none takes that back")
@app_commands.describe(name="Which preset, or none")
@app_commands.autocomplete(name=suggestions.presets_or_none)
async def use(interaction: discord.Interaction[Client], name: str) -> None:
    """Set one's default preset."""
    asker, held = await Asker.of(interaction), interaction.client.desk.preferences
    if key(name) == NONE:
        await held.use(asker.me, None)
        return await whisper(interaction, words.DEFAULT_NONE)
    entry = await interaction.client.shelf.entry(asker, name)
    await held.use(asker.me, entry.name)
    await whisper(interaction, words.in_use(plain(entry.name), plain(choices_line(entry.choices))))


@preset.command(name="list", description="All presets that you can use here, and what they hold")
async def list_(interaction: discord.Interaction[Client]) -> None:
    """Show the first page."""
    await preset_pages.show_list(interaction)


@preset.command(name="show", description="Everything that a preset holds")
@app_commands.describe(name="Which preset")
@app_commands.autocomplete(name=suggestions.presets)
async def show(interaction: discord.Interaction[Client], name: str) -> None:
    """Show one preset whole."""
    await preset_pages.show_one(interaction, await interaction.client.shelf.entry(await Asker.of(interaction), name))


@preset.command(name="delete", description="Delete a preset of yours")
@app_commands.describe(name="Which preset", server="The server's preset of that name; for moderators")
@app_commands.autocomplete(name=suggestions.changeable_presets)
async def delete(interaction: discord.Interaction[Client], name: str, server: bool = False) -> None:
    """Delete one preset, and say what it held."""
    shelf, asker = interaction.client.shelf, await Asker.of(interaction)
    found = await shelf.one_of(asker, name, of_server=server)
    await shelf.delete(asker, found)
    await whisper(interaction, words.deleted(plain(found.name), _held(found)))


@preset.command(name="share", description="Let others use a preset of yours, or no longer")
@app_commands.rename(audience="with")
@app_commands.describe(name="Which preset", audience="Whoever has a code, the members of this server, or nobody")
@app_commands.autocomplete(name=suggestions.changeable_presets)
async def share(
    interaction: discord.Interaction[Client], name: str, audience: Literal["a code", "this server", "nobody"]
) -> None:
    """Share one preset, or withdraw it."""
    shelf, asker = interaction.client.shelf, await Asker.of(interaction)
    found = await shelf.one_of(asker, name)
    if audience == "a code":
        said = words.code(plain(found.name), await shelf.share_by_code(asker, found))
    elif audience == "this server":
        await shelf.show_here(asker, found)
        said = words.shown(plain(found.name))
    else:
        await shelf.withdraw(asker, found)
        said = words.withdrawn(plain(found.name))
    await whisper(interaction, said)


@preset.command(name="import", description="Make a copy of a preset that somebody gave you the code of")
@app_commands.describe(code="The code, such as K7QX-3MPD-9RTW", name="What to call it; left out, what it was called")
async def import_(interaction: discord.Interaction[Client], code: Range[str, 1, 64], name: _Name | None = None) -> None:
    """Keep a copy."""
    kept = await interaction.client.shelf.take_over(await Asker.of(interaction), code, name)
    await whisper(interaction, words.imported(plain(kept.name), _held(kept)))


async def _source(interaction: discord.Interaction[Client], source: str | None, *, with_prompt: bool) -> Choices:
    """What a new preset begins with."""
    client, user_id = interaction.client, interaction.user.id
    if source is None:
        return {}
    if source == "my settings":
        (own,) = await client.desk.preferences.of(preferences.person(user_id))
        if not own.choices:
            raise Refused(words.NO_SETTINGS)
        return own.choices
    job = await client.jobs.newest(user_id)
    if job is None:
        raise Refused(words.NO_PICTURE)
    return manner(specs.read(job.spec), client.desk.profile, prompt=with_prompt, seed=with_prompt)


def _held(preset: Preset) -> str:
    return plain(choices_line(preset.choices))
