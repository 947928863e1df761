"""Messages, with everything they have been."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.discord_server.attachments import Attachment, id_in, media_of
from tests.discord_server.kinds import SELECTS, Kind, Part
from tests.discord_server.watching import Watched

if TYPE_CHECKING:
    from tests.discord_server.channels import Channel
    from tests.discord_server.interactions import Interaction
    from tests.discord_server.people import Person
    from tests.discord_server.server import DiscordServer

SUPPRESS_EMBEDS, EPHEMERAL, LOADING, SILENT, COMPONENTS_V2 = 1 << 2, 1 << 6, 1 << 7, 1 << 12, 1 << 15
_ORDINARY, _REPLY, _COMMAND_ANSWER = 0, 19, 20
_READABLE = {"title", "description", "name", "value", "text", "content"}


@dataclass(frozen=True, slots=True)
class Version:
    """What a message was from one moment until its next edit."""

    at: float
    content: str = ""
    embeds: tuple[dict[str, Any], ...] = ()
    components: tuple[dict[str, Any], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    flags: int = 0
    mentions: tuple[Person, ...] = ()

    @property
    def text(self) -> str:
        """All that can be read in it, a line each: content, embeds, text displays, alt texts; not the controls."""
        return "\n".join(filter(None, [self.content, *_words(list(self.embeds)), *_words(list(self.components))]))

    @property
    def loading(self) -> bool:
        """It says "thinking…" and nothing else yet."""
        return bool(self.flags & LOADING)


class Message(Watched):
    """One message. What it is now can be read from it directly; `history` holds all versions, oldest first."""

    def __init__(
        self,
        channel: Channel,
        author: Person,
        version: Version,
        *,
        interaction: Interaction | None = None,
        nonce: str | None = None,
        reference: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.server: DiscordServer = channel.server
        self.id = self.server.snowflake()
        self.channel = channel
        self.author = author
        self.interaction = interaction
        self.nonce = nonce
        self.reference = reference
        self.deleted = False
        self.made_at = self.server.clock.stamp()
        self.history: list[Version] = [version]
        self._edited_at: str | None = None

    def __repr__(self) -> str:
        return f"<Message {self.id} by {self.author.name}{', ephemeral' if self.ephemeral else ''}>"

    def account(self) -> str:
        """Every version of it in a few lines."""
        lines = [f"{self!r}{' (deleted)' if self.deleted else ''}:"]
        for version in self.history:
            names = [attachment.filename for attachment in version.attachments]
            lines.append(f"  {version.text!r} flags={version.flags} attachments={names}")
        return "\n".join(lines)

    @property
    def now(self) -> Version:
        return self.history[-1]

    @property
    def content(self) -> str:
        return self.now.content

    @property
    def embeds(self) -> tuple[dict[str, Any], ...]:
        return self.now.embeds

    @property
    def components(self) -> tuple[dict[str, Any], ...]:
        return self.now.components

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """All its files, those shown inside embeds and components among them."""
        return self.now.attachments

    @property
    def flags(self) -> int:
        return self.now.flags

    @property
    def mentions(self) -> tuple[Person, ...]:
        """Those whom the message really notifies, after allowed_mentions."""
        return self.now.mentions

    @property
    def text(self) -> str:
        return self.now.text

    @property
    def loading(self) -> bool:
        return self.now.loading

    @property
    def ephemeral(self) -> bool:
        return bool(self.now.flags & EPHEMERAL)

    @property
    def labels(self) -> list[str]:
        """What is written on its buttons and selects that can be used now."""
        parts = (part for part in controls(list(self.components)) if not part.get("disabled"))
        return [part.get("label") or part.get("placeholder") or part.get("custom_id", "") for part in parts]

    def seen_by(self, person: Person) -> bool:
        """Whether this person sees it."""
        if self.deleted:
            return False
        if self.ephemeral:
            return self.interaction is not None and self.interaction.person is person
        return bool(self.channel.permissions_of(person))

    async def when(self, look: Callable[[Message], object], *, within: float = 10.0) -> Message:
        """This message as soon as `look` says yes."""
        return await self.until(lambda: self if look(self) else None, what=f"a change of {self!r}", within=within)

    def become(self, version: Version) -> None:
        """Take on a new version; tells all who wait, and the client unless only one person sees the message."""
        was_loading = self.loading
        self.history.append(version)
        if not was_loading:
            self._edited_at = self.server.clock.stamp()
        self.tell()
        if not self.ephemeral:
            self.server.gateway.dispatch("MESSAGE_UPDATE", self.event(), guild=self.channel.guild, about=self)

    def delete(self) -> None:
        """Delete it, as its author, a moderator or Discord would."""
        self.deleted = True
        self.channel.messages.pop(self.id, None)
        self.tell()
        if not self.ephemeral:
            payload = {"id": str(self.id), "channel_id": str(self.channel.id)}
            if self.channel.guild:
                payload["guild_id"] = str(self.channel.guild.id)
            self.server.gateway.dispatch("MESSAGE_DELETE", payload, guild=self.channel.guild, about=self)

    def tell(self) -> None:
        """Wake all who wait for this message, its channel or its interaction."""
        self.changed()
        self.channel.changed()
        if self.interaction:
            self.interaction.changed()

    def payload(self) -> dict[str, Any]:
        """The message as Discord's API shows it to the bot.

        Files that embeds or components show are not in the list of attachments: Discord leaves them out.
        """
        now = self.now
        # A copy by way of JSON, which is several times as quick as any other.
        embeds, components = json.loads(json.dumps([list(now.embeds), list(now.components)]))
        shown = {id for media in media_of([embeds, components]) if (id := id_in(media["url"]))}
        kind = _REPLY if self.reference else self._kind()
        payload: dict[str, Any] = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.payload(),
            "content": now.content,
            "timestamp": self.made_at,
            "edited_timestamp": self._edited_at,
            "tts": False,
            "mention_everyone": False,
            "mentions": [person.payload() for person in now.mentions],
            "mention_roles": [],
            "attachments": [each.payload(self.server) for each in now.attachments if each.id not in shown],
            "embeds": embeds,
            "components": components,
            "pinned": False,
            "type": kind,
            "flags": now.flags,
        }
        if self.nonce is not None:
            payload["nonce"] = self.nonce
        if self.reference:
            payload["message_reference"] = self.reference
        if self.interaction:
            payload["interaction_metadata"] = self.interaction.metadata()
            payload["webhook_id"] = payload["application_id"] = str(self.server.application_id)
        return payload

    def _kind(self) -> int:
        if self.interaction is None:
            return _ORDINARY
        return _COMMAND_ANSWER if self.interaction.type == Kind.COMMAND else _ORDINARY

    def event(self) -> dict[str, Any]:
        """The message as the gateway brings it."""
        return self.payload() | ({"guild_id": str(self.channel.guild.id)} if self.channel.guild else {})

    def hidden_from(self, bot: Person) -> bool:
        """Whether a bot without the intent for it gets the message without what is in it."""
        return self.author is not bot and bot not in self.mentions and self.channel.guild is not None


def without_content(payload: dict[str, Any]) -> dict[str, Any]:
    """A message as a bot sees it that has no leave to read messages."""
    return payload | {"content": "", "embeds": [], "attachments": [], "components": []}


def controls(tree: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every button and select in components, however deep."""
    for part in tree:
        if part["type"] in (Part.BUTTON, *SELECTS):
            yield part
        yield from controls(part.get("components", []))
        if "accessory" in part:
            yield from controls([part["accessory"]])


def _words(tree: Any) -> Iterator[str]:
    if isinstance(tree, list):
        for each in tree:
            yield from _words(each)
    elif isinstance(tree, dict) and tree.get("type") not in (Part.BUTTON, *SELECTS):
        for key, value in tree.items():
            if key in _READABLE and isinstance(value, str):
                yield value
            elif isinstance(value, list | dict):
                yield from _words(value)
