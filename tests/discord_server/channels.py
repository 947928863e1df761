"""Channels: of a guild, or between the bot and one person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.discord_server.people import Person
from tests.discord_server.permissions import EVERYTHING, Overwrite, Permission, resolve
from tests.discord_server.watching import Watched

if TYPE_CHECKING:
    from tests.discord_server.guilds import Guild, Role
    from tests.discord_server.messages import Message
    from tests.discord_server.server import DiscordServer

TEXT, DIRECT, PUBLIC_THREAD = 0, 1, 11
_DAY = 24 * 60  # minutes, as Discord counts what is archived by itself


class Channel(Watched):
    """A place where messages are.

    `messages` maps ids to messages in the order in which they were made, those that only one person sees among them;
    `seen_by` tells what a given person sees. Deleted ones leave it. `sending` is the permission to post.
    """

    sending = Permission.SEND_MESSAGES

    def __init__(
        self,
        server: DiscordServer,
        *,
        name: str = "",
        guild: Guild | None = None,
        person: Person | None = None,
        age_restricted: bool = False,
    ) -> None:
        super().__init__()
        self.server = server
        self.id = server.snowflake()
        self.name = name
        self.guild = guild
        self.person = person
        self.age_restricted = age_restricted
        self.threads: list[Thread] = []
        self.deleted = False
        self.messages: dict[int, Message] = {}
        self._overwrites: dict[int, Overwrite] = {}

    def __repr__(self) -> str:
        return f"<Channel {self.name or self.person!r} of {len(self.messages)} messages>"

    def account(self) -> str:
        return "\n".join([f"In {self!r}:", *(message.account() for message in self.messages.values())])

    # What a test may do with it.

    def allow(self, who: Person | Role, permissions: Permission) -> None:
        """Let a member or a role do something here, whatever their roles say."""
        overwrite = self._overwrite(who)
        overwrite.allow |= permissions
        overwrite.deny &= ~permissions
        self._updated()

    def deny(self, who: Person | Role, permissions: Permission) -> None:
        """Forbid a member or a role something here."""
        overwrite = self._overwrite(who)
        overwrite.deny |= permissions
        overwrite.allow &= ~permissions
        self._updated()

    def restrict_age(self, restricted: bool = True) -> None:
        """Set or lift the mark for adult content."""
        self.age_restricted = restricted
        self._updated()

    def add_thread(self, name: str = "a thread") -> Thread:
        """Begin a public thread."""
        thread = Thread(self, name)
        self.threads.append(thread)
        self.server.channels[thread.id] = thread
        self.server.gateway.dispatch("THREAD_CREATE", thread.payload(), guild=self.guild)
        return thread

    def delete(self) -> None:
        """Delete the channel and all in it."""
        for thread in self.threads:
            self.server.channels.pop(thread.id, None)
            thread.deleted = True
            thread.changed()
        self.deleted = True
        self.server.channels.pop(self.id, None)
        self.server.gateway.dispatch("CHANNEL_DELETE", self.payload(), guild=self.guild)
        if self.guild:
            self.guild.channels.pop(self.id, None)
        self.changed()

    async def message_when(self, look: Callable[[Message], object] = bool, *, within: float = 10.0) -> Message:
        """The newest message here, public or not, for which `look` says yes; waits for it."""

        def newest() -> Message | None:
            return next((message for message in reversed(self.messages.values()) if look(message)), None)

        return await self.until(newest, what="a message in the channel", within=within)

    def seen_by(self, person: Person) -> list[Message]:
        """The messages here that this person sees, oldest first."""
        return [message for message in self.messages.values() if message.seen_by(person)]

    # What the server asks of it.

    def permissions_of(self, person: Person) -> int:
        """What a person may do here: a bit set."""
        if self.guild is None:
            return EVERYTHING if person in (self.person, self.server.bot) else 0
        membership = self.guild.members.get(person.id)
        if membership is None:
            return 0
        if person is self.guild.owner:
            return EVERYTHING
        nothing = Overwrite(is_member=False)
        return resolve(
            self._overwrites.get(self.guild.id, nothing),
            [self._overwrites[role.id] for role in membership.roles if role.id in self._overwrites],
            self._overwrites.get(person.id, nothing),
            self.guild.permissions_of(person),
        )

    def payload(self) -> dict[str, Any]:
        """The channel as Discord's API shows it to the bot."""
        common = {"id": str(self.id), "last_message_id": str(max(self.messages)) if self.messages else None, "flags": 0}
        if self.guild is None:
            recipients = [self.person.payload()] if self.person else []
            return common | {"type": DIRECT, "recipients": recipients}
        return common | {
            "type": TEXT,
            "name": self.name,
            "guild_id": str(self.guild.id),
            "position": 0,
            "nsfw": self.age_restricted,
            "parent_id": None,
            "topic": None,
            "rate_limit_per_user": 0,
            "permission_overwrites": [
                {"id": str(id), "type": int(each.is_member), "allow": str(int(each.allow)), "deny": str(int(each.deny))}
                for id, each in self._overwrites.items()
            ],
        }

    def _overwrite(self, who: Person | Role) -> Overwrite:
        return self._overwrites.setdefault(who.id, Overwrite(is_member=isinstance(who, Person)))

    def _updated(self) -> None:
        self.server.gateway.dispatch("CHANNEL_UPDATE", self.payload(), guild=self.guild)


class Thread(Channel):
    """A public thread of a text channel, whose permissions and mark are that channel's: it has none of its own."""

    sending = Permission.SEND_MESSAGES_IN_THREADS

    def __init__(self, parent: Channel, name: str) -> None:
        super().__init__(parent.server, name=name, guild=parent.guild)
        self.parent = parent
        self.begun_at = self.server.clock.stamp()

    @property
    def age_restricted(self) -> bool:
        return self.parent.age_restricted

    @age_restricted.setter
    def age_restricted(self, restricted: bool) -> None:
        if restricted:
            raise TypeError("A thread has no mark of its own.")

    def delete(self) -> None:
        """Delete the thread and all in it."""
        self.deleted = True
        self.parent.threads.remove(self)
        self.server.channels.pop(self.id, None)
        gone = {"id": str(self.id), "parent_id": str(self.parent.id), "type": PUBLIC_THREAD}
        guild_id = {"guild_id": str(self.guild.id)} if self.guild else {}
        self.server.gateway.dispatch("THREAD_DELETE", gone | guild_id, guild=self.guild)
        self.changed()

    def permissions_of(self, person: Person) -> int:
        """What a person may do here: what they may do in its channel."""
        return self.parent.permissions_of(person)

    def payload(self) -> dict[str, Any]:
        """The thread as Discord's API shows it to the bot: without a mark."""
        return {
            "id": str(self.id),
            "type": PUBLIC_THREAD,
            "guild_id": str(self.guild.id) if self.guild else None,
            "parent_id": str(self.parent.id),
            "owner_id": str(self.guild.owner.id) if self.guild else None,
            "name": self.name,
            "last_message_id": str(max(self.messages)) if self.messages else None,
            "message_count": len(self.messages),
            "total_message_sent": len(self.messages),
            "member_count": 1,
            "rate_limit_per_user": 0,
            "flags": 0,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": _DAY,
                "archive_timestamp": self.begun_at,
                "locked": False,
                "create_timestamp": self.begun_at,
            },
        }
