"""Reads a recipe, whoever wrote it, by the rules of AUTOMATIC1111's web UI 1.10.

The last line holds the fields, if it holds three or more; all before it is the prompt, and from a line that begins with
``Negative prompt:`` on the negative one. Fields that are not there get the value that their absence means.
"""

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from generation.prompt.attention import BREAK, parse_attention
from generation.recipe.quoting import unquote
from generation.recipe.versions import implied, repeats_are_empty

#: What :func:`parse` returns: the fields by name. Text, except for defaults that are numbers or truths.
Fields = dict[str, Any]

NEGATIVE = "Negative prompt:"

_FEWEST_FIELDS = 3
_RUN = re.compile(r"[\w \-/]+")  # what a field's name is made of; it begins with a letter and has two or more
_VALUE = re.compile(r':\s*("(?:[^"\\]|\\.)+"|[^,]*)(?:,|$)')
_SIZE = re.compile(r"(\d+)x(\d+)")
_SIDE = re.compile(r"\d{1,6}")

#: What it means that a field is not there.
DEFAULTS: Fields = {
    "Clip skip": "1",
    "Hires resize-1": 0,
    "Hires resize-2": 0,
    "Hires sampler": "Use same sampler",
    "Hires schedule type": "Use same scheduler",
    "Hires checkpoint": "Use same checkpoint",
    "Hires prompt": "",
    "Hires negative prompt": "",
    "Mask mode": "Inpaint masked",
    "Masked content": "original",
    "Inpaint area": "Whole picture",
    "Masked area padding": 32,
    "RNG": "GPU",
    "Schedule type": "Automatic",
    "Schedule max sigma": 0,
    "Schedule min sigma": 0,
    "Schedule rho": 0,
    "VAE Encoder": "Full",
    "VAE Decoder": "Full",
    "FP8 weight": "Disable",
    "Refiner switch by sampling steps": False,
}

# What the first pass of a two-pass picture was before it could be chosen: about this area, in whole steps (pixels).
_FIRST_PASS_AREA, _FIRST_PASS_STEP = 512 * 512, 64


def parse(text: str) -> Fields:
    """Read a recipe. Never raises: text that is no recipe is a prompt.

    ``Prompt`` and ``Negative prompt`` are always there, and so is every field that has a default. A size of 512x768
    becomes ``Size-1: "512"`` and ``Size-2: "768"``, whatever the field is called.
    """
    lines, last = _lines(text)
    fields = _read_fields(last)
    fields["Prompt"], fields["Negative prompt"] = _prompts(lines)
    if (network := fields.get("Hypernet")) is not None:  # before such networks were named in the prompt
        fields["Prompt"] += f"<hypernet:{network}:{fields.get('Hypernet strength', '1.0')}>"
    fields |= _unrepeated(fields)
    fields |= {name: value for name, value in DEFAULTS.items() if name not in fields}
    fields |= _two_passes(fields)
    if fields["FP8 weight"] != "Disable":
        fields.setdefault("Cache FP16 weight for LoRA", False)
    if any(_emphasises(fields[name]) for name in ("Prompt", "Negative prompt")):
        fields.setdefault("Emphasis", "Original")
    return fields | implied(fields)


def raw_fields(text: str) -> list[tuple[str, str]]:
    """Return what looks like fields in the last line, values still quoted, even where they are too few to be any."""
    return list(_scan(text.strip().rpartition("\n")[2]))


def has_fields(text: str) -> bool:
    """Whether the last line is one of fields, as a recipe's is."""
    return len(raw_fields(text)) >= _FEWEST_FIELDS


def _scan(line: str) -> Iterator[tuple[str, str]]:
    """Find fields from the left, in one pass however long the line."""
    position = 0
    while run := _RUN.search(line, position):
        name = run[0].lstrip(" -/")
        value = _VALUE.match(line, run.end()) if len(name) > 1 else None
        if value:
            yield name, value[1]
        position = (value or run).end()


def _lines(text: str) -> tuple[list[str], str]:
    """The lines of the prompts, and the line of the fields: empty where there is none."""
    *lines, last = text.strip().split("\n")
    return (lines, last) if len(raw_fields(last)) >= _FEWEST_FIELDS else ([*lines, last], "")


def _read_fields(line: str) -> Fields:
    fields: Fields = {}
    for name, raw in raw_fields(line):
        value = unquote(raw)
        if size := _SIZE.fullmatch(value):
            fields[f"{name}-1"], fields[f"{name}-2"] = size.groups()
        elif raw:
            fields[name] = value
    return fields


def _prompts(lines: Iterable[str]) -> tuple[str, str]:
    """Prompt and negative prompt. Each line loses the space around it, and each prompt its empty first lines."""
    prompts = ["", ""]
    which = 0
    for line in map(str.strip, lines):
        if line.startswith(NEGATIVE):
            which = 1
        said = line.removeprefix(NEGATIVE).strip()
        prompts[which] += f"\n{said}" if prompts[which] else said
    return prompts[0], prompts[1]


def _unrepeated(fields: Fields) -> Fields:
    """The hires prompts that only repeat the first ones, emptied."""
    if not repeats_are_empty(fields):
        return {}
    pairs = {"Hires prompt": "Prompt", "Hires negative prompt": "Negative prompt"}
    return {name: "" for name, first in pairs.items() if fields.get(name) == fields[first]}


def _two_passes(fields: Fields) -> Fields:
    """The two sizes of a two-pass picture, where an old recipe gives the finished size and that of the first pass."""
    names = {"First pass size-1": 0, "First pass size-2": 0, "Size-1": 512, "Size-2": 512}
    if not {"First pass size-1", "First pass size-2"} <= fields.keys():
        return {}
    sides = [str(fields.get(name, default)) for name, default in names.items()]
    if not all(_SIDE.fullmatch(side) for side in sides):
        return {}
    first, finished = tuple(map(int, sides[:2])), tuple(map(int, sides[2:]))
    if not all(first):
        first = _usual_first_pass(*finished)
    return dict(zip(("Size-1", "Size-2", "Hires resize-1", "Hires resize-2"), (*first, *finished), strict=True))


def _usual_first_pass(width: int, height: int) -> tuple[int, ...]:
    scale = math.sqrt(_FIRST_PASS_AREA / max(1, width * height))
    return tuple(math.ceil(scale * side / _FIRST_PASS_STEP) * _FIRST_PASS_STEP for side in (width, height))


def _emphasises(prompt: str) -> bool:
    return any(piece != BREAK and piece[1] != 1.0 for piece in parse_attention(prompt))
