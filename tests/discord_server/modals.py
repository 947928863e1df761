"""Forms filled in by a person, checked as Discord's client checks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.discord_server.kinds import SELECTS, Part
from tests.discord_server.options import Resolved
from tests.discord_server.people import Person
from tests.discord_server.refusals import OptionRefused
from tests.discord_server.selects import chosen


def fields(parts: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of a form with their labels."""
    for part in parts:
        if part["type"] == Part.ROW:
            for field in part["components"]:
                yield field.get("label", ""), field
        elif part["type"] == Part.LABEL:
            yield part["label"], part["component"]


def filled(
    parts: list[dict[str, Any]], values: Mapping[str, Any], resolved: Resolved, person: Person
) -> list[dict[str, Any]]:
    """The components of a form's submission; a field without a value keeps what it was shown with.

    Raises OptionRefused for an unknown field, a missing one, or a value that does not fit.
    """
    known = {name for label, field in fields(parts) for name in (label, field["custom_id"])}
    for name in values:
        if name not in known:
            raise OptionRefused(f"The form has no field {name!r}; it has {sorted(known)}.")
    return [_part(index, part, values, resolved, person) for index, part in enumerate(parts, start=1)]


def _part(
    index: int, part: dict[str, Any], values: Mapping[str, Any], resolved: Resolved, person: Person
) -> dict[str, Any]:
    if part["type"] == Part.TEXT:
        return {"type": int(Part.TEXT), "id": index}
    answers = [
        {"type": field["type"], "id": 100 + index, "custom_id": field["custom_id"]}
        | _answer(label, field, values, resolved, person)
        for label, field in fields([part])
    ]
    if part["type"] == Part.ROW:
        return {"type": int(Part.ROW), "id": index, "components": answers}
    return {"type": int(Part.LABEL), "id": index, "component": answers[0]}


def _answer(
    label: str, field: dict[str, Any], values: Mapping[str, Any], resolved: Resolved, person: Person
) -> dict[str, Any]:
    given = values.get(field["custom_id"], values.get(label))
    match field["type"]:
        case Part.TEXT_INPUT:
            return {"value": _text(label, field, field.get("value", "") if given is None else given)}
        case kind if kind in SELECTS:
            preset = [option["value"] for option in field.get("options", []) if option.get("default")]
            listed = preset if given is None else _listed(given)
            if not listed and not field.get("required", True):
                return {"values": []}
            return {"values": chosen(field, listed, resolved, person)}
        case Part.FILE_UPLOAD:
            return {"values": [resolved.attachment(upload) for upload in _listed(given)]}
        case Part.CHECKBOX_GROUP:
            return {"values": _listed(given)}
        case Part.CHECKBOX:
            return {"value": bool(field.get("default") if given is None else given)}
    return {"value": given}


def _text(label: str, field: dict[str, Any], value: Any) -> str:
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if not isinstance(value, str):
        raise OptionRefused(f"{label!r} takes text, not {value!r}.")
    if not value and not field.get("required", True):
        return value
    if not value or not least <= len(value) <= most:
        raise OptionRefused(f"{label!r} takes {max(least, 1)} to {most} characters, not {len(value)}.")
    return value


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]
