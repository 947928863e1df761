"""Guilds, with their roles and members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.discord_server.channels import Channel
from tests.discord_server.people import Person
from tests.discord_server.permissions import EVERYTHING, ORDINARY, Permission

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer

_MEBIBYTE = 1024 * 1024
UPLOAD_LIMITS = (10 * _MEBIBYTE, 10 * _MEBIBYTE, 50 * _MEBIBYTE, 100 * _MEBIBYTE)  # bytes a file, by boost tier


@dataclass(slots=True, eq=False)
class Role:
    """A role of a guild."""

    id: int
    name: str
    permissions: int
    position: int

    def payload(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": self.position,
            "permissions": str(int(self.permissions)),
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }


@dataclass(slots=True, eq=False)
class Membership:
    """One person in one guild."""

    person: Person
    joined_at: str
    roles: list[Role] = field(default_factory=list)

    def payload(self, permissions: int | None = None) -> dict[str, Any]:
        """The member as Discord shows one; with permissions where it comes with an interaction."""
        payload: dict[str, Any] = {
            "user": self.person.payload(),
            "nick": None,
            "avatar": None,
            "roles": [str(role.id) for role in self.roles],
            "joined_at": self.joined_at,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
        }
        return payload if permissions is None else payload | {"permissions": str(int(permissions))}


class Guild:
    """A server in the sense of Discord's users. The bot is in it until `remove_bot`."""

    def __init__(self, server: DiscordServer, name: str, *, boost_tier: int = 0, locale: str = "en-US") -> None:
        self.server = server
        self.id = server.snowflake()
        self.name = name
        self.boost_tier = boost_tier
        self.locale = locale
        self.everyone = Role(self.id, "@everyone", ORDINARY, 0)
        self.roles: dict[int, Role] = {self.id: self.everyone}
        self.channels: dict[int, Channel] = {}
        self.members: dict[int, Membership] = {}
        self.automod_rules: list[dict[str, Any]] = []
        self.owner = self.add_member("owner")
        self._join(server.bot, ())

    def __repr__(self) -> str:
        return f"<Guild {self.name!r}>"

    @property
    def filesize_limit(self) -> int:
        """Bytes that one file may have here."""
        return UPLOAD_LIMITS[self.boost_tier]

    @property
    def has_bot(self) -> bool:
        return self.server.bot.id in self.members

    def add_channel(self, name: str = "pictures", *, age_restricted: bool = False) -> Channel:
        """Make a text channel."""
        channel = Channel(self.server, name=name, guild=self, age_restricted=age_restricted)
        self.channels[channel.id] = self.server.channels[channel.id] = channel
        self.server.gateway.dispatch("CHANNEL_CREATE", channel.payload(), guild=self)
        return channel

    def add_role(self, name: str, permissions: Permission = Permission(0)) -> Role:  # noqa: B008 - an immutable zero
        """Make a role that adds permissions to those of everyone."""
        role = Role(self.server.snowflake(), name, permissions, len(self.roles))
        self.roles[role.id] = role
        self.server.gateway.dispatch(
            "GUILD_ROLE_CREATE", {"guild_id": str(self.id), "role": role.payload()}, guild=self
        )
        return role

    def add_member(self, person: str | Person, *, roles: Iterable[Role] = (), locale: str = "en-US") -> Person:
        """Let a person join, by name a new one or one that exists already."""
        if isinstance(person, str):
            person = self.server.add_person(person, locale=locale)
        self._join(person, roles)
        return person

    def give_role(self, person: Person, role: Role) -> None:
        """Give a member a role."""
        membership = self.members[person.id]
        membership.roles.append(role)
        self.server.gateway.dispatch(
            "GUILD_MEMBER_UPDATE", membership.payload() | {"guild_id": str(self.id)}, guild=self, of=person
        )

    def remove_member(self, person: Person) -> None:
        """Let a member leave."""
        payload = {"guild_id": str(self.id), "user": person.payload()}
        self.server.gateway.dispatch("GUILD_MEMBER_REMOVE", payload, guild=self, of=person)
        del self.members[person.id]

    def remove_bot(self) -> None:
        """Throw the bot out."""
        self.server.gateway.dispatch("GUILD_DELETE", {"id": str(self.id)}, guild=self)
        self.members.pop(self.server.bot.id, None)

    def permissions_of(self, person: Person) -> int:
        """What a member may do in the guild, before a channel's overwrites: a bit set."""
        if person is self.owner:
            return EVERYTHING
        permissions = self.everyone.permissions
        for role in self.members[person.id].roles:
            permissions |= role.permissions
        return EVERYTHING if permissions & Permission.ADMINISTRATOR else permissions

    def payload(self) -> dict[str, Any]:
        """The guild as GUILD_CREATE brings it, without the members whom a bot without that intent is not shown."""
        bot = self.members.get(self.server.bot.id)
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner.id),
            "member_count": len(self.members),
            "premium_tier": self.boost_tier,
            "preferred_locale": self.locale,
            "unavailable": False,
            "large": False,
            "features": [],
            "nsfw_level": 0,
            "roles": [role.payload() for role in self.roles.values()],
            "channels": [channel.payload() for channel in self.channels.values()],
            "members": [bot.payload()] if bot else [],
            "emojis": [],
            "stickers": [],
            "threads": [thread.payload() for channel in self.channels.values() for thread in channel.threads],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
        }

    def _join(self, person: Person, roles: Iterable[Role]) -> None:
        self.members[person.id] = Membership(person, self.server.clock.stamp(), list(roles))
