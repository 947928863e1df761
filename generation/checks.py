"""Checks of single choices, at the one border where a spec is made: each returns the value, or raises InvalidChoice."""

import math
from typing import Any

from generation.errors import InvalidChoice

#: Sides are multiples of so many pixels.
AREA_STEP = 8


def text(field: str, value: object) -> str:
    """Take any text that can be stored and written: no NUL, no half of a surrogate pair."""
    taken = str(value)
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in taken):
        raise InvalidChoice(field, f"The {field.replace('_', ' ')} holds a character that is no text; type it anew.")
    return taken


def side(field: str, value: object) -> int:
    """Take a multiple of 8 pixels."""
    pixels = whole(field, value, AREA_STEP)
    if pixels % AREA_STEP:
        near = max(AREA_STEP, round(pixels / AREA_STEP) * AREA_STEP)
        raise InvalidChoice(field, f"A {field} of {pixels} is no multiple of {AREA_STEP}; {near} would be.")
    return pixels


def whole(field: str, value: object, low: int, end: int | None = None) -> int:
    """Read a whole number from ``low`` up to, not including, ``end``."""
    given = number(field, value)
    wanted = f"{low} or more" if end is None else f"between {low} and {end - 1}"
    exact = int(str(value)) if str(value).removeprefix("-").isdecimal() else int(given)
    if float(exact) != given or exact < low or (end is not None and exact >= end):
        raise InvalidChoice(field, f"{spoken(field)} must be a whole number, {wanted}; {value} is not.")
    return exact


def within(field: str, value: object, low: float, high: float) -> float:
    """Read a number from ``low`` to ``high``, both included."""
    given = number(field, value)
    if not low <= given <= high:
        raise InvalidChoice(field, f"{spoken(field)} must lie between {low:g} and {high:g}; {value} does not.")
    return given


def number(field: str, value: object) -> float:
    """Read a number; only a weight may be infinite or none, and has a check of its own."""
    try:
        given = float(value)  # pyright: ignore[reportArgumentType]  (whatever is no number raises)
    except (TypeError, ValueError, OverflowError):
        raise InvalidChoice(field, f"{spoken(field)} must be a number; {value!r} is not.") from None
    if not math.isfinite(given) and field != "preset_weight":
        raise InvalidChoice(field, f"{spoken(field)} must be a finite number; {value} is not.")
    return given


def one_of(field: str, value: object, known: tuple[str, ...]) -> Any:
    """Take one of the words that are ``known``."""
    if value not in known:
        raise InvalidChoice(field, f"{spoken(field)} must be one of: {', '.join(known)}; {value!r} is not.")
    return value


def spoken(field: str) -> str:
    """The field as a person would call it, at the beginning of a sentence."""
    names = {
        "guidance_scale": "CFG",
        "guidance_rescale": "CFG rescale",
        "cfg_base": "The CFG base",
        "ensd": "ENSD",
        "eta": "Eta",
        "clip_skip": "Clip skip",
        "larger_strength": "The second pass's strength",
        "larger_steps": "The second pass's number of steps",
        "larger_guidance_scale": "The second pass's CFG",
    }
    return names.get(field, field.replace("_", " ").capitalize())
