"""Checks of bodies run by themselves, for tests of the limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.discord_server.raw_client import errors_of
from tests.discord_server.refusals import Refusal
from tests.discord_server.validation.form import Form

Json = dict[str, Any]


def errors(check: Callable[[Form], object]) -> dict[str, list[str]]:
    """The codes that a check notes, by the path to the place."""
    form = Form()
    check(form)
    try:
        form.refuse_if_wrong()
    except Refusal as refusal:
        return errors_of(refusal.body())
    return {}
