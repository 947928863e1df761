"""Finished pictures as files that Discord takes: the PNG where it fits, else a smaller file of the same picture."""

import asyncio
import io
from collections.abc import Iterable

import discord
from PIL import Image

from bot.presenting import Card, Upload, alt_text
from generation.spec import PromptSpec

_QUALITIES = (95, 88, 75, 50)
_THUMBNAIL_SIDE = 256


async def fitted(png: bytes, spec: PromptSpec, *, limit: int) -> Upload | None:
    """Return the picture of ``spec`` (count 1) as a file of at most ``limit`` bytes, or None where none is so small."""
    name = f"ninewords-{spec.seed}" if spec.subseed_strength == 0 else f"ninewords-{spec.seed}-{spec.subseed}"
    if len(png) <= limit:
        return Upload(f"{name}.png", png, alt_text(spec))
    smaller = await asyncio.to_thread(_smaller, png, limit)
    return None if smaller is None else Upload(f"{name}.webp", smaller, alt_text(spec))


async def thumbnail(png: bytes, spec: PromptSpec, *, name: str) -> Upload:
    """Return the picture of ``spec`` (count 1) as a small file, a few kilobytes, to be seen among others."""
    return Upload(name, await asyncio.to_thread(_small, png), alt_text(spec))


def files_of(card: Card) -> list[discord.File]:
    """The files of a card, fresh for one attempt to send them: sending one uses it up."""
    return files(card.uploads or ())


def files(uploads: Iterable[Upload]) -> list[discord.File]:
    """The same of uploads that are on no card."""
    return [discord.File(io.BytesIO(upload.content), upload.name, description=upload.description) for upload in uploads]


def is_smaller(upload: Upload) -> bool:
    """Whether a file is not the PNG itself."""
    return not upload.name.endswith(".png")


def _small(png: bytes) -> bytes:
    with Image.open(io.BytesIO(png)) as picture:
        picture.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        picture.save(file, "WEBP", quality=80)
        return file.getvalue()


def _smaller(png: bytes, limit: int) -> bytes | None:
    """The picture as WebP, as good as fits."""
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        for quality in _QUALITIES:
            file = io.BytesIO()
            picture.save(file, "WEBP", quality=quality)
            if file.tell() <= limit:
                return file.getvalue()
    return None
