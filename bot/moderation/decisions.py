"""What a server may decide, each decision with its type and bounds; and a whole configuration as a TOML file.

A file names what deviates and nothing else; ids stand in quotes, as keys of ``channels`` and ``roles`` do anyway.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import tomli_w

from bot.words import config as words
from generation.errors import InvalidChoice
from storage.moderation.records import ChannelConfiguration, ReviewMode, RoleConfiguration, ServerConfiguration

LONGEST_NEGATIVE = 1000
LONGEST_FILE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """What values a decision takes: of ``kind``, from ``low`` to ``high``, both included; for a text, its length."""

    kind: type
    low: float = 0
    high: float = 1


SERVER: Mapping[str, Bounds] = MappingProxyType(
    {
        "review": Bounds(ReviewMode),
        "explicit": Bounds(float),
        "suggestive": Bounds(float),
        "moderators_channel": Bounds(int, 1, 2**63 - 1),
        "age_restricted": Bounds(bool),
        "steps": Bounds(int, 1, 150),
        "side": Bounds(int, 64, 4096),
        "count": Bounds(int, 1, 4),
        "guidance": Bounds(float, 1, 100),
        "daily": Bounds(int, 0, 10_000),
        "cooldown": Bounds(int, 0, 86_400),
        "waiting": Bounds(int, 1, 100),
        "reporters": Bounds(int, 1, 100),
        "strikes": Bounds(int, 1, 100),
        "strike_days": Bounds(int, 1, 365),
        "brake": Bounds(bool),
        "negative": Bounds(str, 1, LONGEST_NEGATIVE),
    }
)
CHANNEL: Mapping[str, Bounds] = MappingProxyType({"answers": Bounds(bool), "negative": SERVER["negative"]})
ROLE: Mapping[str, Bounds] = MappingProxyType(
    {
        "draws": Bounds(bool),
        "moderates": Bounds(bool),
        "daily": SERVER["daily"],
        "cooldown": SERVER["cooldown"],
    }
)


def checked(name: str, value: object, bounds: Bounds) -> Any:
    """Return a value that may be decided on; raise InvalidChoice, in one sentence, for one that may not."""
    if bounds.kind is ReviewMode:
        if value not in list(ReviewMode):
            raise InvalidChoice(name, words.one_of(name, [str(mode) for mode in ReviewMode]))
        return ReviewMode(str(value))
    if bounds.kind is bool:
        if not isinstance(value, bool):
            raise InvalidChoice(name, words.yes_or_no(name))
        return value
    if bounds.kind is str:
        if not isinstance(value, str) or not bounds.low <= len(value.strip()) <= bounds.high or not value.isprintable():
            raise InvalidChoice(name, words.a_text(name, int(bounds.high)))
        return value.strip()
    whole = bounds.kind is int
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise InvalidChoice(name, words.a_number(name, bounds.low, bounds.high, whole=whole))
    if not bounds.low <= value <= bounds.high:
        raise InvalidChoice(name, words.a_number(name, bounds.low, bounds.high, whole=whole))
    return bounds.kind(value)


def written(configuration: ServerConfiguration) -> str:
    """Write a configuration as TOML."""
    table = _chosen(configuration, SERVER)
    if "moderators_channel" in table:
        table["moderators_channel"] = str(table["moderators_channel"])
    for name, known, held in (("channels", CHANNEL, configuration.channels), ("roles", ROLE, configuration.roles)):
        if held:
            table[name] = {str(id): _chosen(each, known) for id, each in sorted(held.items())}
    return f"{words.FILE_HEAD}\n{tomli_w.dumps(table)}"


def read(content: bytes, *, channels: Collection[int], roles: Collection[int]) -> ServerConfiguration:
    """Read a configuration from TOML; raise InvalidChoice, in one sentence, for the first thing that is wrong in it.

    ``channels`` and ``roles`` are those that the server has.
    """
    if len(content) > LONGEST_FILE:
        raise InvalidChoice("file", words.FILE_TOO_LONG)
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise InvalidChoice("file", words.no_toml(str(fault))) from None
    of_channels, of_roles = table.pop("channels", {}), table.pop("roles", {})
    if "moderators_channel" in table:
        table["moderators_channel"] = _id("moderators_channel", table["moderators_channel"], channels)
    return ServerConfiguration(
        **_read("", table, SERVER),
        channels={
            _id("channels", key, channels): ChannelConfiguration(**_read(f"channels.{key}.", held, CHANNEL))
            for key, held in _table("channels", of_channels).items()
        },
        roles={
            _id("roles", key, roles): RoleConfiguration(**_read(f"roles.{key}.", held, ROLE))
            for key, held in _table("roles", of_roles).items()
        },
    )


def _read(where: str, held: object, known: Mapping[str, Bounds]) -> dict[str, Any]:
    table = _table(where.rstrip("."), held)
    for name in table:
        if name not in known:
            raise InvalidChoice("file", words.unknown_name(f"{where}{name}", list(known)))
    return {name: checked(f"{where}{name}", value, known[name]) for name, value in table.items()}


def _table(name: str, held: object) -> dict[str, Any]:
    if not isinstance(held, dict):
        raise InvalidChoice("file", words.no_table(name))
    return held


def _id(name: str, written: object, known: Collection[int]) -> int:
    """An id, digit by digit: as a float it could be its neighbour's."""
    text = str(written) if isinstance(written, str | int) and not isinstance(written, bool) else ""
    if not (text.isascii() and text.isdecimal()) or int(text) not in known:
        raise InvalidChoice("file", words.not_of_this_server(name, text or str(written)))
    return int(text)


def _chosen(held: Any, known: Mapping[str, Bounds]) -> dict[str, Any]:
    values = {name: getattr(held, name) for name in known}
    return {name: str(v) if isinstance(v, ReviewMode) else v for name, v in values.items() if v is not None}
