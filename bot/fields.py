"""What was typed into a form that was sent."""

from collections.abc import Iterator
from typing import Any


def typed_in(parts: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The fields of a form that was sent, by their ids."""
    for part in parts:
        field = part.get("component")
        if field is None:
            continue
        value = field.get("value") or "" if "value" in field else next(iter(field.get("values", ())), "")
        yield field["custom_id"], value
