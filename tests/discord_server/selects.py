"""What a person chooses in a select, checked as Discord's client checks it."""

from __future__ import annotations

from typing import Any

from tests.discord_server.channels import Channel
from tests.discord_server.guilds import Role
from tests.discord_server.kinds import Part
from tests.discord_server.options import Resolved
from tests.discord_server.people import Person
from tests.discord_server.refusals import OptionRefused


def chosen(part: dict[str, Any], values: list[Any], resolved: Resolved, person: Person) -> list[str]:
    """The values of a select's answer: options by label or value; people, roles and channels by object.

    Raises OptionRefused for too many, too few, or what is not offered.
    """
    least, most = part.get("min_values", 1), part.get("max_values", 1)
    if not least <= len(values) <= most:
        raise OptionRefused(f"{part['custom_id']!r} takes {least} to {most} choices, not {len(values)}.")
    return [_one(part, value, resolved, person) for value in values]


def _one(part: dict[str, Any], value: Any, resolved: Resolved, person: Person) -> str:
    kind = part["type"]
    if kind == Part.STRING_SELECT:
        for option in part["options"]:
            if value in (option["label"], option["value"]):
                return option["value"]
        raise OptionRefused(f"{value!r} is not offered: {[option['label'] for option in part['options']]}.")
    if kind in (Part.PERSON_SELECT, Part.MENTIONABLE_SELECT) and isinstance(value, Person):
        return resolved.person(value)
    if kind in (Part.ROLE_SELECT, Part.MENTIONABLE_SELECT) and isinstance(value, Role):
        return resolved.role(value)
    if kind == Part.CHANNEL_SELECT and isinstance(value, Channel):
        return resolved.channel(value, person)
    raise OptionRefused(f"{part['custom_id']!r} does not take {value!r}.")
