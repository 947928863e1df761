"""The picture that is given: what is read of honest files, and what hostile ones come to."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generation import source
from generation.errors import InvalidChoice
from generation.profiles import load_profiles

PROFILES = load_profiles()


def file(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def bomb(side: int) -> bytes:
    """A PNG of ``side`` x ``side`` white pixels, a bit each: 20 KiB for 12,800."""
    row = b"\0" + b"\xff" * (side // 8)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(row * side, 9)) + chunk(b"IEND", b"")


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidChoice) as raised:
        source.read(content)
    assert raised.value.field == "image"
    return str(raised.value)


@pytest.fixture
def gradient() -> Image.Image:
    rows, columns = np.mgrid[0:48, 0:64]
    return Image.fromarray(np.stack([rows * 5, columns * 4, 255 - rows * 5], axis=2).astype(np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_same_pixels_in_another_file_are_the_same_picture(kind: str, gradient: Image.Image) -> None:
    read = source.read(file(gradient, kind, **({"lossless": True} if kind == "WEBP" else {})))
    assert read.mode == "RGB"
    assert source.digest(read) == source.digest(gradient)
    assert source.digest(gradient.crop((0, 0, 48, 48))) != source.digest(gradient)
    assert source.digest(source.read(source.encoded(read))) == source.digest(gradient)


def test_a_photograph_is_set_upright_and_tells_nothing_else(gradient: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif[0x010F] = "A maker"
    read = source.read(file(gradient, "JPEG", exif=exif))
    assert read.size == (48, 64)
    assert b"maker" in file(gradient, "JPEG", exif=exif)
    assert b"maker" not in source.encoded(read)
    assert np.asarray(read)[0, 47, 0] < 30, "what was at the upper left is at the upper right"


def test_what_is_transparent_is_white_and_grey_of_sixteen_bits_is_grey() -> None:
    clear = Image.new("RGBA", (8, 8), (10, 20, 30, 0))
    assert source.read(file(clear)).getpixel((0, 0)) == (255, 255, 255)
    palette = Image.new("P", (8, 8), 0)
    assert source.read(file(palette, transparency=0)).getpixel((0, 0)) == (255, 255, 255)
    deep = Image.fromarray(np.full((8, 8), 0x8000, np.uint16))
    assert source.read(file(deep)).getpixel((0, 0)) == (128, 128, 128)


def test_a_small_file_that_unfolds_to_millions_of_pixels_is_not_unfolded() -> None:
    content = bomb(12_800)
    assert len(content) < 40 * 2**10
    assert "no side may be longer than 4096" in refusal(content)
    assert "no side may be longer than 4096" in refusal(bomb(4104))
    assert source.read(bomb(4096)).size == (4096, 4096)
    assert "no side may be longer than 4096" in refusal(bomb(40_000))


def test_a_file_that_lies_about_its_size_gives_no_more_than_it_has(gradient: Image.Image) -> None:
    honest = file(gradient)
    header = struct.pack(">IIBBBBB", 4000, 4000, 8, 2, 0, 0, 0)
    lying = honest[:8] + chunk(b"IHDR", header) + honest[33:]
    assert "damaged" in refusal(lying)


@pytest.mark.parametrize("length", [0, 8, 30, 60, 100])
def test_a_truncated_file_is_damaged(length: int, gradient: Image.Image) -> None:
    assert "damaged" in refusal(file(gradient)[:length])


def test_a_picture_that_moves_is_refused(gradient: Image.Image) -> None:
    frames = [gradient.rotate(90 * turn) for turn in range(3)]
    for kind in ("PNG", "WEBP"):
        moving = file(frames[0], kind, save_all=True, append_images=frames[1:])
        assert "moves" in refusal(moving)


def test_the_views_beside_a_photograph_are_not_a_movement(gradient: Image.Image) -> None:
    read = source.read(file(gradient, "MPO", save_all=True, append_images=[gradient.rotate(90)]))
    assert read.size == (64, 48)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM", "ICO", "TGA", "PDF", "EPS"])
def test_other_kinds_of_files_are_not_opened(kind: str, gradient: Image.Image) -> None:
    assert "no PNG, JPEG or WebP" in refusal(file(gradient, kind))


def test_what_is_no_picture_is_none(gradient: Image.Image) -> None:
    for content in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"RIFF\xff\xff\xff\xffWEBPVP8 "):
        assert "no PNG, JPEG or WebP" in refusal(content)
    assert "larger than 32 MiB" in refusal(file(gradient) + b"\0" * 2**25)


def test_of_a_file_that_is_two_things_only_the_picture_is_kept(gradient: Image.Image) -> None:
    two = file(gradient) + b"PK\x03\x04 and a program <script>alert(1)</script>"
    kept = source.encoded(source.read(two))
    assert b"script" not in kept
    assert b"PK\x03\x04" not in kept


def test_a_text_that_unfolds_inside_a_picture_is_not_kept(gradient: Image.Image) -> None:
    honest = file(gradient)
    text = chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"x" * 2**27, 9))
    assert "damaged" in refusal(honest[:33] + text + honest[33:])


def test_it_is_kept_no_larger_than_it_is_ever_drawn(gradient: Image.Image) -> None:
    assert source.kept(gradient) is gradient
    assert source.kept(Image.new("RGB", (4096, 1024))).size == (2048, 512)
    assert source.kept(Image.new("RGB", (4096, 1))).size == (2048, 1)


def test_it_fills_the_size_and_loses_its_edges() -> None:
    halves = Image.new("RGB", (200, 100), "red")
    halves.paste("blue", (100, 0, 200, 100))
    filled = source.filling(halves, 64, 64)
    assert len(filled) == 3 * 64 * 64
    pixels = np.frombuffer(filled, np.uint8).reshape(64, 64, 3)
    assert tuple(pixels[32, 0]) == (255, 0, 0)
    assert tuple(pixels[32, 63]) == (0, 0, 255)


@pytest.mark.parametrize(
    ("size", "profile", "wanted"),
    [
        ((1000, 1000), "anything-v3", (512, 512)),
        ((1920, 1080), "anything-v3", (704, 384)),
        ((1080, 1920), "anything-v3", (384, 704)),
        ((4096, 1), "anything-v3", (1024, 256)),
        ((300, 200), "sketch", (80, 56)),
    ],
)
def test_the_size_follows_the_shape_within_the_models_own_area(
    size: tuple[int, int], profile: str, wanted: tuple[int, int]
) -> None:
    assert source.shape(*size, PROFILES[profile]) == wanted


def test_nothing_is_fetched_and_no_file_is_touched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(file(Image.new("RGB", (8, 8))))
    for address in (str(secret), secret.as_uri(), "http://127.0.0.1/"):
        assert "no PNG, JPEG or WebP" in refusal(address.encode())
