"""``/filter``: the server's word lists, and a dry run that shows which entry hits."""

import asyncio
from typing import Literal

import discord
from discord import app_commands
from discord.app_commands import Range

from bot import configuring, list_pages
from bot.answering import whisper
from bot.client import Client
from bot.errors import Refused
from bot.moderation.circumstances import Place
from bot.presenting import plain, shortened
from bot.words import filter as words
from generation.errors import InvalidChoice
from storage.moderation.records import EVERYWHERE, LONGEST_ENTRY, ListKind

_LONGEST_FILE = 128 * 1024
_MOST_HITS = 20
_Kind = Literal["block", "allow"]
_Entry = Range[str, 1, LONGEST_ENTRY]

filter_group = app_commands.Group(
    name="filter",
    description="Words this server does not want in prompts; for moderators",
    guild_only=True,
    default_permissions=discord.Permissions(manage_messages=True),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


@filter_group.command(name="test", description="Which entries hit a text, and why; nothing is drawn or written down")
@app_commands.describe(text="A prompt, as somebody might write it", channel="Where; left out, here")
async def dry_run(
    interaction: discord.Interaction[Client],
    text: Range[str, 1, 6000],
    channel: discord.TextChannel | None = None,
) -> None:
    """Say what hits."""
    server_id = configuring.server_id(interaction)
    rules = await interaction.client.oversight.rulebook.of(server_id)
    where = Place(server_id=server_id, channel_id=interaction.channel_id or 0 if channel is None else channel.id)
    hits = await asyncio.to_thread(lambda: [hit for each in rules.filters_in(where) for hit in each.find_all(text)])
    if not hits:
        return await whisper(interaction, words.NO_HIT)
    lines = [f"- {words.hit(plain(hit.entry), hit.how)}" for hit in dict.fromkeys(hits)]
    await whisper(interaction, "\n".join([words.TESTED, *lines[:_MOST_HITS], *(["- …"] if lines[_MOST_HITS:] else [])]))


@filter_group.command(name="add", description="Put an entry on a list: word, word*, *word, a phrase, a && b")
@app_commands.rename(kind="list")
@app_commands.describe(entry="The entry", kind="Which list; block if left out", channel="Only in this channel")
async def add(
    interaction: discord.Interaction[Client],
    entry: _Entry,
    kind: _Kind = "block",
    channel: discord.TextChannel | None = None,
) -> None:
    """Add one entry."""
    if not configuring.is_entry(entry):
        raise InvalidChoice("entry", words.SAYS_NOTHING)
    new, _, _ = await configuring.add_entries(interaction, ListKind(kind), [entry], channel_id=_where(channel))
    await whisper(interaction, words.added(plain(entry), kind) if new else words.there_already(plain(entry), kind))


@filter_group.command(name="remove", description="Take an entry off a list")
@app_commands.rename(kind="list")
@app_commands.describe(entry="The entry", kind="Which list; block if left out", channel="That of this channel only")
async def remove(
    interaction: discord.Interaction[Client],
    entry: _Entry,
    kind: _Kind = "block",
    channel: discord.TextChannel | None = None,
) -> None:
    """Remove one entry."""
    removed = await interaction.client.oversight.rulebook.remove(
        configuring.server_id(interaction), ListKind(kind), entry, by=interaction.user.id, channel_id=_where(channel)
    )
    if not removed:
        raise Refused(words.NOT_LISTED)
    await whisper(interaction, words.removed(plain(entry), kind))


@remove.autocomplete("entry")
async def suggest(interaction: discord.Interaction[Client], typed: str) -> list[app_commands.Choice[str]]:
    """The entries that hold what was typed."""
    entries = await interaction.client.oversight.rulebook.entries(configuring.server_id(interaction))
    found = dict.fromkeys(entry.text for entry in entries if typed.strip().casefold() in entry.text.casefold())
    return [app_commands.Choice(name=shortened(text, 100), value=text) for text in list(found)[:25]]


@filter_group.command(name="list", description="All entries of a list")
@app_commands.rename(kind="list")
@app_commands.describe(kind="Which list; block if left out")
async def list_(interaction: discord.Interaction[Client], kind: _Kind = "block") -> None:
    """Show the first page."""
    await list_pages.show_list(interaction, ListKind(kind))


@filter_group.command(name="import", description="Put many entries on a list at once")
@app_commands.rename(kind="list")
@app_commands.describe(
    file="A text file with an entry a line; lines that begin with # are left out",
    entries="Entries with commas between them",
    kind="Which list; block if left out",
    channel="Only in this channel",
)
async def import_(
    interaction: discord.Interaction[Client],
    file: discord.Attachment | None = None,
    entries: Range[str, 1, 4000] | None = None,
    kind: _Kind = "block",
    channel: discord.TextChannel | None = None,
) -> None:
    """Add all that can be an entry, and say what became of the rest."""
    texts = [] if entries is None else entries.split(",")
    if file is not None:
        texts += _lines(await configuring.content(file, most=_LONGEST_FILE, too_long=words.FILE_TOO_LONG))
    if not any(text.strip() for text in texts):
        raise Refused(words.NOTHING_TO_IMPORT)
    told = await configuring.add_entries(interaction, ListKind(kind), texts, channel_id=_where(channel))
    await whisper(interaction, words.imported(*told))


def _lines(content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidChoice("file", words.NO_TEXT) from None
    return [line for line in text.splitlines() if not line.startswith("#")]


def _where(channel: discord.TextChannel | None) -> int:
    return EVERYWHERE if channel is None else channel.id
