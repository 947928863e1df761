"""Model profiles: what a model was trained for and how it likes to be asked, one small TOML file each."""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generation.errors import ModelUnavailable

_SHIPPED = Path(__file__).parent

#: Names stand in recipes, file names and command lines.
_NAME = re.compile(r"[A-Za-z][\w.+-]*", re.ASCII)
_SIZE = re.compile(r"([1-9]\d*)x([1-9]\d*)", re.ASCII)

#: Sizes between these multiples of the native area pass without a word.
_USUAL_AREA = (0.5, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A linear map from a latent pixel to a colour: ``rgb = latent @ weights + bias``, RGB in [0, 1]."""

    weights: tuple[tuple[float, float, float], ...]
    bias: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of one model.

    ``source`` is where its weights come from: a diffusers folder, a ``.safetensors`` or ``.ckpt`` file, or a hub id.
    ``cfg_base`` is the guidance scale at the native area (width × height in pixels); other areas scale it.
    ``heeds_counting`` is False for models on which ``1girl``, ``1boy`` and ``solo`` are known to have little effect.
    ``defaults`` are choices, the profile's layer in :func:`generation.spec.resolve`.
    """

    name: str
    description: str
    source: str
    native_width: int
    native_height: int
    cfg_base: float
    text_layers: int = 12
    latent_factor: int = 8
    heeds_counting: bool = True
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    preview: Preview | None = None

    @property
    def native_area(self) -> int:
        """The area, in pixels, at which ``cfg_base`` holds."""
        return self.native_width * self.native_height

    def remark_on(self, width: int, height: int) -> str | None:
        """Say in one line what to expect of a size far from the native one, or nothing."""
        ratio = width * height / self.native_area
        low, high = _USUAL_AREA
        native = f"{self.native_width}x{self.native_height}"
        if ratio < low:
            return f"{width}x{height} is small for {self.name}, which learnt at {native}: shapes may fall apart."
        if ratio > high:
            return f"{width}x{height} is large for {self.name}, which learnt at {native}: figures may repeat."
        if max(width, height) > 2.5 * min(width, height):
            return f"{width}x{height} is very long for {self.name}, which learnt at {native}: figures may repeat."
        return None


def load_profiles(*folders: Path) -> dict[str, Profile]:
    """Read the shipped profiles and every ``*.toml`` in ``folders``; later ones replace earlier ones of that name.

    Raises ModelUnavailable, naming the file, when one cannot be understood.
    """
    files = [file for folder in (_SHIPPED, *folders) for file in sorted(folder.glob("*.toml"))]
    return {profile.name: profile for profile in _read_all(files)}


def read_profile(file: Path) -> Profile:
    """Read one profile; raise ModelUnavailable, naming file and fault, when it cannot be understood."""
    try:
        return _profile(tomllib.loads(file.read_text(encoding="utf-8")), file)
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as fault:
        what = f"it has no {fault}" if isinstance(fault, KeyError) else str(fault)
        raise ModelUnavailable(
            f"The profile {file.name} cannot be read: {what}. Compare it with anything-v3.toml."
        ) from fault


def _read_all(files: Iterable[Path]) -> Iterable[Profile]:
    return (read_profile(file) for file in files)


def _profile(table: dict[str, Any], file: Path) -> Profile:
    native = _size(table["native"]["size"])
    return Profile(
        name=_name(table["name"]),
        description=str(table.get("description", "")),
        source=_source(str(table["source"]), file),
        native_width=native[0],
        native_height=native[1],
        cfg_base=_finite(table["native"]["cfg_base"]),
        text_layers=int(table["native"].get("text_layers", 12)),
        latent_factor=int(table["native"].get("latent_factor", 8)),
        heeds_counting=_switch(table.get("heeds_counting", True)),
        sizes={name.lower(): _size(size) for name, size in table.get("sizes", {}).items()},
        defaults=dict(table.get("defaults", {})),
        preview=_preview(table.get("preview")),
    )


def _source(source: str, file: Path) -> str:
    """A source that begins with ``./`` or ``../`` is a path seen from the profile's own folder."""
    return str((file.parent / source).resolve()) if source.startswith((".", "..")) else source


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"heeds_counting is true or false, not {value!r}")
    return value


def _name(text: str) -> str:
    if not _NAME.fullmatch(str(text)):
        raise ValueError(f"{text!r} is no name of letters, digits and any of . _ + -, a letter first")
    return text


def _size(text: str) -> tuple[int, int]:
    size = _SIZE.fullmatch(str(text))
    if size is None:
        raise ValueError(f"{text!r} is no size like 512x512")
    return int(size[1]), int(size[2])


def _finite(value: float) -> float:
    if not math.isfinite(float(value)):
        raise ValueError(f"{value} is no number to compute with")
    return float(value)


def _preview(table: dict[str, Any] | None) -> Preview | None:
    if table is None:
        return None
    rows = tuple((float(red), float(green), float(blue)) for red, green, blue in table["weights"])
    red, green, blue = table["bias"]
    return Preview(weights=rows, bias=(float(red), float(green), float(blue)))
