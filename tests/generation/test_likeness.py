"""The same picture in another file or at another size has nearly the same likeness; other pictures have not."""

import io
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from generation.likeness import SAME, distance, likeness

#: Eight pictures of the sketch model's in a row.
SHEET = Path(__file__).parents[2] / "docs" / "pictures" / "readme.png"


def pictures() -> list[Image.Image]:
    sheet = Image.open(SHEET).convert("RGB")
    side = sheet.height
    return [sheet.crop((k * side, 0, (k + 1) * side, side)) for k in range(8)]


def saved(format: str, quality: int) -> Callable[[Image.Image], Image.Image]:
    def change(picture: Image.Image) -> Image.Image:
        file = io.BytesIO()
        picture.save(file, format, quality=quality)
        return Image.open(file).convert("RGB")

    return change


def scaled(share: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: picture.resize((round(picture.width * share), round(picture.height * share)))


@pytest.mark.parametrize(
    "change", [saved("JPEG", 50), saved("WEBP", 80), scaled(0.5), scaled(1.7)], ids=["jpeg", "webp", "half", "larger"]
)
def test_a_copy_is_known_again(change: Callable[[Image.Image], Image.Image]) -> None:
    assert max(distance(likeness(change(picture)), likeness(picture)) for picture in pictures()) <= SAME


def test_other_pictures_are_other_pictures() -> None:
    known = [likeness(picture) for picture in pictures()]
    assert len(known) == 8
    assert min(distance(one, other) for one, other in itertools.combinations(known, 2)) > SAME


def test_it_is_64_bits() -> None:
    assert 0 <= likeness(Image.new("RGB", (8, 8))) < 2**64
    assert distance(0, 2**64 - 1) == 64
