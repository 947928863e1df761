"""The values that a person gives to a command, checked as Discord's client checks them before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.discord_server.attachments import Upload, store
from tests.discord_server.channels import TEXT, Channel
from tests.discord_server.guilds import Role
from tests.discord_server.kinds import OptionKind
from tests.discord_server.people import Person
from tests.discord_server.refusals import NotOffered, OptionRefused

if TYPE_CHECKING:
    from tests.discord_server.messages import Message
    from tests.discord_server.server import DiscordServer

_LONGEST = 6000
_LARGEST = 2**53
_NESTS = (OptionKind.SUBCOMMAND, OptionKind.GROUP)
_TAKES = {
    OptionKind.STRING: str,
    OptionKind.INTEGER: int,
    OptionKind.BOOLEAN: bool,
    OptionKind.PERSON: Person,
    OptionKind.CHANNEL: Channel,
    OptionKind.ROLE: Role,
    OptionKind.MENTIONABLE: Person | Role,
    OptionKind.NUMBER: int | float,
    OptionKind.ATTACHMENT: Upload,
}


class Resolved:
    """The objects behind the ids that an interaction's data name."""

    def __init__(self, server: DiscordServer, channel: Channel) -> None:
        self._server = server
        self._channel = channel
        self._by_kind: dict[str, dict[str, Any]] = {}

    def payload(self) -> dict[str, Any]:
        return self._by_kind

    def person(self, person: Person) -> str:
        guild = self._channel.guild
        if guild and person.id in guild.members:
            member = guild.members[person.id].payload(self._channel.permissions_of(person))
            member.pop("user")
            self._put("members", person.id, member)
        return self._put("users", person.id, person.payload())

    def channel(self, channel: Channel, person: Person) -> str:
        permissions = str(int(channel.permissions_of(person)))
        return self._put("channels", channel.id, channel.payload() | {"permissions": permissions})

    def role(self, role: Role) -> str:
        return self._put("roles", role.id, role.payload())

    def message(self, message: Message) -> str:
        return self._put("messages", message.id, message.payload())

    def attachment(self, upload: Upload) -> str:
        limit = self._server.filesize_limit_of(self._channel)
        if len(upload.bytes) > limit:
            raise OptionRefused(f"{upload.filename} has {len(upload.bytes)} bytes, and {limit} are allowed here.")
        attachment = store(self._server, self._channel.id, upload, ephemeral=True)
        return self._put("attachments", attachment.id, attachment.payload(self._server))

    def _put(self, kind: str, id: int, payload: dict[str, Any]) -> str:
        self._by_kind.setdefault(kind, {})[str(id)] = payload
        return str(id)


def descend(command: Mapping[str, Any], path: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Follow the words after a command's name into its groups and subcommands.

    Returns the options' definitions there, and the chain of groups and subcommands passed through.
    """
    options, chain = list(command.get("options", [])), []
    for word in path:
        inner = next((each for each in options if each["name"] == word and each["type"] in _NESTS), None)
        if inner is None:
            raise NotOffered(f"/{command['name']} has no {word!r}; it has {[each['name'] for each in options]}.")
        chain.append(inner)
        options = list(inner.get("options", []))
    if any(each["type"] in _NESTS for each in options):
        raise NotOffered(f"/{command['name']} needs one of {[each['name'] for each in options]} after it.")
    return options, chain


def fill(
    definitions: list[dict[str, Any]], values: Mapping[str, Any], resolved: Resolved, person: Person
) -> list[dict[str, Any]]:
    """The options of an interaction; a value of None is an option left out.

    Raises OptionRefused for what Discord's client would not send.
    """
    given = {name: value for name, value in values.items() if value is not None}
    known = {each["name"]: each for each in definitions}
    for name in given:
        if name not in known:
            raise OptionRefused(f"There is no option {name!r}; there are {sorted(known)}.")
    for definition in definitions:
        if definition.get("required") and definition["name"] not in given:
            raise OptionRefused(f"The option {definition['name']!r} is required.")
    return [
        {"name": name, "type": known[name]["type"], "value": _value(known[name], value, resolved, person)}
        for name, value in given.items()
    ]


def nest(chain: list[dict[str, Any]], options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Wrap options into the groups and subcommands that lead to them."""
    for step in reversed(chain):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    return options


def _value(definition: dict[str, Any], value: Any, resolved: Resolved, person: Person) -> Any:
    if definition.get("choices"):
        return _chosen(definition, value)
    kind = OptionKind(definition["type"])
    is_stray_bool = isinstance(value, bool) and kind is not OptionKind.BOOLEAN  # to Python, a bool is an int too
    if is_stray_bool or not isinstance(value, _TAKES[kind]):
        raise OptionRefused(f"{definition['name']!r} takes {kind.name}, not {value!r}.")
    match value:
        case str():
            return _text(definition, value)
        case bool():
            return value
        case int() | float():
            return _number(definition, value)
        case Person():
            return resolved.person(value)
        case Role():
            return resolved.role(value)
        case Channel():
            if TEXT not in definition.get("channel_types", [TEXT]):
                raise OptionRefused(f"{definition['name']!r} does not take a text channel.")
            return resolved.channel(value, person)
        case Upload():
            return resolved.attachment(value)


def _chosen(definition: dict[str, Any], value: Any) -> Any:
    """People pick a choice by its name; tests may name its value as well."""
    for choice in definition["choices"]:
        if value == choice["name"] or (value == choice["value"] and type(value) is type(choice["value"])):
            return choice["value"]
    raise OptionRefused(
        f"{value!r} is no choice of {definition['name']!r}: {[choice['name'] for choice in definition['choices']]}."
    )


def _text(definition: dict[str, Any], value: str) -> str:
    least, most = definition.get("min_length", 0), definition.get("max_length", _LONGEST)
    if not value or not least <= len(value) <= most:
        raise OptionRefused(f"{definition['name']!r} takes {max(least, 1)} to {most} characters, not {len(value)}.")
    return value


def _number(definition: dict[str, Any], value: float) -> float:
    least, most = definition.get("min_value", -_LARGEST), definition.get("max_value", _LARGEST)
    if not least <= value <= most:
        raise OptionRefused(f"{definition['name']!r} takes {least} to {most}, not {value}.")
    return value
