"""The picture that ``ninewords draw --image`` draws over: opened, put under the choices, cut to the picture's size."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from generation import source
from generation.errors import InvalidChoice
from generation.png import LARGEST_FILE
from generation.profiles import Profile
from generation.spec import PromptSpec

Layers = tuple[Mapping[str, Any], ...]


def open_picture(file: Path) -> Image.Image:
    """Open a picture to draw over or to enlarge; raise InvalidChoice for what is none."""
    return source.read(read_file(file))


def read_file(file: Path) -> bytes:
    """Read a file, no further than to where it is too large."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except OSError as fault:
        raise InvalidChoice("image", f"{file} cannot be read: {fault.strerror or fault}.") from fault


def over(picture: Image.Image, layers: Layers, profile: Profile) -> Layers:
    """``layers`` with the picture as their source; where none of them has a size, it is of the picture's shape."""
    width, height = source.shape(*picture.size, profile)
    named = {"source": source.digest(source.kept(picture))}
    return ({"width": width, "height": height}, *layers, named)


def pixels(picture: Image.Image | None, spec: PromptSpec) -> bytes | None:
    """What is handed to the drawing process; raise InvalidChoice where the picture that a recipe names is not there."""
    if picture is not None:
        return source.filling(source.kept(picture), spec.width, spec.height)
    if spec.source is not None:
        raise InvalidChoice("source", "The recipe is of a picture drawn over another one; give that one with --image.")
    return None
