"""What Discord refuses in a modal: each limit, just kept and just broken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord_server.validation.checking import Json, errors
from tests.discord_server.validation.modals import check_modal

SELECT = {"type": 3, "custom_id": "s", "options": [{"label": "one", "value": "1"}]}
BUTTON = {"type": 2, "style": 1, "label": "Again", "custom_id": "again"}


def modal(*parts: Json, **changes: Any) -> Json:
    return {"custom_id": "m", "title": "Edit", "components": list(parts) or [label(field())]} | changes


def label(component: Json, **changes: Any) -> Json:
    return {"type": 18, "label": "Prompt", "component": component} | changes


def field(**changes: Any) -> Json:
    return {"type": 4, "style": 1, "custom_id": "f"} | changes


def labels(count: int) -> list[Json]:
    return [label(field(custom_id=str(number))) for number in range(count)]


@pytest.mark.parametrize(
    "body",
    [
        modal(*labels(5)),
        modal(title="x" * 45),
        modal(label(field(value="x" * 4000))),
        modal({"type": 10, "content": "read this"}, label(SELECT)),
        modal({"type": 1, "components": [field(label="Old")]}),
    ],
)
def test_a_modal_within_the_limits_is_accepted(body: Json):
    assert errors(lambda form: check_modal(form, body)) == {}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (modal(*labels(6)), "components"),
        (modal(title="x" * 46), "title"),
        (modal(custom_id="x" * 101), "custom_id"),
        (modal(label(field(), label="x" * 46)), "components.0.label"),
        (modal(label(field(), description="x" * 101)), "components.0.description"),
        (modal(label(field(value="x" * 4001))), "components.0.component.value"),
        (modal(label(field(value="abc", max_length=2))), "components.0.component.value"),
        (modal(label(field(max_length=4001))), "components.0.component.max_length"),
        (modal(label(field(placeholder="x" * 101))), "components.0.component.placeholder"),
        (modal(label(SELECT | {"disabled": True})), "components.0.component.disabled"),
        (modal(label(field()), label(field())), "components.1.component.custom_id"),
        (modal(label(BUTTON)), "components.0.component.type"),
        (modal({"type": 1, "components": [field()]}), "components.0.components.0.label"),
    ],
)
def test_a_modal_beyond_a_limit_is_refused_where_it_is_wrong(body: Json, path: str):
    assert list(errors(lambda form: check_modal(form, body))) == [path]
