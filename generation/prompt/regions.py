"""Regions: a prompt for each part of the picture, and how the parts lie.

====================================  =========================================================
``red hair | blue hair``              columns of equal width, from the left
``columns 2:1: red hair | blue hair`` the left one twice as wide
``rows: sky | sea``                   one over the other; ``rows 1:2:`` gives their heights
``2x2: a | b | c | d``                a grid, columns by rows, read like a page
====================================  =========================================================

A part is a text of the prompt language; it may be empty. Its weight stands behind a colon, as with ``AND``, and behind
that a colour: ``sunset :0.8 #orange``. A ``|`` in brackets belongs to the text, as in ``[red|blue] hair``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import ImageColor

from generation.errors import InvalidChoice

Colour = tuple[int, int, int]

#: Parts beside one another, and over one another.
MOST = 4
#: How wide an edge between two parts is, of the picture's side; and of the narrower part, where that is less.
_EDGE = 1 / 8
#: Shares are multiples of this, so that those of one place add up to 1 exactly, in whatever order.
_GRAIN = 2**-10

_NUMBER = r"\d{1,4}(?:\.\d{1,4})?"
_LAYOUT = re.compile(
    rf"""
    \s*(?:
        (?P<kind>columns?|rows?) (?:\s+ (?P<sizes>{_NUMBER}(?:\s*:\s*{_NUMBER})*))?
      | (?P<across>\d{{1,4}}) \s* [x×] \s* (?P<down>\d{{1,4}})
    ) \s* :
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MARK = re.compile(r"\\.|[()\[\]|]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its text with its weights, and the colour it tends to, RGB of 0 to 255."""

    text: str
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Regions:
    """Parts, row by row, and the widths of the columns and heights of the rows they fill, as shares of 1."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]
    parts: tuple[Part, ...]

    def masks(self, width: int, height: int) -> NDArray[np.float64]:
        """How much each part counts at each place, 0 to 1, as (parts, height, width); at every place the sum is 1."""
        across, down = _shares(self.columns, width), _shares(self.rows, height)
        return (down[:, None, :, None] * across[None, :, None, :]).reshape(-1, height, width)


def parse_regions(text: str) -> Regions:
    """Read regions; raise InvalidChoice, with a sentence, for what is none."""
    layout = _LAYOUT.match(text)
    texts = _split(text[layout.end() :] if layout else text)
    columns, rows = _sizes(layout, len(texts))
    _check_number(columns, rows, texts, layout)
    return Regions(_as_shares(columns), _as_shares(rows), tuple(map(_part, texts)))


def _split(text: str) -> list[str]:
    """The texts between the ``|`` that stand in no bracket."""
    depth, start, texts = 0, 0, []
    for mark in _MARK.finditer(text):
        if mark[0] in ("(", "["):
            depth += 1
        elif mark[0] in (")", "]"):
            depth = max(0, depth - 1)
        elif mark[0] == "|" and depth == 0:
            texts.append(text[start : mark.start()])
            start = mark.end()
    return [*texts, text[start:]]


def _sizes(layout: re.Match[str] | None, parts: int) -> tuple[list[float], list[float]]:
    """The widths of the columns and the heights of the rows, as written."""
    if layout is None:
        return [1.0] * parts, [1.0]
    if layout["across"]:
        return [1.0] * int(layout["across"]), [1.0] * int(layout["down"])
    sizes = [float(size) for size in (layout["sizes"] or "").split(":") if size]
    if len(sizes) == 1 and sizes[0].is_integer():  # a number alone says how many
        sizes = [1.0] * int(sizes[0])
    sizes = sizes or [1.0] * parts
    return (sizes, [1.0]) if layout["kind"].lower().startswith("column") else ([1.0], sizes)


def _check_number(
    columns: Sequence[float], rows: Sequence[float], texts: Sequence[str], layout: re.Match[str] | None
) -> None:
    if len(columns) > MOST or len(rows) > MOST:
        raise _wrong(f"A picture has at most {MOST} regions beside one another, and {MOST} over one another.")
    if not all((*columns, *rows)):
        raise _wrong("A region that is 0 wide is none; give each a size above 0, as in columns 2:1.")
    wanted, given = len(columns) * len(rows), len(texts)
    if given == 1 and wanted == 1:
        open_bracket = " A bracket before the | is not closed." if "|" in texts[0] else ""
        raise _wrong(f"Regions are two parts or more with a | between them: red hair | blue hair.{open_bracket}")
    if wanted != given:
        said = layout[0].strip().rstrip(":").strip() if layout else ""
        raise _wrong(f"{said.capitalize()} makes {wanted} regions, but the texts are {given}, with a | between them.")


def _part(text: str) -> Part:
    words, mark, colour = text.partition("#")
    if not mark:
        return Part(text.strip())
    return Part(words.strip(), _colour(colour.strip()))


def _colour(name: str) -> Colour:
    try:
        channels = ImageColor.getrgb(name if name.lower() in ImageColor.colormap else f"#{name}")
    except ValueError:
        channels = ()
    if len(channels) != 3:  # four are a colour that lets others through
        shown = name if len(name) <= 40 else f"{name[:39]}…"
        raise _wrong(f"#{shown} is no colour; write one such as #orange or #ff8800, at the end of its part.")
    return channels


def _as_shares(sizes: Sequence[float]) -> tuple[float, ...]:
    return tuple(size / sum(sizes) for size in sizes)


def _shares(sizes: Sequence[float], pixels: int) -> NDArray[np.float64]:
    """How much each of the parts along one side counts at each pixel, (parts, pixels); edges are straight ramps."""
    places = (np.arange(pixels) + 0.5) / pixels
    edges = list(accumulate(sizes))[:-1]
    ramps = [min(_EDGE, *pair) for pair in pairwise(sizes)]
    begun = [np.clip((places - edge) / ramp + 0.5, 0, 1) for edge, ramp in zip(edges, ramps, strict=True)]
    steps = [np.ones(pixels), *(np.round(each / _GRAIN) * _GRAIN for each in begun), np.zeros(pixels)]
    return np.stack([before - after for before, after in pairwise(steps)])


def _wrong(sentence: str) -> InvalidChoice:
    return InvalidChoice("regions", sentence)
