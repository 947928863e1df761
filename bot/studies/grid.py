"""The labelled picture of a scan: its cells in rows and columns, those that are not drawn yet left grey."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from bot.studies.scan import Scan

_PAPER, _INK, _EMPTY = (255, 255, 255), (40, 40, 40), (228, 228, 228)
_GAP, _MARGIN = 4, 8
_LEAST_LETTER, _MOST_LETTER = 12, 28
_LEAST_SIDE = 128
_MOST_PIXELS = 40_000_000
_LONGEST_LABEL = 24


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where everything goes, in pixels."""

    cell: tuple[int, int]
    scale: float
    left: int
    top: int
    letter: int


def draw_grid(scan: Scan, pictures: Mapping[int, Image.Image]) -> Image.Image:
    """Lay ``pictures``, by the index of their cell, out under the labels of both axes.

    Cells have the size of the largest of them, or a multiple of it where that is small; where all would make more than
    40 million pixels, they are made smaller.
    """
    plan = _planned(scan)
    width = plan.left + scan.columns * (plan.cell[0] + _GAP) + _MARGIN
    height = plan.top + scan.rows * (plan.cell[1] + _GAP) + _MARGIN
    sheet = Image.new("RGB", (width, height), _PAPER)
    pen = ImageDraw.Draw(sheet)
    _write_labels(pen, scan, plan)
    for index in range(len(scan.cells)):
        _place(sheet, plan, scan, index, pictures.get(index))
    return sheet


def _planned(scan: Scan) -> _Plan:
    width = max(spec.width for spec in scan.cells)
    height = max(spec.height for spec in scan.cells)
    grow = math.ceil(_LEAST_SIDE / max(width, height))
    shrink = min(1.0, math.sqrt(_MOST_PIXELS / (width * grow * scan.columns * height * grow * scan.rows)))
    cell = (max(1, int(width * grow * shrink)), max(1, int(height * grow * shrink)))
    letter = min(_MOST_LETTER, max(_LEAST_LETTER, cell[1] // 12))
    font = _font(letter)
    beside = [_width(font, label) for label in (*map(_short, scan.down.labels), _short(scan.down.title))]
    needed = max(_width(font, label) for label in map(_short, scan.across.labels))
    scale = cell[0] / width
    cell = (max(cell[0], math.ceil(needed)), cell[1])
    return _Plan(
        cell=cell, scale=scale, left=math.ceil(max(beside)) + 2 * _MARGIN, top=3 * letter + _MARGIN, letter=letter
    )


def _write_labels(pen: ImageDraw.ImageDraw, scan: Scan, plan: _Plan) -> None:
    font = _font(plan.letter)
    middle = plan.left + scan.columns * (plan.cell[0] + _GAP) / 2
    pen.text((middle, _MARGIN), _short(scan.across.title), _INK, font, anchor="ma")
    pen.text((_MARGIN, plan.top - plan.letter), _short(scan.down.title), _INK, font, anchor="ls")
    for column, label in enumerate(scan.across.labels):
        x = plan.left + column * (plan.cell[0] + _GAP) + plan.cell[0] / 2
        pen.text((x, plan.top - _MARGIN / 2), _short(label), _INK, font, anchor="ms")
    for row, label in enumerate(scan.down.labels):
        y = plan.top + row * (plan.cell[1] + _GAP) + plan.cell[1] / 2
        pen.text((plan.left - _MARGIN, y), _short(label), _INK, font, anchor="rm")


def _place(sheet: Image.Image, plan: _Plan, scan: Scan, index: int, picture: Image.Image | None) -> None:
    row, column = divmod(index, scan.columns)
    left, top = plan.left + column * (plan.cell[0] + _GAP), plan.top + row * (plan.cell[1] + _GAP)
    if picture is None:
        sheet.paste(_EMPTY, (left, top, left + plan.cell[0], top + plan.cell[1]))
        return
    size = (max(1, round(picture.width * plan.scale)), max(1, round(picture.height * plan.scale)))
    shown = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    sheet.paste(shown, (left + (plan.cell[0] - shown.width) // 2, top + (plan.cell[1] - shown.height) // 2))


def sheet_of(pictures: Sequence[Image.Image], columns: int) -> Image.Image:
    """Lay pictures of about one size out in rows, without labels."""
    width, height = max(p.width for p in pictures), max(p.height for p in pictures)
    rows = math.ceil(len(pictures) / columns)
    sheet = Image.new("RGB", (columns * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP), _PAPER)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        sheet.paste(picture.convert("RGB"), (_GAP + column * (width + _GAP), _GAP + row * (height + _GAP)))
    return sheet


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _width(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, text: str) -> float:
    return font.getlength(text)
