"""The recipe inside a picture: the same bytes each time, read from what the field's programs write, within bounds."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from generation import png
from generation.errors import UnreadableRecipe

RECIPE = "a cat\nNegative prompt: (bad:0.0001)\nSteps: 20, Sampler: Euler, Seed: 1"
JAPANESE = "猫、屋根\nSteps: 20, Sampler: Euler, Seed: 1"


def picture(size: tuple[int, int] = (8, 8)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB")


def with_comment(comment: bytes | str, form: str) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    data = io.BytesIO()
    picture().save(data, form, exif=exif)
    return data.getvalue()


def chunks(data: bytes) -> list[bytes]:
    kinds, position = [], 8
    while position < len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        kinds.append(data[position + 4 : position + 8])
        position += length + 12
    return kinds


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_every_text_comes_back(text: str) -> None:
    assert png.read(png.embed(picture(), text)) == text


def test_the_same_picture_and_recipe_are_the_same_bytes() -> None:
    assert png.embed(picture(), RECIPE) == png.embed(picture(), RECIPE)
    assert png.embed(picture(), RECIPE) != png.embed(picture(), JAPANESE)


def test_the_picture_is_kept() -> None:
    with Image.open(io.BytesIO(png.embed(picture((24, 16)), RECIPE))) as opened:
        assert opened.tobytes() == picture((24, 16)).tobytes()


@pytest.mark.parametrize(("text", "kind"), [(RECIPE, b"tEXt"), ("café", b"tEXt"), (JAPANESE, b"iTXt")])
def test_the_kind_of_chunk_is_the_one_that_can_write_it(text: str, kind: bytes) -> None:
    assert chunks(png.embed(picture(), text)) == [b"IHDR", kind, b"IDAT", b"IEND"]


def test_a_file_is_read_like_its_content(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(png.embed(picture(), JAPANESE))
    assert png.read(file) == JAPANESE


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
@pytest.mark.parametrize("text", [RECIPE, JAPANESE])
@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le", "utf-16"])
def test_a_comment_in_exif(form: str, text: str, order: str) -> None:
    assert png.read(with_comment(b"UNICODE\0" + text.encode(order), form)) == text


@pytest.mark.parametrize("code", [b"ASCII\0\0\0", b"\0" * 8])
def test_a_plain_comment_in_exif(code: bytes) -> None:
    assert png.read(with_comment(code + RECIPE.encode(), "JPEG")) == RECIPE


def test_compressed_text_and_text_behind_the_picture() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", RECIPE, zip=True)
    data = io.BytesIO()
    picture().save(data, "PNG", pnginfo=text)
    assert png.read(data.getvalue()) == RECIPE
    plain = io.BytesIO()
    picture().save(plain, "PNG")
    end = plain.getvalue().rindex(b"IEND") - 4
    behind = plain.getvalue()[:end] + chunk(b"tEXt", b"parameters\0" + RECIPE.encode()) + plain.getvalue()[end:]
    assert png.read(behind) == RECIPE


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_without_a_recipe(form: str) -> None:
    data = io.BytesIO()
    picture().save(data, form)
    with pytest.raises(UnreadableRecipe, match="no recipe in this picture"):
        png.read(data.getvalue())


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no PNG, JPEG or WebP"),
        (b"GIF89a" + b"\0" * 40, "no PNG, JPEG or WebP"),
        (png.embed(picture(), RECIPE)[:20], "no PNG, JPEG or WebP"),
        (png.embed(picture((8, 4104)), RECIPE), "8x4104; none above 4096"),
        (png.embed(picture(), "a" * (png.LONGEST_RECIPE + 1)), "longer than 65536 characters"),
        (b"\0" * (png.LARGEST_FILE + 1), "larger than 32 MiB"),
    ],
    ids=["empty", "gif", "cut short", "long side", "long text", "large file"],
)
def test_what_is_not_read(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableRecipe, match=sentence):
        png.read(data)


def test_a_small_file_that_would_unfold_is_not_unfolded() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    with pytest.raises(UnreadableRecipe, match="far too large"):
        png.read(bomb)


def test_text_that_would_unfold_is_not_unfolded() -> None:
    bomb = zlib.compress(b"a" * 50_000_000)
    data = png.embed(picture(), "a")
    body = b"parameters\0\1\0\0\0" + bomb
    with pytest.raises(UnreadableRecipe):
        png.read(data[:33] + chunk(b"iTXt", body) + data[data.index(b"IDAT") - 4 :])


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecipe, match="cannot be read: No such file or directory"):
        png.read(tmp_path / "nowhere.png")
