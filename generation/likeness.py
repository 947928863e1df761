"""What a picture looks like, in 64 bits: the same picture in another file or at another size has nearly the same bits.

The perceptual hash of C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), chapter
3.2: the lowest frequencies of a discrete cosine transform of the small grey picture, each above their median or not.
"""

import numpy as np
from PIL import Image

#: Two pictures of which no more bits differ look the same; see ``benchmarks/likeness.py``.
SAME = 4
_SIDE, _KEPT = 32, 8


def likeness(picture: Image.Image) -> int:
    """Return what an RGB picture looks like, a number from 0 to 2⁶⁴ − 1."""
    small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    transform = _cosines()
    # Rounded, so that what is zero is zero: a picture of one colour has no frequencies.
    lowest = (transform @ np.asarray(small, dtype=np.float64) @ transform.T).round(6)
    bits = (lowest > np.median(lowest.ravel()[1:])).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def distance(one: int, other: int) -> int:
    """Return how many bits of two likenesses differ, from 0 to 64."""
    return (one ^ other).bit_count()


def _cosines() -> np.ndarray:
    """The first rows of the transform's matrix, (8, 32); those after them are finer than what is looked at."""
    row, column = np.arange(_KEPT)[:, None], np.arange(_SIDE)
    return np.cos(np.pi * row * (2 * column + 1) / (2 * _SIDE))
