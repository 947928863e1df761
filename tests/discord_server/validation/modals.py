"""The limits of modals (components/reference, interactions/receiving-and-responding)."""

from __future__ import annotations

from typing import Any

from tests.discord_server.kinds import SELECTS, Part
from tests.discord_server.validation.components import check_custom_ids, check_select
from tests.discord_server.validation.form import Form

_FIELDS = (Part.TEXT_INPUT, *SELECTS, Part.FILE_UPLOAD, Part.RADIO_GROUP, Part.CHECKBOX_GROUP, Part.CHECKBOX)


def check_modal(form: Form, modal: dict[str, Any]) -> None:
    """Note what is wrong with a modal."""
    form["custom_id"].text(modal.get("custom_id"), 1, 100, required=True)
    form["title"].text(modal.get("title"), 1, 45, required=True)
    parts = modal.get("components") or []
    form["components"].length(parts, 1, 5, required=True)
    for index, part in enumerate(parts):
        _check_part(form["components", index], part)
    check_custom_ids(form["components"], parts)


def _check_part(form: Form, part: dict[str, Any]) -> None:
    if not form["type"].one_of(part.get("type"), (Part.ROW, Part.LABEL, Part.TEXT)):
        return
    if part["type"] == Part.TEXT:
        form["content"].text(part.get("content"), 1, 4000, required=True)
    elif part["type"] == Part.ROW:
        form["components"].length(part.get("components"), 1, 1, required=True)
        for index, field in enumerate(part.get("components") or []):
            form["components", index, "label"].text(field.get("label"), 1, 45, required=True)
            _check_field(form["components", index], field)
    else:
        form["label"].text(part.get("label"), 1, 45, required=True)
        form["description"].text(part.get("description"), 0, 100)
        if not part.get("component"):
            form["component"].required()
        else:
            _check_field(form["component"], part["component"])


def _check_field(form: Form, field: dict[str, Any]) -> None:
    if not form["type"].one_of(field.get("type"), _FIELDS):
        return
    if field["type"] in SELECTS:
        check_select(form, field, in_modal=True)
        return
    form["custom_id"].text(field.get("custom_id"), 1, 100, required=True)
    if field["type"] != Part.TEXT_INPUT:
        return
    form["style"].one_of(field.get("style"), (1, 2))
    form["min_length"].number(field.get("min_length"), 0, 4000)
    form["max_length"].number(field.get("max_length"), 1, 4000)
    form["placeholder"].text(field.get("placeholder"), 0, 100)
    form["value"].text(field.get("value"), 0, min(4000, field.get("max_length") or 4000))
