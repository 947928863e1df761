"""The limits of message components, of both generations (components/reference)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from tests.discord_server.kinds import SELECTS, ButtonStyle, Part
from tests.discord_server.validation.form import Form

_IN_CONTAINER = (Part.ROW, Part.SECTION, Part.TEXT, Part.GALLERY, Part.FILE, Part.SEPARATOR)
_TOP_LEVEL_V2 = (*_IN_CONTAINER, Part.CONTAINER)
ROWS, PARTS_V2, TEXT_V2 = 5, 40, 4000


def check_components(form: Form, parts: list[dict[str, Any]], *, v2: bool, filenames: Collection[str]) -> None:
    """Note what is wrong with a message's components; `filenames` are those that `attachment://` may name."""
    if v2:
        _check_v2(form, parts, filenames)
    else:
        form.length(parts, 0, ROWS)
        for index, part in enumerate(parts):
            if _is_one_of(form[index], part, (Part.ROW,)):
                _check_row(form[index], part)
    check_custom_ids(form, parts)


def check_custom_ids(form: Form, parts: list[dict[str, Any]]) -> None:
    """Note every custom_id that is used a second time."""
    seen: set[str] = set()
    for path, part in walk(parts):
        custom_id = part.get("custom_id")
        if custom_id is None:
            continue
        if custom_id in seen:
            form[(*path, "custom_id")].wrong(
                "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        seen.add(custom_id)


def walk(parts: list[dict[str, Any]]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Every component, however deep, with the path to it."""
    for index, part in enumerate(parts):
        yield (index,), part
        for path, inner in walk(part.get("components", [])):
            yield (index, "components", *path), inner
        for key in ("accessory", "component"):
            if key in part:
                for path, inner in walk([part[key]]):
                    yield (index, key, *path[1:]), inner


def check_select(form: Form, part: dict[str, Any], *, in_modal: bool = False) -> None:
    """Note what is wrong with a select."""
    form["custom_id"].text(part.get("custom_id"), 1, 100, required=True)
    form["placeholder"].text(part.get("placeholder"), 0, 150)
    form["min_values"].number(part.get("min_values"), 0, 25)
    form["max_values"].number(part.get("max_values"), 1, 25)
    if part.get("min_values", 1) > part.get("max_values", 1):
        form["min_values"].wrong("NUMBER_TYPE_MAX", "min_values must be equal to or less than max_values.")
    if in_modal and part.get("disabled"):
        form["disabled"].wrong("BASE_TYPE_BAD", "A component of a modal cannot be disabled.")
    if part["type"] == Part.STRING_SELECT:
        _check_options(form["options"], part.get("options") or [])


def _check_options(form: Form, options: list[dict[str, Any]]) -> None:
    form.length(options, 1, 25, required=True)
    values: set[str] = set()
    for index, option in enumerate(options):
        form[index, "label"].text(option.get("label"), 1, 100, required=True)
        form[index, "value"].text(option.get("value"), 1, 100, required=True)
        form[index, "description"].text(option.get("description"), 0, 100)
        value = option.get("value", "")
        if value in values:
            form[index].wrong("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
        values.add(value)


def _check_row(form: Form, row: dict[str, Any]) -> None:
    parts = row.get("components") or []
    form["components"].length(parts, 1, 5, required=True)
    for index, part in enumerate(parts):
        place = form["components", index]
        if not _is_one_of(place, part, (Part.BUTTON, *SELECTS)):
            continue
        if part["type"] == Part.BUTTON:
            _check_button(place, part)
        else:
            check_select(place, part)
            if len(parts) > 1:
                place.wrong("COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")


def _check_button(form: Form, button: dict[str, Any]) -> None:
    form["label"].text(button.get("label"), 0, 80)
    if not form["style"].one_of(button.get("style"), tuple(ButtonStyle)) or button["style"] == ButtonStyle.PREMIUM:
        return
    if button["style"] == ButtonStyle.LINK:
        form["url"].text(button.get("url"), 1, 512, required=True)
        if "custom_id" in button:
            form.wrong("BUTTON_COMPONENT_CUSTOM_ID_URL_CONFLICT", "A custom id and url cannot both be specified")
    else:
        form["custom_id"].text(button.get("custom_id"), 1, 100, required=True)
        if "url" in button:
            form.wrong("BUTTON_COMPONENT_CUSTOM_ID_URL_CONFLICT", "A custom id and url cannot both be specified")
    if not button.get("label") and not button.get("emoji"):
        form.wrong("BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")


def _check_v2(form: Form, parts: list[dict[str, Any]], filenames: Collection[str]) -> None:
    everything = list(walk(parts))
    if len(everything) > PARTS_V2:
        form.wrong("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"The maximum number of components is {PARTS_V2}")
    length = sum(len(part.get("content") or "") for _, part in everything if part.get("type") == Part.TEXT)
    if length > TEXT_V2:
        form.wrong(
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The total displayable text size must not exceed the limit of {TEXT_V2}",
        )
    for index, part in enumerate(parts):
        if _is_one_of(form[index], part, _TOP_LEVEL_V2):
            _check_part(form[index], part, filenames)


def _check_part(form: Form, part: dict[str, Any], filenames: Collection[str]) -> None:
    match part["type"]:
        case Part.ROW:
            _check_row(form, part)
        case Part.SECTION:
            _check_section(form, part, filenames)
        case Part.TEXT:
            form["content"].text(part.get("content"), 1, TEXT_V2, required=True)
        case Part.GALLERY:
            items = part.get("items") or []
            form["items"].length(items, 1, 10, required=True)
            for index, item in enumerate(items):
                form["items", index, "description"].text(item.get("description"), 0, 1024)
                _check_media(form["items", index, "media", "url"], item.get("media"), filenames)
        case Part.FILE:
            _check_media(form["file", "url"], part.get("file"), filenames, uploaded=True)
        case Part.CONTAINER:
            form["accent_color"].number(part.get("accent_color"), 0, 0xFFFFFF)
            form["components"].length(part.get("components"), 1, PARTS_V2, required=True)
            for index, inner in enumerate(part.get("components") or []):
                if _is_one_of(form["components", index], inner, _IN_CONTAINER):
                    _check_part(form["components", index], inner, filenames)


def _check_section(form: Form, section: dict[str, Any], filenames: Collection[str]) -> None:
    form["components"].length(section.get("components"), 1, 3, required=True)
    for index, inner in enumerate(section.get("components") or []):
        if _is_one_of(form["components", index], inner, (Part.TEXT,)):
            _check_part(form["components", index], inner, filenames)
    accessory = section.get("accessory")
    if not accessory:
        form["accessory"].required()
    elif _is_one_of(form["accessory"], accessory, (Part.BUTTON, Part.THUMBNAIL)):
        if accessory["type"] == Part.BUTTON:
            _check_button(form["accessory"], accessory)
        else:
            form["accessory", "description"].text(accessory.get("description"), 0, 1024)
            _check_media(form["accessory", "media", "url"], accessory.get("media"), filenames)


def _check_media(form: Form, media: Any, filenames: Collection[str], *, uploaded: bool = False) -> None:
    address = (media or {}).get("url")
    if not isinstance(address, str):
        form.required()
    elif address.startswith("attachment://"):
        if address.removeprefix("attachment://") not in filenames:
            form.wrong("UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", "The referenced attachment was not found")
    elif uploaded or not address.startswith(("http://", "https://")):
        form.wrong("URL_TYPE_INVALID_SCHEME", f'"{address}" is not an address that can be shown here.')


def _is_one_of(form: Form, part: Any, allowed: tuple[Part, ...]) -> bool:
    if isinstance(part, dict) and part.get("type") in allowed:
        return True
    form["type"].wrong("UNION_TYPE_CHOICES", f'Value of field "type" must be one of {tuple(map(int, allowed))}.')
    return False
