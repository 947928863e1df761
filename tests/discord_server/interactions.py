"""Interactions: what a person did, and all that the bot answered."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.discord_server.kinds import Answer, Kind
from tests.discord_server.messages import Message
from tests.discord_server.watching import Watched

if TYPE_CHECKING:
    from tests.discord_server.channels import Channel
    from tests.discord_server.people import Person
    from tests.discord_server.requests import Request
    from tests.discord_server.server import DiscordServer


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of an autocompletion."""

    name: str
    value: str | int | float


@dataclass(frozen=True, slots=True, eq=False)
class Modal:
    """A form that the bot showed in answer to an interaction."""

    interaction: Interaction
    custom_id: str
    title: str
    components: list[dict[str, Any]]


class Interaction(Watched):
    """One interaction.

    `answer` is how it was acknowledged (None: not yet), `original` the message of that answer (for a button whose
    message was edited, that message), `followups` the further ones, `modal` and `choices` the other kinds of answer.
    `delivered` is false if no gateway session was there to be told of it.
    """

    def __init__(
        self,
        server: DiscordServer,
        kind: Kind,
        person: Person,
        channel: Channel,
        data: dict[str, Any],
        *,
        message: Message | None = None,
        opened_by: Interaction | None = None,
    ) -> None:
        super().__init__()
        self.server = server
        self.id = server.snowflake()
        self.type = kind
        self.person = person
        self.channel = channel
        self.guild = channel.guild
        self.data = data
        self.message = message
        self.opened_by = opened_by
        self.token = base64.urlsafe_b64encode(f"interaction:{self.id}:{secrets.token_urlsafe(96)}".encode()).decode()
        self.made_at = server.clock.now()
        self.expired = False
        self.delivered = False
        self.answer: Answer | None = None
        self.answered_after: float | None = None
        self.original: Message | None = None
        self.followups: list[Message] = []
        self.modal: Modal | None = None
        self.choices: list[Choice] | None = None

    def __repr__(self) -> str:
        what = self.data.get("name") or self.data.get("custom_id")
        answer = self.answer.name if self.answer else "not acknowledged"
        return f"<Interaction {self.type.name} {what!r} by {self.person.name}, {answer}>"

    def account(self) -> str:
        refused = [f"  {each.status} ({each.code}) {each.method}" for each in self.refused]
        told = "The bot was told" if self.delivered else "The bot was not connected"
        first = f"{self!r}. {told}; {len(refused)} of its requests were refused."
        return "\n".join([first, *refused, *(message.account() for message in self.messages)])

    @property
    def messages(self) -> list[Message]:
        """The messages of the bot's answers, oldest first."""
        return [*([self.original] if self.original else []), *self.followups]

    @property
    def refused(self) -> list[Request]:
        """The requests with this interaction's token that were not answered with success."""
        return [each for each in self.server.requests if self.token in each.path and not 200 <= each.status < 300]

    @property
    def too_late(self) -> bool:
        """Whether it can no longer be acknowledged."""
        return self.expired or self.server.clock.now() - self.made_at > self.server.acknowledge_within

    @property
    def token_dead(self) -> bool:
        """Whether its token can no longer be used."""
        return self.expired or self.server.clock.now() - self.made_at > self.server.token_lifetime

    async def acknowledged(self, *, within: float = 10.0) -> Answer:
        """How it was acknowledged, as soon as it is."""
        return await self.until(lambda: self.answer, what="an acknowledgement", within=within)

    async def message_when(self, look: Callable[[Message], object] | None = None, *, within: float = 10.0) -> Message:
        """The newest message of its answers for which `look` says yes; without `look`, the first that says anything."""
        look = look or (lambda message: not message.loading)

        def newest() -> Message | None:
            return next((message for message in reversed(self.messages) if look(message)), None)

        return await self.until(newest, what="a message in answer", within=within)

    async def modal_shown(self, *, within: float = 10.0) -> Modal:
        """The form that it was answered with."""
        return await self.until(lambda: self.modal, what="a modal", within=within)

    def metadata(self) -> dict[str, Any]:
        """What a message says of the interaction that it came from."""
        metadata: dict[str, Any] = {
            "id": str(self.id),
            "type": int(self.type),
            "user": self.person.payload(),
            "authorizing_integration_owners": self._owners(),
        }
        if self.type == Kind.COMPONENT and self.message:
            metadata["interacted_message_id"] = str(self.message.id)
        if self.type == Kind.MODAL and self.opened_by:
            metadata["triggering_interaction_metadata"] = self.opened_by.metadata()
        return metadata

    def payload(self) -> dict[str, Any]:
        """The interaction as INTERACTION_CREATE brings it."""
        permissions = self.channel.permissions_of(self.person)
        payload: dict[str, Any] = {
            "id": str(self.id),
            "application_id": str(self.server.application_id),
            "type": int(self.type),
            "token": self.token,
            "version": 1,
            "data": self.data,
            "channel_id": str(self.channel.id),
            "channel": self.channel.payload() | {"permissions": str(int(permissions))},
            "app_permissions": str(int(self.channel.permissions_of(self.server.bot))),
            "locale": self.person.locale,
            "entitlements": [],
            "authorizing_integration_owners": self._owners(),
            "context": 0 if self.guild else 1,
            "attachment_size_limit": self.server.filesize_limit_of(self.channel),
        }
        if self.message:
            payload["message"] = self.message.payload()
        if self.guild is None:
            return payload | {"user": self.person.payload()}
        return payload | {
            "guild_id": str(self.guild.id),
            "guild": {"id": str(self.guild.id), "locale": self.guild.locale, "features": []},
            "guild_locale": self.guild.locale,
            "member": self.guild.members[self.person.id].payload(permissions),
        }

    def _owners(self) -> dict[str, str]:
        return {"0": str(self.guild.id) if self.guild else "0"}
