"""What is measured of a picture without anybody looking: how bright and how colourful it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: Rec. 709's share of each primary in luminance.
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_SPREAD_OF_MEANS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """``brightness`` is mean relative luminance, 0 (black) to 1 (white); ``colourfulness`` 0 (grey) to about 190."""

    brightness: float
    colourfulness: float


def measure(picture: Image.Image) -> Measures:
    """Measure a picture of any mode and size; transparency is looked at without its background."""
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float64)
    return Measures(brightness=brightness(pixels), colourfulness=colourfulness(pixels))


def brightness(pixels: NDArray[np.float64]) -> float:
    """Return the mean relative luminance of sRGB ``pixels`` (height, width, 3) in 0 to 255, as a number from 0 to 1.

    Each channel is made linear by the transfer function of IEC 61966-2-1 and weighted by Rec. 709's primaries.
    """
    signal = pixels / 255
    linear = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    return float((linear @ _LUMINANCE).mean())


def colourfulness(pixels: NDArray[np.float64]) -> float:
    """Return the colourfulness M of sRGB ``pixels`` (height, width, 3) in 0 to 255.

    Hasler and Süsstrunk, "Measuring colourfulness in natural images" (2003): with rg = R − G and yb = (R + G)/2 − B,
    M = √(σ²rg + σ²yb) + 0.3 √(μ²rg + μ²yb). They call 0 not colourful, 33 moderately, 59 quite, 109 extremely.
    """
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    opponents = np.stack([red - green, (red + green) / 2 - blue])
    spread = np.sqrt((opponents.std(axis=(1, 2)) ** 2).sum())
    mean = np.sqrt((opponents.mean(axis=(1, 2)) ** 2).sum())
    return float(spread + _SPREAD_OF_MEANS * mean)
