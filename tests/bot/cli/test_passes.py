"""``ninewords draw`` over a picture and in two passes, and ``ninewords upscale``."""

import io
from pathlib import Path

import pytest
from PIL import Image

from bot.cli.exits import Exit
from generation import png, recipe, source
from tests.bot.cli.conftest import Easel, Ninewords


@pytest.fixture
def wide(folder: Path) -> Path:
    """A picture, half red and half blue, three times as wide as high."""
    picture = Image.new("RGB", (300, 100), "red")
    picture.paste("blue", (150, 0, 300, 100))
    file = folder / "wide.png"
    file.write_bytes(png.embed(picture, "a fish\nSteps: 9, Sampler: Euler, Seed: 3"))
    return file


def test_a_picture_is_drawn_over_at_a_size_of_its_shape(ninewords: Ninewords, easel: Easel, wide: Path) -> None:
    ended = ninewords("draw", "a cat", "--image", str(wide), "--strength", "0.4")
    assert ended.code == 0
    (spec,), (image,) = easel.specs, easel.images
    assert (spec.strength, spec.width, spec.height) == (0.4, 112, 40)
    with Image.open(wide) as opened:
        assert spec.source == source.digest(opened.convert("RGB"))
    assert image is not None
    assert (image[:3], image[-3:]) == (b"\xff\0\0", b"\0\0\xff")
    assert f"Source: {spec.source}" in ended.out
    assert "Denoising strength: 0.4" in ended.out


def test_a_size_that_was_chosen_is_kept(ninewords: Ninewords, easel: Easel, wide: Path) -> None:
    assert ninewords("draw", "--image", str(wide), "--size", "64x64").code == 0
    assert (easel.specs[0].width, easel.specs[0].height) == (64, 64)
    assert easel.images[0] is not None
    assert len(easel.images[0]) == 3 * 64 * 64


def test_a_recipe_of_a_picture_drawn_over_another_one_asks_for_that_one(
    ninewords: Ninewords, easel: Easel, wide: Path
) -> None:
    assert ninewords("draw", "a cat", "--image", str(wide), "--seed", "4", "-o", "over.png").code == 0
    ended = ninewords("draw", "--recipe", "over.png")
    assert ended.code == Exit.USAGE
    assert "give that one with --image" in ended.err
    assert ninewords("draw", "--recipe", "over.png", "--image", str(wide), "-o", "again.png").code == 0
    assert easel.specs[0] == easel.specs[1]
    assert easel.images[0] == easel.images[1]


def test_what_is_no_picture_is_said_before_anything_is_drawn(ninewords: Ninewords, easel: Easel, folder: Path) -> None:
    (folder / "notes.txt").write_text("no picture")
    ended = ninewords("draw", "--image", "notes.txt")
    assert (ended.code, easel.specs) == (Exit.USAGE, [])
    assert "no PNG, JPEG or WebP picture" in ended.err
    assert "cannot be read" in ninewords("draw", "--image", "nowhere.png").err


def test_a_second_pass_is_asked_for(ninewords: Ninewords, easel: Easel) -> None:
    ended = ninewords("draw", "a cat", "--larger", "1.5", "--steps", "20", "--larger-cfg", "5")
    assert ended.code == 0
    (spec,) = easel.specs
    assert spec.finished_size == (96, 96)
    assert (spec.larger_steps, spec.larger_guidance_scale) == (12, 5.0)
    assert "Hires upscale: 1.5, Hires steps: 12, Hires upscaler: Latent, Hires CFG Scale: 5" in ended.out
    assert "must lie between 1 and 4" in ninewords("draw", "--larger", "9").err
    assert "takes a number, or auto" in ninewords("draw", "--larger", "2", "--larger-steps", "many").err


def test_a_picture_is_enlarged_and_keeps_its_recipe(ninewords: Ninewords, folder: Path) -> None:
    small = Image.new("RGB", (24, 16), "green")
    (folder / "small.png").write_bytes(png.embed(small, "a fish\nSteps: 9, Sampler: Euler, Seed: 3"))
    ended = ninewords("upscale", "small.png")
    assert (ended.code, ended.out) == (0, "small-x2.png\n48x32\n")
    content = (folder / "small-x2.png").read_bytes()
    assert Image.open(io.BytesIO(content)).size == (48, 32)
    fields = recipe.parse(png.read(content))
    assert (fields["Prompt"], fields["Seed"], fields["Postprocess upscale by"]) == ("a fish", "3", "2")
    assert ninewords("upscale", "small.png").code == Exit.USAGE, "nothing is overwritten unasked"
    assert ninewords("upscale", "small.png", "--factor", "4", "-o", "large.png").code == 0
    assert Image.open(folder / "large.png").size == (96, 64)


def test_what_cannot_be_enlarged_is_said(ninewords: Ninewords, folder: Path) -> None:
    Image.new("RGB", (2056, 8)).save(folder / "long.png")
    assert "no side may be longer than 4096" in ninewords("upscale", "long.png").err
    assert "cannot be read" in ninewords("upscale", "nowhere.png").err
    assert "PNG is what is written" in ninewords("upscale", "long.png", "-o", "large.jpg").err
