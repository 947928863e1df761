"""The picture that somebody gives to draw over or to enlarge: read with care, set upright, made to fit.

Whatever a file claims is checked before its pixels are unpacked, and only PNG, JPEG and WebP are opened at all. What
comes of it has no metadata, no transparency and sides that can be worked with, and is named by the digest of its
pixels: the same picture in another file is the same picture.
"""

import hashlib
import io

import numpy as np
from PIL import Image, ImageOps

from generation.errors import InvalidChoice
from generation.png import FORMATS, LARGEST_FILE, LARGEST_SIDE
from generation.profiles import Profile

#: Pictures are kept with sides of at most so many pixels; more is never drawn over.
KEPT_SIDE = 2048

#: Sides that follow a picture's are multiples of this share of the model's own side, and none is this much longer.
_STEPS, _LONGEST_RATIO = 8, 4.0

#: JPEG files hold further pictures, too, but those are views and depths of the one.
_MOVING = ("PNG", "WEBP")
_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError, IndexError, MemoryError)


def read(content: bytes) -> Image.Image:
    """Open a picture's file: RGB, upright, on white where it was transparent, with its full number of pixels.

    Raises InvalidChoice (field ``image``), with a sentence for whoever gave it, for whatever is not such a picture.
    """
    if len(content) > LARGEST_FILE:
        raise InvalidChoice("image", f"The file is larger than {LARGEST_FILE // 2**20} MiB; send a smaller picture.")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            _check(opened)
            return _opaque(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InvalidChoice("image", _too_large("far too many pixels")) from None
    except _UNREADABLE:
        raise InvalidChoice("image", "The file is no PNG, JPEG or WebP picture, or a damaged one.") from None


def kept(picture: Image.Image) -> Image.Image:
    """The picture as it is kept to be drawn over: shrunk until no side is longer than ``KEPT_SIDE``."""
    share = KEPT_SIDE / max(picture.size)
    if share >= 1:
        return picture
    width, height = (max(1, round(side * share)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def digest(picture: Image.Image) -> str:
    """The SHA-256 of an RGB picture's size and pixels, in hexadecimal."""
    return hashlib.sha256(f"{picture.width}x{picture.height}\n".encode() + picture.tobytes()).hexdigest()


def encoded(picture: Image.Image) -> bytes:
    """The picture as PNG, with nothing beside its pixels."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=6)
    return file.getvalue()


def filling(picture: Image.Image, width: int, height: int) -> bytes:
    """The picture's RGB bytes at ``width`` x ``height``: scaled until it fills them, and its middle cut out."""
    fitted = ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)
    return fitted.tobytes()


def shape(width: int, height: int, profile: Profile) -> tuple[int, int]:
    """The size to draw over a picture of ``width`` x ``height`` at: of its shape, and about the model's own area.

    Sides are multiples of an eighth of the model's own (64 pixels for 512), and of 8; pictures longer than four times
    their breadth lose their ends.
    """
    unit = max(8, min(profile.native_width, profile.native_height) // _STEPS // 8 * 8)
    ratio = min(_LONGEST_RATIO, max(1 / _LONGEST_RATIO, width / height)) ** 0.5
    side = profile.native_area**0.5
    return max(unit, round(side * ratio / unit) * unit), max(unit, round(side / ratio / unit) * unit)


def _check(opened: Image.Image) -> None:
    if max(opened.size) > LARGEST_SIDE:
        raise InvalidChoice("image", _too_large(f"{opened.width}x{opened.height} pixels"))
    if opened.format in _MOVING and getattr(opened, "n_frames", 1) > 1:
        raise InvalidChoice("image", "The picture moves; send one that stands still.")


def _too_large(what: str) -> str:
    return f"The picture has {what}; no side may be longer than {LARGEST_SIDE}."


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):  # or else all but the darkest grey would be white
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")
