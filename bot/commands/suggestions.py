"""What an option suggests while it is typed: regions, presets, sizes, samplers, the guidance scale's ``auto``."""

import re

import discord
from discord import app_commands

from bot import presenting
from bot.client import Client
from bot.presets import NONE, Asker, Entry
from bot.words import presets as words
from bot.words import regions as region_words
from generation.errors import InvalidChoice
from generation.prompt.regions import parse_regions
from generation.samplers.names import NAMES

_MOST = 25
_SIDE = re.compile(r"[0-9]{2,4}", re.ASCII)
_LONGEST = 100

Suggestions = list[app_commands.Choice[str]]


async def presets(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """One's own presets, the server's, those shown in it, and those that everybody has, with what they set."""
    found = await interaction.client.shelf.entries(await Asker.of(interaction), typed, limit=_MOST)
    return [_preset(entry) for entry in found]


async def presets_or_none(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """The same, and the word for none of them."""
    found = [each for each in await presets(interaction, typed) if each.value != NONE]
    none = _choice(f"{NONE}: {words.NONE_IN_USE}", NONE)
    return [*([none] if _fits(NONE, typed) else []), *found][:_MOST]


async def changeable_presets(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """The presets that whoever asks may change, with what they set."""
    found = await interaction.client.shelf.changeable(await Asker.of(interaction), typed, limit=_MOST)
    return [_preset(entry) for entry in found]


async def sizes(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """The profile's named sizes; any other may be typed out, and a number alone is that of a square."""
    named = interaction.client.desk.profile.sizes
    found = {name: f"{name}, {width}x{height}" for name, (width, height) in named.items()}
    fitting = [_choice(label, name) for name, label in found.items() if _fits(label, typed)]
    return [*_square(typed.strip()), *fitting][:_MOST]


async def samplers(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """The samplers offered."""
    return [_choice(name, name) for name in NAMES if _fits(name, typed)][:_MOST]


async def guidance(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """``auto``, and a few usual numbers."""
    return [_choice(each, each) for each in ("auto", "4", "6", "8", "12", "18") if _fits(each, typed)]


async def regions(interaction: discord.Interaction[Client], typed: str) -> Suggestions:
    """Ways to lay the parts out, while nothing is typed; then how what is typed will be read, or why it will not be."""
    if not typed.strip():
        return [_choice(label, layout) for layout, label in region_words.LAYOUTS.items()]
    if len(typed) > _LONGEST:
        return []
    try:
        read = parse_regions(typed)
    except InvalidChoice as fault:
        return [_choice(str(fault), typed)]
    return [_choice(region_words.reading(len(read.columns), len(read.rows), [part.text for part in read.parts]), typed)]


def _square(typed: str) -> Suggestions:
    """The square with about that side; sides are multiples of 8."""
    if not _SIDE.fullmatch(typed):
        return []
    side = max(8, 8 * round(int(typed) / 8))
    return [_choice(f"{side}x{side}", f"{side}x{side}")]


def _fits(name: str, typed: str) -> bool:
    return typed.strip().casefold() in name.casefold()


def _preset(entry: Entry) -> app_commands.Choice[str]:
    return _choice(f"{entry.name}: {entry.held}", entry.name)


def _choice(label: str, value: str) -> app_commands.Choice[str]:
    return app_commands.Choice(name=presenting.shortened(label, _LONGEST), value=value[:_LONGEST])
