"""Brightness and colourfulness of pictures whose figures are known."""

import numpy as np
import pytest
from PIL import Image

from bot.studies.measures import Measures, measure


def plain(colour: str) -> Measures:
    return measure(Image.new("RGB", (8, 6), colour))


@pytest.mark.parametrize(
    ("colour", "luminance"),
    [("black", 0), ("white", 1), ("#808080", 0.2159), ("red", 0.2126), ("lime", 0.7152), ("blue", 0.0722)],
)
def test_brightness_is_relative_luminance(colour: str, luminance: float) -> None:
    assert plain(colour).brightness == pytest.approx(luminance, abs=1e-4)


def test_brightness_is_a_mean_of_light_and_not_of_numbers() -> None:
    half = Image.new("RGB", (2, 1), "black")
    half.putpixel((1, 0), (255, 255, 255))
    assert measure(half).brightness == pytest.approx(0.5)


@pytest.mark.parametrize("colour", ["black", "#777777", "white"])
def test_grey_has_no_colour(colour: str) -> None:
    assert plain(colour).colourfulness == 0


def test_colourfulness_of_one_colour_is_its_distance_from_grey() -> None:
    # rg = 255, yb = 127.5, no spread: 0.3 √(255² + 127.5²)
    assert plain("red").colourfulness == pytest.approx(0.3 * np.hypot(255, 127.5))


def test_colourfulness_of_two_opposed_colours_counts_their_spread() -> None:
    both = Image.new("RGB", (2, 1), "red")
    both.putpixel((1, 0), (0, 255, 0))
    # rg is ±255, yb 127.5 in both: √(255²) + 0.3 × 127.5
    assert measure(both).colourfulness == pytest.approx(255 + 0.3 * 127.5)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1", "CMYK"])
def test_any_mode_is_measured(mode: str) -> None:
    assert measure(Image.new("RGB", (4, 4), "white").convert(mode)).brightness == pytest.approx(1)
