"""The drawing program: a scene becomes a picture, the same scene always the same picture."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from generation.diffusion.sketch.canvas import Canvas
from generation.diffusion.sketch.figures import draw_cat, draw_person
from generation.diffusion.sketch.flaws import spoil
from generation.diffusion.sketch.palette import BACKGROUNDS, PAPER, Colour
from generation.diffusion.sketch.scenes import Cat, Person, Placed, Scene
from generation.diffusion.sketch.things import draw_thing

SKIES: dict[str, Colour] = {
    "night": (26, 30, 80),
    "field": (150, 212, 250),
    "beach": (150, 212, 250),
    "snow": (176, 196, 220),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture and, per cell of four by four pixels, how much it matters (float32, height/4 x width/4, at least 1)."""

    picture: Image.Image
    weight: np.ndarray


def draw(scene: Scene) -> Drawing:
    """Draw a scene."""
    canvas = Canvas(scene.width, scene.height, _ground_colour(scene.background))
    rng = np.random.default_rng(scene.detail)
    _draw_background(canvas, scene.background, rng)
    for placed in scene.subjects:
        _draw_subject(canvas, placed)
    picture = canvas.finish()
    if scene.flaw is not None:
        picture = spoil(picture, scene.flaw, rng)
    return Drawing(picture, _weigh(canvas))


def _ground_colour(background: str) -> Colour:
    return BACKGROUNDS[background] if background in BACKGROUNDS else SKIES[background]


def _draw_background(canvas: Canvas, background: str, rng: np.random.Generator) -> None:
    pen, width, height = canvas.pen(), canvas.width, canvas.height
    horizon = height * 5 // 8 // 4 * 4
    if background == "night":
        pen.ellipse(width - 12, 12, 8, 8, (252, 240, 170))
        for _ in range(width * height // 600):
            x, y = _random_cell(rng, width, height)
            pen.ellipse(x, y, 1.2, 1.2, PAPER)
    elif background == "field":
        pen.rectangle(0, horizon, width, height, (112, 196, 92))
        for x, y in ((12, 12), (width - 14, 20)):
            pen.ellipse(x, y, 8, 4, PAPER)
            pen.ellipse(x + 2, y - 3, 5, 4, PAPER)
    elif background == "beach":
        pen.rectangle(0, horizon - 8, width, horizon + 8, (52, 128, 214))
        pen.rectangle(0, horizon + 8, width, height, (246, 222, 160))
        pen.ellipse(10, 10, 7, 7, (255, 214, 70))
    elif background == "snow":
        pen.rectangle(0, horizon + 4, width, height, PAPER)
        for _ in range(width * height // 250):
            x, y = _random_cell(rng, width, height)
            pen.ellipse(x, y, 1.4, 1.4, PAPER)


def _random_cell(rng: np.random.Generator, width: int, height: int) -> tuple[int, int]:
    """The middle of one of the picture's cells of four by four pixels."""
    return 4 * int(rng.integers(0, width // 4)) + 2, 4 * int(rng.integers(0, height // 4)) + 2


def _draw_subject(canvas: Canvas, placed: Placed) -> None:
    pen = canvas.pen(placed.x, placed.y, placed.scale)
    depth = (canvas.height - placed.y) / placed.scale + 3
    if isinstance(placed.subject, Person):
        draw_person(pen, placed.subject, depth)
    elif isinstance(placed.subject, Cat):
        draw_cat(pen, placed.subject, depth)
    else:
        draw_thing(pen, placed.subject)


def _weigh(canvas: Canvas) -> np.ndarray:
    weight = np.ones((canvas.height // 4, canvas.width // 4), np.float32)
    for (left, top, right, bottom), times in canvas.focus:
        rows = slice(max(0, int(top / 4 + 0.3)), max(0, int(np.ceil(bottom / 4 - 0.3))))
        columns = slice(max(0, int(left / 4 + 0.3)), max(0, int(np.ceil(right / 4 - 0.3))))
        weight[rows, columns] = np.maximum(weight[rows, columns], times)
    return weight
