"""Pictures that people give to be drawn over: fetched, read with care, looked at by the picture check, kept.

A job names its picture by the digest of its pixels; what is kept can be drawn over again after any restart.
"""

import asyncio
from dataclasses import dataclass
from pathlib import PurePosixPath

import discord

from bot import attachments
from bot.errors import Refused
from bot.insisting import insist
from bot.moderation.circumstances import Place
from bot.oversight import Oversight
from bot.words import overpainting as words
from generation import source
from generation.drawing import DrawingProcess
from generation.errors import GateFailed, InvalidChoice
from generation.png import LARGEST_FILE, LARGEST_SIDE
from generation.profiles import Profile
from generation.spec import Choices, PromptSpec
from storage.given import Given

_ENDINGS = {".png", ".jpg", ".jpeg", ".webp"}


@dataclass(frozen=True, slots=True)
class Ground:
    """A picture to draw over, kept: its ``digest``, and the size to draw at where nobody has chosen one."""

    digest: str
    width: int
    height: int

    @property
    def under(self) -> Choices:
        """What lies under everybody's choices."""
        return {"width": self.width, "height": self.height}


class Overpainting:
    """Takes what people give, and hands it out to be drawn over."""

    def __init__(self, *, given: Given, process: DrawingProcess, oversight: Oversight, profile: Profile) -> None:
        self._given, self._process, self._oversight, self._profile = given, process, oversight, profile

    async def take(self, attachment: discord.Attachment, *, owner: int, where: Place) -> Ground:
        """Fetch, read, check and keep a picture.

        Raises InvalidChoice for what is no picture that can be drawn over, and Refused where it cannot be had, may not
        be shown there, or could not be checked.
        """
        picture, png = await asyncio.to_thread(_read, await attachments.fetch(attachment.url))
        try:
            scores = await self._process.score(png)
        except GateFailed:
            scores = None
        await self._oversight.admit_given(scores, where)
        digest = source.digest(picture)
        await self._given.keep(owner, digest, png)
        return Ground(digest, *source.shape(*picture.size, self._profile))


def check(attachment: discord.Attachment) -> None:
    """Raise InvalidChoice for an attachment of which Discord says already that it cannot be drawn over."""
    if PurePosixPath(attachment.filename).suffix.lower() not in _ENDINGS:
        raise InvalidChoice("image", words.NO_PICTURE)
    if attachment.size > LARGEST_FILE:
        raise InvalidChoice("image", words.file_too_large(LARGEST_FILE // 2**20))
    if max(attachment.width or 0, attachment.height or 0) > LARGEST_SIDE:
        raise InvalidChoice("image", words.too_many_pixels(LARGEST_SIDE))


async def pixels(given: Given, spec: PromptSpec) -> bytes | None:
    """What the drawing process draws over, where the spec has a source; raise Refused where that is kept no more."""
    digest = spec.source
    if digest is None:
        return None
    png = await insist(lambda: given.read(digest))
    if png is None:
        raise Refused(words.SOURCE_GONE)
    return await asyncio.to_thread(lambda: source.filling(source.read(png), spec.width, spec.height))


def _read(content: bytes) -> tuple[source.Image.Image, bytes]:
    picture = source.kept(source.read(content))
    return picture, source.encoded(picture)
