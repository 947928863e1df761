"""How girls, boys and cats are drawn: large heads and large eyes, around the centre of the face."""

from generation.diffusion.sketch.canvas import Pen
from generation.diffusion.sketch.palette import (
    CLOTHES,
    EYES,
    FUR,
    HAIR,
    INK,
    PAPER,
    SKIN,
    THINGS,
    Colour,
    darker,
    lighter,
)
from generation.diffusion.sketch.scenes import Cat, Person

LINE = 1.3
#: A mouth is small, and says what kind it is by little: it is learnt from more than eyes are.
MOUTH_WEIGHT = 6.0
MOUTH: Colour = (196, 60, 70)
BLUSH: Colour = (250, 164, 160)
GOLD: Colour = (252, 204, 48)


def draw_person(pen: Pen, person: Person, depth: float) -> None:
    """Draw a person whose body reaches ``depth`` units below the centre of the face."""
    hair, skin = HAIR[person.hair], SKIN[person.skin]
    if person.kind == "girl":
        _draw_back_hair(pen, person.style, hair, depth)
    _draw_body(pen, CLOTHES[person.shirt], skin, depth)
    pen.ellipse(0, 1, 17, 17, skin, line=LINE)
    _draw_face(pen, person)
    (_draw_girl_fringe if person.kind == "girl" else _draw_boy_fringe)(pen, hair)
    _draw_worn(pen, person, hair)


def _draw_body(pen: Pen, shirt: Colour, skin: Colour, depth: float) -> None:
    pen.polygon([(-12, 20), (12, 20), (19, 27), (20, depth), (-20, depth), (-19, 27)], shirt, line=LINE)
    pen.polygon([(-5, 15), (5, 15), (6, 21), (0, 25), (-6, 21)], darker(skin, 0.12), line=LINE)


def _draw_back_hair(pen: Pen, style: str, hair: Colour, depth: float) -> None:
    if style == "long hair":
        low = min(depth, 36)
        pen.polygon([(-20, -6), (20, -6), (24, 14), (24, low), (-24, low), (-24, 14)], hair, line=LINE)
    elif style == "twintails":
        for side in (-1, 1):
            pen.ellipse(side * 24, 8, 6.5, 20, hair, line=LINE)
    elif style == "ponytail":
        pen.ellipse(22, 4, 7, 22, hair, line=LINE)
    else:
        pen.ellipse(0, 2, 21, 18, hair, line=LINE)
    pen.ellipse(0, -3, 20, 19, hair, line=LINE)


def _draw_girl_fringe(pen: Pen, hair: Colour) -> None:
    zigzag = [(17, -4), (14, -8), (10, -3), (6, -9), (2, -3), (-3, -9), (-7, -3), (-11, -9), (-14, -3), (-17, -4)]
    pen.polygon(
        [*_crown_of_head(20, 19), (21, 10), (18, 15), (17, 4), *zigzag, (-17, 4), (-18, 15), (-21, 10)], hair, line=LINE
    )
    pen.arc(0, -2, 14, 14, 205, 250, 2.2, lighter(hair))


def _draw_boy_fringe(pen: Pen, hair: Colour) -> None:
    spikes = [
        (-19, -1),
        (-23, -9),
        (-18, -12),
        (-18, -20),
        (-11, -18),
        (-6, -26),
        (0, -20),
        (8, -26),
        (11, -18),
        (18, -20),
    ]
    zigzag = [(16, -5), (12, -3), (9, -9), (3, -2), (-2, -9), (-8, -3), (-11, -9), (-16, -4)]
    pen.polygon([*spikes, (18, -12), (23, -9), (19, -1), (17, 4), *zigzag, (-17, 4)], hair, line=LINE)
    pen.arc(0, -2, 14, 14, 205, 250, 2.2, lighter(hair))


def _crown_of_head(rx: float, ry: float) -> list[tuple[float, float]]:
    unit = [(-1.0, 0.0), (-0.92, -0.38), (-0.71, -0.71), (-0.38, -0.92), (0.0, -1.0)]
    left = [(x * rx, -3 + y * ry) for x, y in unit]
    return left + [(-x, y) for x, y in reversed(left[:-1])]


def _draw_face(pen: Pen, person: Person) -> None:
    for side in (-1, 1):
        _draw_eye(pen, side * 8, EYES[person.eyes], person.closed_eyes)
        if person.blush:
            pen.ellipse(side * 12.5, 10.5, 3, 1.8, BLUSH)
        if person.kind == "boy":
            pen.line([(side * 4.5, -2.6), (side * 12, -3.6)], 1.6)
    _draw_mouth(pen, person.mouth)
    if person.glasses:
        _draw_glasses(pen)


def _draw_eye(pen: Pen, x: float, colour: Colour, closed: bool) -> None:
    pen.mark(x - 4, -2, x + 4, 10)
    if closed:
        pen.arc(x, 6, 4, 4, 190, 350, 1.8)
        return
    pen.ellipse(x, 4, 4.4, 5.8, INK)
    pen.ellipse(x, 5, 3.2, 4.4, colour)
    pen.ellipse(x, 4.4, 1.4, 2.2, INK)
    pen.ellipse(x - 1.2, 1.8, 1.6, 1.7, PAPER)


def _draw_mouth(pen: Pen, mouth: str) -> None:
    """Wide mouths, each of a colour and shape of its own: what covers a latent or two is not learnt."""
    pen.mark(-8, 10, 8, 18, weight=MOUTH_WEIGHT)
    if mouth == "smile":
        pen.polygon([(-8, 10.8), (8, 10.8), (6.5, 14), (3.5, 16.4), (-3.5, 16.4), (-6.5, 14)], PAPER, line=LINE)
    elif mouth == "frown":
        pen.arc(0, 16.8, 7, 5.6, 195, 345, 2)
    elif mouth == "open mouth":
        pen.ellipse(0, 13.6, 4.6, 3.8, MOUTH, line=LINE)
    else:
        pen.line([(-3, 13), (3, 13)], 1.6)


def _draw_glasses(pen: Pen) -> None:
    for side in (-1, 1):
        pen.ellipse(side * 8, 4, 7, 7.6, None, line=1.5)
    pen.line([(-2, 3), (2, 3)], 1.5)


def _draw_worn(pen: Pen, person: Person, hair: Colour) -> None:
    colour = THINGS[person.worn_colour]
    if person.worn == "hat":
        pen.mark(-20, -28, 20, -8)
        pen.polygon([(-15, -12), (-13, -27), (13, -27), (15, -12)], colour, line=LINE)
        pen.ellipse(0, -11, 25, 4.4, colour, line=LINE)
    elif person.worn == "crown":
        pen.mark(-14, -30, 14, -14)
        pen.polygon([(-13, -14), (-15, -28), (-7, -21), (0, -30), (7, -21), (15, -28), (13, -14)], GOLD, line=LINE)
    elif person.worn == "cat ears":
        _draw_ears(pen, hair, (250, 180, 190))
    elif person.worn == "bow":
        pen.mark(4, -28, 24, -12)
        for side in (-1, 1):
            pen.polygon([(14, -20), (14 + side * 10, -27), (14 + side * 10, -13)], colour, line=LINE)
        pen.ellipse(14, -20, 3, 3, colour, line=LINE)


def _draw_ears(pen: Pen, outer: Colour, inner: Colour) -> None:
    for side in (-1, 1):
        pen.mark(side * 12 - 8, -30, side * 12 + 8, -14)
        pen.polygon([(side * 5, -19), (side * 18, -31), (side * 20, -11)], outer, line=LINE)
        pen.polygon([(side * 10, -19), (side * 16, -26), (side * 17, -15)], inner)


def draw_cat(pen: Pen, cat: Cat, depth: float) -> None:
    """Draw a cat whose body reaches ``depth`` units below the centre of the face."""
    fur = FUR[cat.fur]
    pen.polygon([(-12, 16), (12, 16), (18, 28), (18, depth), (-18, depth), (-18, 28)], fur, line=LINE)
    pen.polygon([(-21, 0), (-20, -27), (-6, -15), (6, -15), (20, -27), (21, 0)], fur, line=LINE)
    pen.ellipse(0, 3, 23, 18, fur, line=LINE)
    pen.polygon([(-20, -3), (-9, -13), (9, -13), (20, -3), (0, 4)], fur)
    for side in (-1, 1):
        pen.polygon([(side * 11, -16), (side * 17.5, -22), (side * 18, -12)], (250, 180, 190))
        _draw_eye(pen, side * 8, EYES[cat.eyes], False)
        pen.line([(side * 13, 11), (side * 22, 9)], 1.1, PAPER if cat.fur == "black" else INK)
        pen.arc(side * 2.6, 12, 2.6, 3, 0, 180, 1.4)
    pen.mark(-4, 8, 4, 15)
    pen.polygon([(-2.4, 9), (2.4, 9), (0, 12)], (240, 130, 140))
