"""The recipe inside a picture: written into PNG, read from PNG, JPEG and WebP, with bounds on what is opened.

PNG has a text chunk called ``parameters``; the other two have the EXIF field UserComment, as AUTOMATIC1111's web UI
writes them.
"""

import io
from pathlib import Path

from PIL import ExifTags, Image, PngImagePlugin

from generation.errors import UnreadableRecipe

KEY = "parameters"
FORMATS = ("PNG", "JPEG", "WEBP")

#: Larger files (bytes) and pictures with longer sides (pixels) are not opened; longer recipes (characters) not read.
LARGEST_FILE = 32 * 2**20
LARGEST_SIDE = 4096
LONGEST_RECIPE = 64 * 2**10

_CHARACTER_CODE = 8  # bytes at the beginning of a UserComment that name its encoding
_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError)


def embed(picture: Image.Image, recipe: str) -> bytes:
    """Encode ``picture`` as PNG with ``recipe`` inside: the same picture and recipe are the same bytes.

    The recipe goes into a tEXt chunk where Latin-1 can write it, and into an iTXt chunk otherwise.
    """
    text = PngImagePlugin.PngInfo()
    text.add_text(KEY, recipe)
    data = io.BytesIO()
    picture.save(data, "PNG", pnginfo=text, compress_level=6)
    return data.getvalue()


def read(source: Path | bytes) -> str:
    """Return the recipe in a picture, a file or its content; raise UnreadableRecipe where there is none to be had."""
    data = _load(source) if isinstance(source, Path) else source
    if len(data) > LARGEST_FILE:
        raise UnreadableRecipe(f"The file is larger than {LARGEST_FILE // 2**20} MiB; no picture with a recipe is.")
    recipe = _recipe_in(data)
    if not recipe:
        raise UnreadableRecipe(
            "There is no recipe in this picture. Many sites take it out: ask for the file as it was drawn."
        )
    if len(recipe) > LONGEST_RECIPE:
        raise UnreadableRecipe(
            f"The text in this picture is longer than {LONGEST_RECIPE} characters; that is no recipe."
        )
    return recipe


def _load(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except OSError as fault:
        raise UnreadableRecipe(f"{file} cannot be read: {fault.strerror or fault}.") from fault


def _recipe_in(data: bytes) -> str | None:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _check_size(picture)
            return _text_chunk(picture) or _user_comment(picture)
    except Image.DecompressionBombError as fault:
        raise UnreadableRecipe(f"The picture is far too large; none above {LARGEST_SIDE} a side is opened.") from fault
    except _UNREADABLE as fault:
        raise UnreadableRecipe("This is no PNG, JPEG or WebP picture, or a damaged one.") from fault


def _check_size(picture: Image.Image) -> None:
    if max(picture.size) > LARGEST_SIDE:
        width, height = picture.size
        raise UnreadableRecipe(f"The picture is {width}x{height}; none above {LARGEST_SIDE} a side is opened.")


def _text_chunk(picture: Image.Image) -> str | None:
    """The PNG text, also from behind the picture data, where some programs put it."""
    if isinstance(picture, PngImagePlugin.PngImageFile) and KEY not in picture.info:
        picture.load()
    found = picture.info.get(KEY)
    return found if isinstance(found, str) else None


def _user_comment(picture: Image.Image) -> str | None:
    comment = picture.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
    if isinstance(comment, str):
        return comment
    if not isinstance(comment, bytes):
        return None
    code, text = comment[:_CHARACTER_CODE], comment[_CHARACTER_CODE:]
    if code.startswith(b"UNICODE"):
        return _utf_16(text).rstrip("\0")
    return text.decode("utf-8", errors="replace").rstrip("\0 ")


def _utf_16(text: bytes) -> str:
    """Decode UTF-16 of either byte order: the likelier one is that which makes more plain letters."""
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return text.decode("utf-16", errors="replace")
    readings = [text.decode(order, errors="replace") for order in ("utf-16-be", "utf-16-le")]
    return max(readings, key=lambda reading: sum(map(str.isascii, reading)))
