"""What the bot may do with an interaction's token, and when it no longer may."""

from __future__ import annotations

from typing import Any

from tests.discord_server.composing import Body, compose
from tests.discord_server.interactions import Choice, Interaction, Modal
from tests.discord_server.kinds import Answer, Kind, OptionKind
from tests.discord_server.messages import EPHEMERAL, LOADING, Message, Version
from tests.discord_server.refusals import (
    already_acknowledged,
    dead_token,
    unknown_channel,
    unknown_interaction,
    unknown_message,
    unknown_webhook,
)
from tests.discord_server.validation.commands import check_choices
from tests.discord_server.validation.form import Form
from tests.discord_server.validation.modals import check_modal

_ALLOWED = {
    Kind.COMMAND: (Answer.MESSAGE, Answer.DEFER, Answer.MODAL),
    Kind.COMPONENT: (Answer.MESSAGE, Answer.DEFER, Answer.DEFER_UPDATE, Answer.UPDATE, Answer.MODAL),
    Kind.AUTOCOMPLETE: (Answer.CHOICES,),
    Kind.MODAL: (Answer.MESSAGE, Answer.DEFER, Answer.DEFER_UPDATE, Answer.UPDATE),
}


def acknowledge(interaction: Interaction, body: Body) -> dict[str, Any]:
    """Take the first answer to an interaction.

    Raises Refusal: 40060 for a second answer, 10062 after 3 s, 50035 for one that does not fit.
    """
    if interaction.answer is not None:
        raise already_acknowledged()
    if interaction.too_late:
        raise unknown_interaction()
    form = Form()
    allowed = _ALLOWED[interaction.type]
    if interaction.message is None:
        allowed = tuple(kind for kind in allowed if kind not in (Answer.DEFER_UPDATE, Answer.UPDATE))
    if body.payload.get("type") not in allowed:
        form["type"].wrong("INTERACTION_CALLBACK_TYPE_INVALID", "This interaction cannot be answered so.")
    form.refuse_if_wrong()
    answer = Answer(body.payload["type"])
    _take(interaction, answer, body.inner("data"))
    interaction.answer = answer
    interaction.answered_after = interaction.server.clock.now() - interaction.made_at
    interaction.changed()
    return _callback_response(interaction)


def _take(interaction: Interaction, answer: Answer, body: Body) -> None:
    server, form = interaction.server, Form()["data"]
    match answer:
        case Answer.MESSAGE:
            version = compose(server, interaction.channel, body, form=form)
            interaction.original = server.post(interaction.channel, server.bot, version, interaction=interaction)
        case Answer.DEFER:
            flags = LOADING | (body.payload.get("flags") or 0) & EPHEMERAL
            version = Version(at=server.clock.now(), flags=flags)
            interaction.original = server.post(interaction.channel, server.bot, version, interaction=interaction)
        case Answer.DEFER_UPDATE:
            interaction.original = interaction.message
        case Answer.UPDATE:
            interaction.original = _present(interaction.message)
            interaction.original.become(
                compose(server, interaction.channel, body, before=interaction.original.now, form=form)
            )
        case Answer.CHOICES:
            choices = body.payload.get("choices") or []
            check_choices(form["choices"], choices, _focused_kind(interaction))
            form.refuse_if_wrong()
            interaction.choices = [Choice(choice["name"], choice["value"]) for choice in choices]
        case Answer.MODAL:
            check_modal(form, body.payload)
            form.refuse_if_wrong()
            modal = body.payload
            interaction.modal = Modal(interaction, modal["custom_id"], modal["title"], modal["components"])


def check_token(interaction: Interaction | None) -> Interaction:
    """The interaction, if its token can be used to send and edit messages now.

    Raises Refusal: 50027 after 15 minutes or for a token that never was, 10015 before it was acknowledged.
    """
    if interaction is None or interaction.token_dead:
        raise dead_token()
    if interaction.answer in (None, Answer.CHOICES):
        raise unknown_webhook()
    if interaction.guild is not None and not interaction.guild.has_bot:
        raise unknown_webhook()
    if interaction.channel.deleted:
        raise unknown_channel()
    return interaction


def find_message(interaction: Interaction, id: str) -> Message:
    """A message of the interaction's own, by its id or as "@original"; Refusal 10008 if there is none."""
    if id == "@original":
        return _present(interaction.original)
    found = (message for message in interaction.messages if str(message.id) == id)
    return _present(next(found, None))


def follow_up(interaction: Interaction, body: Body) -> Message:
    """Send a further message; the first one after a deferred answer takes the place of "thinking…"."""
    server, original = interaction.server, interaction.original
    if original is not None and original.loading:
        return edit(interaction, _present(original), body)
    version = compose(server, interaction.channel, body)
    message = server.post(interaction.channel, server.bot, version, interaction=interaction)
    interaction.followups.append(message)
    interaction.changed()
    return message


def edit(interaction: Interaction, message: Message, body: Body) -> Message:
    """Edit one of the interaction's messages."""
    message.become(compose(interaction.server, interaction.channel, body, before=message.now))
    return message


def _present(message: Message | None) -> Message:
    if message is None or message.deleted:
        raise unknown_message()
    return message


def _focused_kind(interaction: Interaction) -> int:
    options = interaction.data.get("options", [])
    while options and options[0]["type"] in (OptionKind.SUBCOMMAND, OptionKind.GROUP):
        options = options[0].get("options", [])
    return next((option["type"] for option in options if option.get("focused")), OptionKind.STRING)


def _callback_response(interaction: Interaction) -> dict[str, Any]:
    response: dict[str, Any] = {"id": str(interaction.id), "type": int(interaction.type)}
    original = interaction.original
    if original is None:
        return {"interaction": response}
    response |= {
        "response_message_id": str(original.id),
        "response_message_loading": original.loading,
        "response_message_ephemeral": original.ephemeral,
    }
    assert interaction.answer is not None
    resource = {"type": int(interaction.answer), "message": original.payload()}
    return {"interaction": response, "resource": resource}
