"""What ``/config`` and ``/filter`` do beyond handing over: files, AutoMod's rules, default choices, and their lines."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import discord

from bot import preferences
from bot.circumstances import place_of
from bot.errors import Refused
from bot.moderation import decisions
from bot.moderation.entries import parse_entry
from bot.presenting import plain
from bot.words import config as words
from bot.words import filter as filter_words
from generation.errors import InvalidChoice
from storage.errors import TooMany
from storage.moderation.log import Line
from storage.moderation.records import LONGEST_ENTRY, MOST_ENTRIES, ListKind, ServerConfiguration
from storage.records import Choice, Scope, ScopeKind

if TYPE_CHECKING:
    from bot.client import Client


def server_id(interaction: discord.Interaction["Client"]) -> int:
    """The server of an interaction; raise Refused in direct messages."""
    return place_of(interaction)[0]


def guild(interaction: discord.Interaction["Client"]) -> discord.Guild:
    """The server of an interaction, with its channels and roles."""
    server_id(interaction)
    assert interaction.guild is not None
    return interaction.guild


def given(**chosen: Any) -> dict[str, Any]:
    """Those that were chosen; raise Refused where none was."""
    changes = {name: value for name, value in chosen.items() if value is not None}
    if not changes:
        raise Refused(words.NOTHING_GIVEN)
    return changes


def decided(changes: Mapping[str, Any]) -> str:
    """Say what was just decided."""
    return "\n".join([words.DECIDED, *(_line(name, value) for name, value in changes.items())])


def lines(configuration: ServerConfiguration) -> Iterator[str]:
    """Every decision of a server in a line of its own."""
    yield from _lines(configuration, decisions.SERVER)
    for channel_id, channel in configuration.channels.items():
        yield from (f"{line} (<#{channel_id}>)" for line in _lines(channel, decisions.CHANNEL))
    for role_id, role in configuration.roles.items():
        yield from (f"{line} (<@&{role_id}>)" for line in _lines(role, decisions.ROLE))


async def content(file: discord.Attachment, *, most: int, too_long: str) -> bytes:
    """The bytes of a small file that somebody gave; raise InvalidChoice for one of more than ``most``."""
    if file.size > most:
        raise InvalidChoice("file", too_long)
    return await file.read()


async def add_entries(
    interaction: discord.Interaction["Client"], kind: ListKind, texts: list[str], *, channel_id: int
) -> tuple[int, int, int]:
    """Add to a list what an entry can be; return how many are new, were there already, and were left out."""
    fit = list(dict.fromkeys(" ".join(text.split()) for text in texts if is_entry(text)))
    rulebook, by = interaction.client.oversight.rulebook, interaction.user.id
    try:
        added = await rulebook.add(server_id(interaction), kind, fit, by=by, channel_id=channel_id)
    except TooMany:
        raise InvalidChoice("entry", filter_words.full(MOST_ENTRIES)) from None
    return len(added), len(fit) - len(added), sum(bool(text.strip()) and not is_entry(text) for text in texts)


def is_entry(text: str) -> bool:
    """Whether a text is short enough for an entry and would find something."""
    return len(" ".join(text.split())) <= LONGEST_ENTRY and parse_entry(text) is not None


async def take_over_automod(interaction: discord.Interaction["Client"]) -> tuple[int, int, int]:
    """Add the words of AutoMod's keyword rules to the lists; return the new ones, blocked and allowed, and those unfit.

    Raises Refused where the bot may not read them, or there are none.
    """
    try:
        rules = await guild(interaction).fetch_automod_rules()
    except discord.Forbidden:
        raise Refused(words.NO_PERMISSION_FOR_AUTOMOD) from None
    keyword = [rule.trigger for rule in rules if rule.enabled and rule.trigger.type.name == "keyword"]
    if not keyword:
        raise Refused(words.NO_AUTOMOD)
    found = {
        ListKind.BLOCK: [word for trigger in keyword for word in trigger.keyword_filter],
        ListKind.ALLOW: [word for trigger in keyword for word in trigger.allow_list],
    }
    told = [await add_entries(interaction, kind, texts, channel_id=0) for kind, texts in found.items()]
    patterns = sum(len(trigger.regex_patterns) for trigger in keyword)
    return told[0][0], told[1][0], patterns + sum(left_out for _, _, left_out in told)


async def keep_defaults(
    interaction: discord.Interaction["Client"],
    channel: discord.TextChannel | None,
    changes: Mapping[str, Choice | None],
) -> None:
    """Keep choices for the server or one of its channels; the log names them without saying what they are."""
    await interaction.client.desk.preferences.choose(_scope(interaction, channel), changes)
    await _log(interaction, channel, sorted(name for name, value in changes.items() if value is not None))


async def forget_defaults(interaction: discord.Interaction["Client"], channel: discord.TextChannel | None) -> None:
    """Take the choices of the server, or of one of its channels, back."""
    await interaction.client.desk.preferences.forget(_scope(interaction, channel))
    await _log(interaction, channel, [])


async def _log(
    interaction: discord.Interaction["Client"], channel: discord.TextChannel | None, names: list[str]
) -> None:
    detail = {"defaults": names} | ({} if channel is None else {"channel": channel.id})
    line = Line(server_id=server_id(interaction), decision="configured", actor=interaction.user.id, detail=detail)
    await interaction.client.log.add(line)


def _scope(interaction: discord.Interaction["Client"], channel: discord.TextChannel | None) -> Scope:
    if channel is None:
        return preferences.server(server_id(interaction))
    return Scope(ScopeKind.CHANNEL, channel.id)


def _lines(held: object, known: Mapping[str, object]) -> Iterator[str]:
    for name in known:
        if (value := getattr(held, name)) is not None:
            yield _line(name, value)


def _line(name: str, value: Any) -> str:
    if name == "moderators_channel":
        shown = f"<#{value}>"
    elif isinstance(value, bool):
        shown = "yes" if value else "no"
    else:
        shown = plain(f"{value:g}" if isinstance(value, float) else str(value))
    return f"- {words.ABOUT[name]}: {shown}"
