"""People, and what they do: commands, buttons, forms, messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.discord_server.attachments import Upload
    from tests.discord_server.channels import Channel
    from tests.discord_server.interactions import Choice, Interaction, Modal
    from tests.discord_server.messages import Message
    from tests.discord_server.server import DiscordServer


class Person:
    """An account, ``age`` seconds old. What it does is refused (ClientRefuses) where Discord's client would do so."""

    def __init__(
        self, server: DiscordServer, name: str, *, locale: str = "en-US", bot: bool = False, age: float = 0.0
    ) -> None:
        self.server = server
        self.id = server.snowflake(ago=age)
        self.name = name
        self.locale = locale
        self.bot = bot
        self.closed_to_messages = False

    def __repr__(self) -> str:
        return f"<Person {self.name!r}>"

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    @property
    def direct(self) -> Channel:
        """The channel between this person and the bot."""
        return self.server.direct_channel(self)

    def payload(self) -> dict[str, Any]:
        """The user as Discord's API shows it."""
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name.capitalize(),
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }

    async def uses(
        self, command: str, *, channel: Channel, options: Mapping[str, Any] | None = None, **named: Any
    ) -> Interaction:
        """Use a slash command: `ann.uses("/preset save", channel=pictures, name="dusk")`.

        Options are named arguments, or a mapping where a name would clash. Values are text, numbers, Person, Channel,
        Role and Upload; for an option with choices the name or the value of one.
        """
        return self.server.invoking.command(self, command, channel, {**(options or {}), **named})

    async def autocompletes(
        self,
        command: str,
        *,
        option: str,
        channel: Channel,
        text: str = "",
        options: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> list[Choice]:
        """The choices shown while `text` stands in an option, the others being filled in already."""
        values = {**(options or {}), **named}
        interaction = self.server.invoking.autocompletion(self, command, channel, option, text, values)
        await interaction.acknowledged(within=self.server.acknowledge_within)
        return interaction.choices or []

    async def applies(self, command: str, target: Message | Person, *, channel: Channel | None = None) -> Interaction:
        """Use a command from the context menu of a message or a person (then in `channel`)."""
        return self.server.invoking.context_menu(self, command, target, channel)

    async def clicks(self, message: Message, control: str) -> Interaction:
        """Press a button, named by its label, its emoji or its custom_id."""
        return self.server.invoking.click(self, message, control)

    async def selects(self, message: Message, control: str, *values: Any) -> Interaction:
        """Choose in a select, named by its placeholder or custom_id; options by label or value, others by object."""
        return self.server.invoking.select(self, message, control, values)

    async def submits(self, modal: Modal, values: Mapping[str, Any] | None = None, **named: Any) -> Interaction:
        """Send a form. Fields are named by label or custom_id; those left out keep what they were shown with."""
        return self.server.invoking.submit(self, modal, {**(values or {}), **named})

    def posts(self, channel: Channel, content: str = "", *uploads: Upload) -> Message:
        """Write an ordinary message, with files."""
        return self.server.invoking.post(self, channel, content, uploads)

    def deletes(self, message: Message) -> None:
        """Delete one's own message, or dismiss one that only this person sees."""
        self.server.invoking.delete(self, message)

    def sees(self, channel: Channel) -> list[Message]:
        """The messages of a channel that this person sees, oldest first."""
        return channel.seen_by(self)
