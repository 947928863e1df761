"""How objects are drawn: one large simple shape each, around its centre."""

from math import cos, pi, sin

from generation.diffusion.sketch.canvas import Pen
from generation.diffusion.sketch.palette import INK, PAPER, THINGS, Colour, darker, lighter
from generation.diffusion.sketch.scenes import Thing

LINE = 1.4
WOOD: Colour = (134, 92, 60)
GLASS: Colour = (190, 228, 250)
CREAM: Colour = (252, 238, 212)


def draw_thing(pen: Pen, thing: Thing) -> None:
    """Draw an object of `scenes.OBJECTS`, about 48 units across."""
    _DRAWERS[thing.name](pen, THINGS[thing.colour])


def _draw_tree(pen: Pen, colour: Colour) -> None:
    pen.rectangle(-5, 4, 5, 27, WOOD, line=LINE)
    for x, y, radius in ((-11, 0, 12), (11, 0, 12), (0, -11, 15)):
        pen.ellipse(x, y, radius, radius, colour, line=LINE)
    pen.ellipse(0, -3, 14, 11, colour)


def _draw_car(pen: Pen, colour: Colour) -> None:
    pen.polygon([(-14, -3), (-9, -15), (9, -15), (16, -3)], colour, line=LINE)
    pen.polygon([(-10, -3), (-7, -12), (-1, -12), (-1, -3)], GLASS, line=1)
    pen.polygon([(2, -3), (2, -12), (7, -12), (12, -3)], GLASS, line=1)
    pen.rectangle(-26, -3, 26, 11, colour, line=LINE)
    pen.rectangle(21, 0, 26, 4, (255, 240, 150), line=1)
    for x in (-14, 14):
        pen.ellipse(x, 11, 7.5, 7.5, INK)
        pen.ellipse(x, 11, 3.2, 3.2, (200, 200, 206))


def _draw_house(pen: Pen, colour: Colour) -> None:
    pen.rectangle(-19, -4, 19, 24, CREAM, line=LINE)
    pen.polygon([(-26, -3), (0, -25), (26, -3)], colour, line=LINE)
    pen.rectangle(-5, 8, 5, 24, WOOD, line=LINE)
    for x in (-13, 13):
        pen.rectangle(x - 4, 4, x + 4, 12, GLASS, line=1.2)


def _draw_flower(pen: Pen, colour: Colour) -> None:
    pen.line([(0, 0), (0, 28)], 3.5, (56, 140, 66))
    pen.ellipse(8, 20, 8, 4, (70, 168, 80), line=1)
    for turn in range(6):
        angle = turn * pi / 3
        pen.ellipse(12 * cos(angle), -8 + 12 * sin(angle), 8, 8, colour, line=LINE)
    pen.ellipse(0, -8, 7.5, 7.5, (252, 214, 70), line=LINE)


def _draw_star(pen: Pen, colour: Colour) -> None:
    radii = [25 if k % 2 == 0 else 11 for k in range(10)]
    points = [(r * sin(k * pi / 5), 1 - r * cos(k * pi / 5)) for k, r in enumerate(radii)]
    pen.polygon(points, colour, line=LINE + 0.4)


def _draw_ball(pen: Pen, colour: Colour) -> None:
    pen.ellipse(0, 0, 23, 23, colour, line=LINE + 0.4)
    pen.polygon([(-22, -5), (22, -5), (22, 5), (-22, 5)], PAPER)
    pen.ellipse(0, 0, 23, 23, None, line=LINE + 0.4)


def _draw_cup(pen: Pen, colour: Colour) -> None:
    pen.ellipse(17, 4, 10, 10, None, line=LINE)
    pen.ellipse(17, 4, 8.4, 8.4, colour, line=0)
    pen.ellipse(17, 4, 5, 5, CREAM, line=LINE)
    pen.polygon([(-18, -12), (16, -12), (13, 22), (-15, 22)], colour, line=LINE)
    pen.ellipse(-1, -12, 17, 5, darker(WOOD, 0.2), line=LINE)


def _draw_fish(pen: Pen, colour: Colour) -> None:
    pen.polygon([(10, 0), (26, -13), (26, 13)], darker(colour, 0.15), line=LINE)
    pen.ellipse(-4, 0, 21, 14, colour, line=LINE)
    pen.polygon([(-4, -2), (5, 3), (-4, 8)], darker(colour, 0.15), line=1)
    pen.ellipse(-15, -4, 4, 4, PAPER, line=1)
    pen.ellipse(-15.5, -4, 1.8, 1.8, INK)


def _draw_heart(pen: Pen, colour: Colour) -> None:
    outline = []
    for k in range(40):
        angle = 2 * pi * k / 40
        x = 16 * sin(angle) ** 3
        y = 13 * cos(angle) - 5 * cos(2 * angle) - 2 * cos(3 * angle) - cos(4 * angle)
        outline.append((1.45 * x, -1.45 * y - 2))
    pen.polygon(outline, colour, line=LINE + 0.4)
    pen.ellipse(-11, -10, 4, 3.4, lighter(colour, 0.6))


def _draw_mushroom(pen: Pen, colour: Colour) -> None:
    pen.polygon([(-8, 0), (8, 0), (11, 24), (-11, 24)], CREAM, line=LINE)
    pen.polygon([(-25, 4), (-22, -11), (-13, -20), (0, -23), (13, -20), (22, -11), (25, 4)], colour, line=LINE)
    for x, y, radius in ((-12, -7, 4.5), (2, -14, 4.5), (13, -4, 4)):
        pen.ellipse(x, y, radius, radius, PAPER)


_DRAWERS = {
    "tree": _draw_tree,
    "car": _draw_car,
    "house": _draw_house,
    "flower": _draw_flower,
    "star": _draw_star,
    "ball": _draw_ball,
    "cup": _draw_cup,
    "fish": _draw_fish,
    "heart": _draw_heart,
    "mushroom": _draw_mushroom,
}
