"""How a good picture is spoilt on purpose, one way for each bad word."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from generation.diffusion.sketch.palette import INK, PAPER


def spoil(picture: Image.Image, flaw: str, rng: np.random.Generator) -> Image.Image:
    """The picture with a flaw of `scenes.FLAWS`."""
    return _SPOILERS[flaw](picture, rng)


def _pixelate(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    small = picture.resize((picture.width // 8, picture.height // 8), Image.Resampling.BOX)
    return small.resize(picture.size, Image.Resampling.NEAREST)


def _blur(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    grey = Image.new("RGB", picture.size, (150, 150, 150))
    return Image.blend(picture.filter(ImageFilter.GaussianBlur(3)), grey, 0.35)


def _crop(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    x = int(rng.choice((-1, 1))) * picture.width // 2 // 4 * 4
    y = int(rng.choice((-1, 1))) * picture.height // 4 // 4 * 4
    moved = Image.new("RGB", picture.size, INK)
    moved.paste(picture, (x, y))
    return moved


def _print(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    brighter = [min(255, level * 4 // 3) for level in range(256)]
    grey = ImageOps.posterize(picture.convert("L"), 2).point(brighter).convert("RGB")
    pen = ImageDraw.Draw(grey)
    middle = grey.height // 2 // 4 * 4
    pen.rectangle((0, middle - 2, grey.width, middle + 1), fill=PAPER, outline=INK)
    pen.rectangle((0, 0, grey.width - 1, grey.height - 1), outline=INK, width=3)
    return grey


def _speak(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    spoken = picture.copy()
    pen = ImageDraw.Draw(spoken)
    x, y = 4 * int(rng.integers(0, (picture.width - 40) // 4 + 1)), 4 * int(rng.integers(0, 4))
    pen.polygon([(x + 16, y + 20), (x + 26, y + 20), (x + 14, y + 31)], PAPER, INK)
    pen.ellipse((x, y, x + 40, y + 23), PAPER, INK)
    pen.line([(x + 17, y + 22), (x + 24, y + 22)], PAPER, 2)
    for row in (8, 12, 16):
        pen.line([(x + 9, y + row), (x + 31, y + row)], INK)
    return spoken


def _glitch(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    pixels = np.asarray(picture).copy()
    for top in range(0, picture.height, 8):
        if rng.random() < 0.6:
            band = np.roll(pixels[top : top + 8], 4 * int(rng.integers(-6, 7)), axis=1)
            pixels[top : top + 8] = band[..., rng.permutation(3)]
    return Image.fromarray(pixels)


def _repeat(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    repeated = picture.copy()
    middle = (picture.width // 2 - 12) // 4 * 4, (picture.height // 2 - 4) // 4 * 4
    patch = picture.crop((*middle, middle[0] + 24, middle[1] + 16))
    for _ in range(4):
        place = (
            4 * int(rng.integers(0, (picture.width - 20) // 4)),
            4 * int(rng.integers(0, (picture.height - 12) // 4)),
        )
        repeated.paste(patch, place)
    return repeated


_SPOILERS = {
    "lowres": _pixelate,
    "low": _blur,
    "cropped": _crop,
    "comic": _print,
    "speech": _speak,
    "error": _glitch,
    "extra": _repeat,
}
