"""The PNG where it fits, a smaller file of the same picture where it does not."""

import io

import numpy as np
from PIL import Image

from bot.uploads import fitted, is_smaller
from tests.bot.specs import spec

SIDE = 256


def noisy_png() -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


async def test_the_png_itself() -> None:
    upload = await fitted(noisy_png(), spec(), limit=10 * 2**20)
    assert upload is not None
    assert (upload.name, upload.content) == ("ninewords-5.png", noisy_png())
    assert upload.description.startswith("A picture drawn from the words: a cat.")
    assert not is_smaller(upload)


async def test_a_smaller_file() -> None:
    limit = len(noisy_png()) // 2
    upload = await fitted(noisy_png(), spec(), limit=limit)
    assert upload is not None
    assert is_smaller(upload)
    assert len(upload.content) <= limit
    assert Image.open(io.BytesIO(upload.content)).size == (SIDE, SIDE)


async def test_nothing_is_so_small() -> None:
    assert await fitted(noisy_png(), spec(), limit=100) is None
