"""What people do, turned into interactions and told to the bot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tests.discord_server.attachments import Upload, store
from tests.discord_server.composing import mentioned
from tests.discord_server.interactions import Interaction, Modal
from tests.discord_server.kinds import ButtonStyle, CommandKind, Kind, Part
from tests.discord_server.messages import Message, Version, controls
from tests.discord_server.modals import filled
from tests.discord_server.options import Resolved, descend, fill, nest
from tests.discord_server.people import Person
from tests.discord_server.permissions import Permission
from tests.discord_server.refusals import ClientRefuses, NotOffered
from tests.discord_server.selects import chosen

if TYPE_CHECKING:
    from tests.discord_server.channels import Channel
    from tests.discord_server.server import DiscordServer


class Invoking:
    """The hands of all people on this server."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server

    def command(self, person: Person, line: str, channel: Channel, values: Mapping[str, Any]) -> Interaction:
        """A slash command; `line` is its name with subcommands, with or without the slash."""
        command, path = self._look_up(line, person, channel)
        definitions, chain = descend(command, path)
        resolved = Resolved(self._server, channel)
        options = nest(chain, fill(definitions, values, resolved, person))
        return self._send(Kind.COMMAND, person, channel, _command_data(command, options, resolved))

    def autocompletion(
        self, person: Person, line: str, channel: Channel, focused: str, text: str, values: Mapping[str, Any]
    ) -> Interaction:
        """A slash command that is being typed."""
        command, path = self._look_up(line, person, channel)
        definitions, chain = descend(command, path)
        definition = next((each for each in definitions if each["name"] == focused), None)
        if definition is None or not definition.get("autocomplete"):
            raise NotOffered(f"{line} has no option {focused!r} that completes itself.")
        resolved = Resolved(self._server, channel)
        unfinished = [{**each, "required": False} for each in definitions]
        options = fill(unfinished, values, resolved, person)
        options.append({"name": focused, "type": definition["type"], "value": text, "focused": True})
        data = _command_data(command, nest(chain, options), resolved)
        return self._send(Kind.AUTOCOMPLETE, person, channel, data)

    def context_menu(self, person: Person, name: str, target: Message | Person, channel: Channel | None) -> Interaction:
        """A command of a message's or a person's menu."""
        if isinstance(target, Message):
            self._check_sees(person, target)
            channel = target.channel
        if channel is None:
            raise TypeError("A command on a person needs the channel in which it is used.")
        kind = CommandKind.MESSAGE if isinstance(target, Message) else CommandKind.PERSON
        command = self._server.commands.find(name, person, channel, kind)
        resolved = Resolved(self._server, channel)
        id = resolved.message(target) if isinstance(target, Message) else resolved.person(target)
        data = _command_data(command, [], resolved) | {"target_id": id}
        return self._send(Kind.COMMAND, person, channel, data)

    def click(self, person: Person, message: Message, control: str) -> Interaction:
        """A press on a button."""
        button = self._control(person, message, control)
        if button["type"] != Part.BUTTON or button["style"] >= ButtonStyle.LINK:
            raise ClientRefuses(f"{control!r} is not a button that can be pressed.")
        data = {"custom_id": button["custom_id"], "component_type": int(Part.BUTTON), "id": button["id"]}
        return self._send(Kind.COMPONENT, person, message.channel, data, message=message)

    def select(self, person: Person, message: Message, control: str, values: Iterable[Any]) -> Interaction:
        """A choice in a select."""
        part = self._control(person, message, control)
        if part["type"] == Part.BUTTON:
            raise ClientRefuses(f"{control!r} is a button.")
        resolved = Resolved(self._server, message.channel)
        data = {
            "custom_id": part["custom_id"],
            "component_type": part["type"],
            "id": part["id"],
            "values": chosen(part, list(values), resolved, person),
        }
        if resolved.payload():
            data["resolved"] = resolved.payload()
        return self._send(Kind.COMPONENT, person, message.channel, data, message=message)

    def submit(self, person: Person, modal: Modal, values: Mapping[str, Any]) -> Interaction:
        """A form sent."""
        opened_by = modal.interaction
        if opened_by.person is not person:
            raise NotOffered(f"The form {modal.title!r} was shown to {opened_by.person.name}.")
        resolved = Resolved(self._server, opened_by.channel)
        data: dict[str, Any] = {
            "custom_id": modal.custom_id,
            "components": filled(modal.components, values, resolved, person),
        }
        if resolved.payload():
            data["resolved"] = resolved.payload()
        return self._send(Kind.MODAL, person, opened_by.channel, data, message=opened_by.message, opened_by=opened_by)

    def post(self, person: Person, channel: Channel, content: str, uploads: Iterable[Upload]) -> Message:
        """An ordinary message."""
        if not channel.permissions_of(person) & channel.sending:
            raise ClientRefuses(f"{person.name} may not write in {channel!r}.")
        attachments = tuple(store(self._server, channel.id, upload) for upload in uploads)
        version = Version(
            at=self._server.clock.now(),
            content=content,
            attachments=attachments,
            mentions=mentioned(self._server, content),
        )
        return self._server.post(channel, person, version)

    def delete(self, person: Person, message: Message) -> None:
        """A message deleted by hand."""
        own = message.author is person or (message.ephemeral and message.seen_by(person))
        if not own and not message.channel.permissions_of(person) & Permission.MANAGE_MESSAGES:
            raise ClientRefuses(f"{person.name} may not delete {message!r}.")
        message.delete()

    def _look_up(self, line: str, person: Person, channel: Channel) -> tuple[dict[str, Any], list[str]]:
        name, *path = line.removeprefix("/").split()
        return self._server.commands.find(name, person, channel, CommandKind.CHAT_INPUT), path

    def _check_sees(self, person: Person, message: Message) -> None:
        if not message.seen_by(person):
            raise NotOffered(f"{person.name} does not see {message!r}.")

    def _control(self, person: Person, message: Message, control: str) -> dict[str, Any]:
        self._check_sees(person, message)
        parts = list(controls(list(message.components)))
        for part in parts:
            names = (part.get("label"), part.get("placeholder"), (part.get("emoji") or {}).get("name"))
            if control in (part.get("custom_id"), *names):
                if part.get("disabled"):
                    raise NotOffered(f"{control!r} of {message!r} is disabled.")
                return part
        raise NotOffered(f"{message!r} has no {control!r}; it has {message.labels}.")

    def _send(
        self,
        kind: Kind,
        person: Person,
        channel: Channel,
        data: dict[str, Any],
        *,
        message: Message | None = None,
        opened_by: Interaction | None = None,
    ) -> Interaction:
        if channel.deleted:
            raise NotOffered(f"{channel!r} was deleted.")
        interaction = Interaction(self._server, kind, person, channel, data, message=message, opened_by=opened_by)
        self._server.interactions[interaction.id] = interaction
        self._server.interactions_by_token[interaction.token] = interaction
        interaction.delivered = self._server.gateway.dispatch("INTERACTION_CREATE", interaction.payload())
        return interaction


def _command_data(command: dict[str, Any], options: list[dict[str, Any]], resolved: Resolved) -> dict[str, Any]:
    data = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if options:
        data["options"] = options
    if resolved.payload():
        data["resolved"] = resolved.payload()
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data
