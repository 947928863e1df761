"""The commands that the bot has registered, and where they are offered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.discord_server.kinds import CommandKind
from tests.discord_server.permissions import Permission
from tests.discord_server.refusals import NotOffered, unknown_command
from tests.discord_server.validation.commands import check_command, check_commands
from tests.discord_server.validation.form import Form

if TYPE_CHECKING:
    from tests.discord_server.channels import Channel
    from tests.discord_server.people import Person
    from tests.discord_server.server import DiscordServer

_GUILD, _BOT_DM = 0, 1


class Commands:
    """All registered commands, global (guild None) and of single guilds, as Discord stores them."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._by_guild: dict[int | None, list[dict[str, Any]]] = {}
        self.syncs = 0

    def of(self, guild_id: int | None) -> list[dict[str, Any]]:
        """Those registered for a guild, or the global ones; not those that a guild shows besides its own."""
        return self._by_guild.get(guild_id, [])

    def replace(self, guild_id: int | None, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Register these in the place of all others; those whose name stays keep their id."""
        form = Form()
        check_commands(form, commands)
        form.refuse_if_wrong()
        before = {(each["type"], each["name"]): each["id"] for each in self.of(guild_id)}
        self._by_guild[guild_id] = [self._stored(guild_id, command, before) for command in commands]
        self.syncs += 1
        self._server.changed()
        return self._by_guild[guild_id]

    def upsert(self, guild_id: int | None, command: dict[str, Any]) -> dict[str, Any]:
        """Register one command, over another of the same name and type if there is one."""
        form = Form()
        check_command(form, command)
        form.refuse_if_wrong()
        before = {(each["type"], each["name"]): each["id"] for each in self.of(guild_id)}
        stored = self._stored(guild_id, command, before)
        others = [each for each in self.of(guild_id) if each["id"] != stored["id"]]
        self._by_guild[guild_id] = [*others, stored]
        return stored

    def remove(self, guild_id: int | None, id: str) -> None:
        """Take one command away; Refusal 10063 if there is none of that id."""
        kept = [each for each in self.of(guild_id) if each["id"] != id]
        if len(kept) == len(self.of(guild_id)):
            raise unknown_command()
        self._by_guild[guild_id] = kept

    def offered(self, person: Person, channel: Channel, kind: int = CommandKind.CHAT_INPUT) -> list[dict[str, Any]]:
        """The commands of a kind that Discord's client shows to this person in this channel."""
        candidates = [*self.of(channel.guild.id if channel.guild else None)]
        if channel.guild:
            candidates += self.of(None)
        return [each for each in candidates if each["type"] == kind and not _why_not(each, person, channel)]

    def find(self, name: str, person: Person, channel: Channel, kind: int = CommandKind.CHAT_INPUT) -> dict[str, Any]:
        """The command of that name; NotOffered says why the person has no such command there."""
        candidates = [*self.of(channel.guild.id if channel.guild else None)]
        if channel.guild:
            candidates += self.of(None)
        command = next((each for each in candidates if each["type"] == kind and each["name"] == name), None)
        if command is None:
            raise NotOffered(f"There is no command {name!r} in {channel!r}; there are {_names(candidates)}.")
        if reason := _why_not(command, person, channel):
            raise NotOffered(f"{name!r} is not offered to {person.name} in {channel!r}: {reason}.")
        return command

    def _stored(self, guild_id: int | None, command: dict[str, Any], ids: dict[tuple[int, str], str]) -> dict[str, Any]:
        kind = command.get("type", CommandKind.CHAT_INPUT)
        stored = {
            "description": "",
            "default_member_permissions": None,
            "nsfw": False,
            "contexts": None,
            "integration_types": [0],
            **{key: value for key, value in command.items() if value is not None},
            "id": ids.get((kind, command["name"])) or str(self._server.snowflake()),
            "application_id": str(self._server.application_id),
            "type": kind,
            "version": str(self._server.snowflake()),
        }
        if stored["default_member_permissions"] is not None:
            stored["default_member_permissions"] = str(stored["default_member_permissions"])
        return stored | ({"guild_id": str(guild_id)} if guild_id is not None else {})


def _names(commands: Iterable[dict[str, Any]]) -> str:
    return ", ".join(sorted(each["name"] for each in commands)) or "none"


def _why_not(command: dict[str, Any], person: Person, channel: Channel) -> str | None:
    """Why a person is not offered a command in a channel, or None."""
    permissions = channel.permissions_of(person)
    if channel.guild is None:
        contexts = command["contexts"]
        offered = command.get("dm_permission", True) if contexts is None else _BOT_DM in contexts
        return None if offered else "it is for guilds only"
    if command["contexts"] is not None and _GUILD not in command["contexts"]:
        return "it is for direct messages only"
    if not channel.guild.has_bot:
        return "the bot is not in the guild"
    if not permissions & Permission.VIEW_CHANNEL:
        return "the channel is hidden"
    if not permissions & Permission.USE_APPLICATION_COMMANDS:
        return "commands are forbidden here"
    needed = command["default_member_permissions"]
    if needed is not None and not _has(permissions, int(needed)):
        return "permissions are missing"
    if command["nsfw"] and not channel.age_restricted:
        return "the channel is not age-restricted"
    return None


def _has(permissions: int, needed: int) -> bool:
    """Discord shows a command whose needed permissions are zero to administrators only."""
    if permissions & Permission.ADMINISTRATOR:
        return True
    return needed != 0 and permissions & needed == needed
