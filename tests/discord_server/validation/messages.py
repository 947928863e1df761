"""The limits of a message as a whole (resources/message)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tests.discord_server.messages import COMPONENTS_V2
from tests.discord_server.validation.components import check_components
from tests.discord_server.validation.embeds import check_embeds
from tests.discord_server.validation.form import Form

CONTENT, FILES, NONCE, ALT_TEXT = 2000, 10, 25, 1024
_NOT_WITH_V2 = ("content", "embeds", "poll", "sticker_ids")


def check_message(form: Form, payload: dict[str, Any], *, flags: int, filenames: Collection[str]) -> None:
    """Note what is wrong with the body of a message.

    `payload` is what the message would be afterwards, `flags` its flags, `filenames` those of its attachments.
    """
    v2 = bool(flags & COMPONENTS_V2)
    if v2:
        _refuse_the_old_fields(form, payload)
    form["content"].text(payload.get("content"), 0, CONTENT)
    form["nonce"].text(payload.get("nonce"), 0, NONCE)
    check_embeds(form["embeds"], payload.get("embeds") or [])
    check_components(form["components"], payload.get("components") or [], v2=v2, filenames=filenames)
    if v2 and not payload.get("components"):
        form["components"].required()
    form["attachments"].length(filenames, 0, FILES)
    for index, attachment in enumerate(payload.get("attachments") or []):
        form["attachments", index, "description"].text(attachment.get("description"), 0, ALT_TEXT)
    _check_mentions(form["allowed_mentions"], payload.get("allowed_mentions") or {})


def _refuse_the_old_fields(form: Form, payload: dict[str, Any]) -> None:
    for name in _NOT_WITH_V2:
        if payload.get(name):
            form[name].wrong(
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _check_mentions(form: Form, mentions: dict[str, Any]) -> None:
    parse = mentions.get("parse") or []
    for name in ("users", "roles"):
        listed = mentions.get(name) or []
        form[name].length(listed, 0, 100)
        if listed and name in parse:
            form.wrong(
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.',
            )
