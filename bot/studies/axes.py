"""The axes of a scan: a field of the spec, or a word's weight, and the values it takes one after another.

Written as ``field=values``: values with commas (``cfg=1,2,4``), or a range (``cfg=1..12``, ``cfg=1..12/0.5`` with a
step, ``steps=4..192*`` in the ratio 3:4). A word's weight is ``"word red hair=0.6,1,1.4"``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generation.errors import InvalidChoice
from generation.presets import decimal

MOST_VALUES = 24
_WORD = "word"

#: What an axis may be called, and the choice behind it.
FIELDS: Mapping[str, str] = {
    "cfg": "guidance_scale",
    "steps": "steps",
    "sampler": "sampler",
    "size": "size",
    "seed": "seed",
    "weight": "preset_weight",
    "clip skip": "clip_skip",
}
_TITLES = {"cfg": "CFG"}
_WHOLE = frozenset({"steps", "seed", "clip_skip"})
_TEXTS = frozenset({"sampler", "size"})

_number = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_range = re.compile(rf"\s*({_number})\s*\.\.\s*({_number})\s*(?:/\s*({_number})|(\*))?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: what is changed, as people call it, and the labels of its values with what each chooses."""

    name: str
    values: tuple[Any, ...]

    @property
    def title(self) -> str:
        """The axis's name as it is shown."""
        return _TITLES.get(self.name, self.name)

    @property
    def labels(self) -> tuple[str, ...]:
        """What is written beside the grid, a label a value."""
        return tuple(decimal(value) if isinstance(value, float) else str(value) for value in self.values)

    def laid_over(self, choices: Mapping[str, Any], index: int) -> dict[str, Any]:
        """``choices`` with this axis's value ``index``. Raises InvalidChoice where a word is not in the prompt."""
        value = self.values[index]
        if self.name in FIELDS:
            return {**choices, FIELDS[self.name]: value}
        word = self.name.removeprefix(_WORD).strip()
        return {**choices, "prompt": weighted(str(choices.get("prompt") or ""), word, float(value))}


def parse_axis(text: str) -> Axis:
    """Read an axis as people write it; raise InvalidChoice, saying how it is written, for what is none."""
    name, equals, values = text.partition("=")
    name = " ".join(name.split())
    key = name.casefold().replace("_", " ")
    if not equals or not values.strip():
        raise InvalidChoice("axis", f"{text!r} is no axis; write one like cfg=1,2,4 or steps=8..32.")
    if key.startswith(_WORD + " "):
        return _checked(Axis(f"{_WORD} {name[len(_WORD) :].strip()}", tuple(map(float, _numbers(values, ratio=False)))))
    if key not in FIELDS:
        known = ", ".join(FIELDS)
        raise InvalidChoice("axis", f"{name} cannot be an axis; there are {known}, and word … for a word's weight.")
    return _checked(Axis(key, tuple(_read(key, values))))


def weighted(prompt: str, word: str, weight: float) -> str:
    """Write ``word``, where it first stands in ``prompt``, with ``weight``; a weight it has is replaced."""
    letters = re.escape(word)
    there = re.search(rf"\(\s*{letters}\s*(?::\s*{_number}\s*)?\)|(?<!\w){letters}(?!\w)", prompt, re.IGNORECASE)
    if there is None or not word:
        raise InvalidChoice("axis", f"The prompt does not hold {word!r}, whose weight was to be changed.")
    return f"{prompt[: there.start()]}({word}:{decimal(weight)}){prompt[there.end() :]}"


def steps_in_ratio(low: int, high: int) -> Iterator[int]:
    """The powers of two and, between each two, three quarters of the larger: 4, 6, 8, 12, 16, … from low to high."""
    power = 1
    while power <= high:
        yield from (steps for steps in ([power, power * 3 // 2] if power > 1 else [1]) if low <= steps <= high)
        power *= 2


def _read(name: str, values: str) -> Iterator[Any]:
    field = FIELDS[name]
    if field in _TEXTS:
        yield from filter(None, map(str.strip, values.split(",")))
        return
    for number in _numbers(values, ratio=field == "steps"):
        if field in _WHOLE and number != int(number):
            raise InvalidChoice("axis", f"{name} goes in whole numbers; {decimal(number)} is not one.")
        yield int(number) if field in _WHOLE else float(number)


def _numbers(values: str, *, ratio: bool) -> list[float]:
    if (found := _range.fullmatch(values)) is None:
        return [_number_of(value) for value in values.split(",") if value.strip()]
    low, high, step, star = float(found[1]), float(found[2]), found[3], found[4]
    if star and ratio:
        return [float(steps) for steps in steps_in_ratio(int(low), int(high))]
    if star:
        raise InvalidChoice("axis", "Only steps go in a ratio; write a range like 1..12 or 1..12/0.5.")
    return list(_even(low, high, float(step or 1)))


def _even(low: float, high: float, step: float) -> Iterator[float]:
    if step <= 0 or high < low:
        raise InvalidChoice("axis", "A range goes from the smaller number to the larger, in steps above 0.")
    count = int((high - low) / step + 1e-9) + 1
    yield from (round(low + index * step, 12) for index in range(min(count, MOST_VALUES + 1)))


def _number_of(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InvalidChoice("axis", f"{value.strip()!r} is not a number; write values like 1,2,4 or 1..12.") from None


def _checked(axis: Axis) -> Axis:
    if not axis.values:
        raise InvalidChoice("axis", f"The axis {axis.name} has no values; write one like cfg=1,2,4 or steps=8..32.")
    if len(axis.values) > MOST_VALUES:
        raise InvalidChoice("axis", f"The axis {axis.name} has more than {MOST_VALUES} values; leave some out.")
    if len(set(axis.values)) < len(axis.values):
        raise InvalidChoice("axis", f"The axis {axis.name} has a value twice.")
    return axis
