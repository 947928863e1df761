"""A supersampled canvas, a pen that can be moved and scaled, and the places of the picture that matter most."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from generation.diffusion.sketch.palette import INK, Colour

OVERSAMPLING = 4
FOCUS_WEIGHT = 3.0
Point = tuple[float, float]


class Canvas:
    """A picture of ``width`` by ``height`` pixels, drawn at four times the size."""

    def __init__(self, width: int, height: int, colour: Colour) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * OVERSAMPLING, height * OVERSAMPLING), colour)
        self.focus: list[tuple[tuple[float, float, float, float], float]] = []

    def pen(self, x: float = 0, y: float = 0, scale: float = 1) -> "Pen":
        """A pen whose origin lies at (x, y) pixels and whose unit is ``scale`` pixels."""
        return Pen(self, x, y, scale)

    def finish(self) -> Image.Image:
        """The picture at its own size."""
        return self.image.resize((self.width, self.height), Image.Resampling.BOX)


class Pen:
    """Draws outlined shapes in units of its own; widths of lines are in the same units."""

    def __init__(self, canvas: Canvas, x: float, y: float, scale: float) -> None:
        self._canvas = canvas
        self._draw = ImageDraw.Draw(canvas.image)
        self._x, self._y, self._scale = x, y, scale

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Colour | None, *, line: float = 0) -> None:
        """An ellipse around (x, y) with an ink outline of ``line`` inside its edge."""
        self._draw.ellipse(self._box(x - rx, y - ry, x + rx, y + ry), fill, INK if line else None, self._width(line))

    def rectangle(self, left: float, top: float, right: float, bottom: float, fill: Colour, *, line: float = 0) -> None:
        """A rectangle with an ink outline of ``line`` inside its edge."""
        self._draw.rectangle(self._box(left, top, right, bottom), fill, INK if line else None, self._width(line))

    def polygon(self, points: Sequence[Point], fill: Colour, *, line: float = 0) -> None:
        """A filled polygon with an ink outline of ``line`` around its edge."""
        scaled = [self._point(*point) for point in points]
        self._draw.polygon(scaled, fill)
        if line:
            self._draw.line([*scaled, scaled[0], scaled[1]], INK, self._width(line), joint="curve")

    def arc(
        self, x: float, y: float, rx: float, ry: float, start: float, end: float, line: float, colour: Colour = INK
    ) -> None:
        """Part of an ellipse's edge, in degrees clockwise from three o'clock."""
        self._draw.arc(self._box(x - rx, y - ry, x + rx, y + ry), start, end, colour, self._width(line))

    def line(self, points: Sequence[Point], line: float, colour: Colour = INK) -> None:
        """An open line through the points."""
        self._draw.line([self._point(*point) for point in points], colour, self._width(line), joint="curve")

    def mark(self, left: float, top: float, right: float, bottom: float, *, weight: float = FOCUS_WEIGHT) -> None:
        """Remember a small place that matters ``weight`` times as much as others, such as an eye."""
        (a, b), (c, d) = self._point(left, top), self._point(right, bottom)
        box = (a / OVERSAMPLING, b / OVERSAMPLING, c / OVERSAMPLING, d / OVERSAMPLING)
        self._canvas.focus.append((box, weight))

    def _point(self, x: float, y: float) -> Point:
        return (
            round((self._x + x * self._scale) * OVERSAMPLING),
            round((self._y + y * self._scale) * OVERSAMPLING),
        )

    def _box(self, left: float, top: float, right: float, bottom: float) -> tuple[Point, Point]:
        (a, b), (c, d) = self._point(left, top), self._point(right, bottom)
        return (a, b), (c - 1, d - 1)

    def _width(self, line: float) -> int:
        return max(2, round(line * self._scale * OVERSAMPLING)) if line else 0
