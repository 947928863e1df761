"""``ninewords recipe``: what is in a picture, as text or as JSON."""

import io
import json
from pathlib import Path

from PIL import ExifTags, Image

from bot.cli.exits import Exit
from generation import png
from tests.bot.cli.conftest import Ninewords

TEXT = 'a cat\nNegative prompt: a dog\nSteps: 20, Sampler: Euler, Seed: 1, Note: "a, b"'


def test_a_picture_of_this_program(ninewords: Ninewords, folder: Path) -> None:
    (folder / "a.png").write_bytes(png.embed(Image.new("RGB", (8, 8)), TEXT))
    ended = ninewords("recipe", "a.png")
    assert (ended.code, ended.out, ended.err) == (Exit.DONE, f"{TEXT}\n", "")


def test_a_jpeg_of_another(ninewords: Ninewords, folder: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\0" + TEXT.encode("utf-16-be")
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "JPEG", exif=exif)
    (folder / "a.jpg").write_bytes(data.getvalue())
    assert ninewords("recipe", "a.jpg").out == f"{TEXT}\n"


def test_as_json(ninewords: Ninewords, folder: Path) -> None:
    (folder / "a.png").write_bytes(png.embed(Image.new("RGB", (8, 8)), TEXT))
    fields = json.loads(ninewords("recipe", "a.png", "--json").out)
    assert (fields["Prompt"], fields["Negative prompt"], fields["Note"]) == ("a cat", "a dog", "a, b")


def test_a_strangers_recipe_does_not_rewrite_the_terminal(ninewords: Ninewords, folder: Path) -> None:
    (folder / "a.png").write_bytes(png.embed(Image.new("RGB", (8, 8)), "a\x1b]0;b\x07\r\u202e猫"))
    assert ninewords("recipe", "a.png").out == "a\ufffd]0;b\ufffd\ufffd\ufffd猫\n"


def test_a_picture_without_one(ninewords: Ninewords, plain_picture: Path) -> None:
    ended = ninewords("recipe", str(plain_picture))
    assert (ended.code, ended.out) == (Exit.RECIPE, "")
    assert ended.err.startswith("There is no recipe in this picture.")


def test_what_is_no_picture(ninewords: Ninewords, folder: Path) -> None:
    (folder / "a.png").write_bytes(b"not a picture")
    assert ninewords("recipe", "a.png").code == Exit.RECIPE
    ended = ninewords("recipe", "b.png")
    assert (ended.code, ended.err) == (Exit.RECIPE, "b.png cannot be read: No such file or directory.\n")
    assert ninewords("recipe", ".").code == Exit.RECIPE
