"""What Discord refuses in a message: each limit, just kept and just broken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord_server.messages import COMPONENTS_V2
from tests.discord_server.validation.checking import Json, errors
from tests.discord_server.validation.messages import check_message


def message_errors(body: Json, filenames: tuple[str, ...] = ()) -> dict[str, list[str]]:
    return errors(lambda form: check_message(form, body, flags=body.get("flags", 0), filenames=filenames))


def button(**changes: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Again", "custom_id": "again"} | changes


def row(*parts: Json) -> Json:
    return {"type": 1, "components": list(parts)}


def buttons(count: int, start: int = 0) -> list[Json]:
    return [button(custom_id=str(number)) for number in range(start, start + count)]


def select(**changes: Any) -> Json:
    return {"type": 3, "custom_id": "s", "options": options(2)} | changes


def options(count: int) -> list[Json]:
    return [{"label": str(number), "value": str(number)} for number in range(count)]


def text(content: str) -> Json:
    return {"type": 10, "content": content}


def v2(*parts: Json) -> Json:
    return {"flags": COMPONENTS_V2, "components": list(parts)}


def fields(count: int, length: int = 1) -> list[Json]:
    return [{"name": "n", "value": "v" * length} for _ in range(count)]


def gallery(url: str, description: str = "a cat") -> Json:
    return {"type": 12, "items": [{"media": {"url": url}, "description": description}]}


def pictures(count: int) -> Json:
    return {"type": 12, "items": [{"media": {"url": "attachment://a.png"}, "spoiler": True} for _ in range(count)]}


KEPT = [
    {"content": "x" * 2000},
    {"embeds": [{"title": "x" * 256, "description": "x" * 4096}]},
    {"embeds": [{"fields": fields(25)}]},
    {"embeds": [{"fields": fields(5, 1024), "description": "x" * 875}]},
    {"components": [row(*buttons(5, start)) for start in range(0, 25, 5)]},
    {"components": [row(button(custom_id="x" * 100, label="x" * 80))]},
    {"components": [row(button(label=None, emoji={"name": "🔁"}))]},
    {"components": [row({"type": 2, "style": 5, "label": "Help", "url": "https://example.org"})]},
    {"components": [row(select(options=options(25)))]},
    {"content": None, "embeds": [], "components": []},
    v2(*[text("x") for _ in range(40)]),
    v2(text("x" * 4000)),
    v2({"type": 17, "components": [text("x"), row(button()), gallery("attachment://a.png", "x" * 1024)]}),
    v2({"type": 9, "components": [text("x")], "accessory": button()}),
    v2(pictures(10)),
    v2({"type": 17, "spoiler": True, "accent_color": 0xFFFFFF, "components": [text("x")]}),
]


@pytest.mark.parametrize("body", KEPT)
def test_a_message_within_the_limits_is_accepted(body: Json):
    assert message_errors(body, ("a.png",)) == {}


BROKEN = [
    ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ({"content": 5}, "content", "STRING_TYPE_CONVERT"),
    ({"embeds": [{"title": "x"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"author": {"name": "x" * 257}}]}, "embeds.0.author.name", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"fields": fields(26)}]}, "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"fields": fields(1, 1025)}]}, "embeds.0.fields.0.value", "BASE_TYPE_BAD_LENGTH"),
    ({"embeds": [{"fields": fields(1, 0)}]}, "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
    ({"embeds": [{"fields": fields(5, 1024), "description": "x" * 876}]}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    ({"embeds": [{"image": {"url": "a.png"}}]}, "embeds.0.image.url", "URL_TYPE_INVALID_SCHEME"),
    ({"components": [row(button(custom_id=str(n))) for n in range(6)]}, "components", "BASE_TYPE_MAX_LENGTH"),
    ({"components": [row(*buttons(6))]}, "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    ({"components": [row()]}, "components.0.components", "BASE_TYPE_REQUIRED"),
    ({"components": [row(select(), button())]}, "components.0.components.0", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    ({"components": [row(button(custom_id="x" * 101))]}, "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"),
    ({"components": [row(button(custom_id=""))]}, "components.0.components.0.custom_id", "BASE_TYPE_REQUIRED"),
    (
        {"components": [row(button()), row(button())]},
        "components.1.components.0.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    ({"components": [row(button(label="x" * 81))]}, "components.0.components.0.label", "BASE_TYPE_MAX_LENGTH"),
    ({"components": [row(button(label=None))]}, "components.0.components.0", "BUTTON_COMPONENT_INVALID_LABEL"),
    (
        {"components": [row({"type": 2, "style": 5, "label": "x"})]},
        "components.0.components.0.url",
        "BASE_TYPE_REQUIRED",
    ),
    ({"components": [row(select(options=options(26)))]}, "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH"),
    ({"components": [row(select(options=[]))]}, "components.0.components.0.options", "BASE_TYPE_REQUIRED"),
    (
        {"components": [row(select(options=options(1) * 2))]},
        "components.0.components.0.options.1",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    ({"components": [row(select(min_values=3))]}, "components.0.components.0.min_values", "NUMBER_TYPE_MAX"),
    ({"components": [text("x")]}, "components.0.type", "UNION_TYPE_CHOICES"),
    ({"components": [button()]}, "components.0.type", "UNION_TYPE_CHOICES"),
    (
        {"allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    ({"attachments": [{"id": 0, "description": "x" * 1025}]}, "attachments.0.description", "BASE_TYPE_MAX_LENGTH"),
    (v2(text("x")) | {"content": "x"}, "content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    (v2(text("x")) | {"embeds": [{"title": "x"}]}, "embeds", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    (v2(), "components", "BASE_TYPE_REQUIRED"),
    (v2(*[text("x") for _ in range(41)]), "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    (
        v2(*[{"type": 17, "components": [text("x")] * 20} for _ in range(2)]),
        "components",
        "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
    ),
    (v2(text("x" * 2001), text("x" * 2000)), "components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
    (v2(text("")), "components.0.content", "BASE_TYPE_REQUIRED"),
    (v2(button()), "components.0.type", "UNION_TYPE_CHOICES"),
    (
        v2(gallery("attachment://b.png")),
        "components.0.items.0.media.url",
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    (v2(gallery("attachment://a.png", "x" * 1025)), "components.0.items.0.description", "BASE_TYPE_MAX_LENGTH"),
    (v2(pictures(11)), "components.0.items", "BASE_TYPE_BAD_LENGTH"),
    (v2(pictures(0)), "components.0.items", "BASE_TYPE_REQUIRED"),
    (
        v2({"type": 17, "accent_color": 1 << 24, "components": [text("x")]}),
        "components.0.accent_color",
        "NUMBER_TYPE_MAX",
    ),
    (v2({"type": 17, "components": []}), "components.0.components", "BASE_TYPE_REQUIRED"),
    (
        v2({"type": 9, "components": [text("x")] * 4, "accessory": button()}),
        "components.0.components",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (v2({"type": 9, "components": [text("x")]}), "components.0.accessory", "BASE_TYPE_REQUIRED"),
    (v2({"type": 17, "components": [{"type": 17}]}), "components.0.components.0.type", "UNION_TYPE_CHOICES"),
]


@pytest.mark.parametrize(("body", "path", "code"), BROKEN)
def test_a_message_beyond_a_limit_is_refused_where_it_is_wrong(body: Json, path: str, code: str):
    assert message_errors(body, ("a.png",)) == {path: [code]}


def test_a_message_has_at_most_ten_files():
    assert message_errors({}, ("a.png",) * 11) == {"attachments": ["BASE_TYPE_MAX_LENGTH"]}
