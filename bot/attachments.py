"""Pictures in people's messages: which there are, and their bytes, from Discord's own host alone and with an end."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import aiohttp
import discord
from yarl import URL

from bot.errors import Refused
from bot.words import messages as words
from generation.errors import InvalidChoice
from generation.png import LARGEST_FILE

_PATIENCE = aiohttp.ClientTimeout(total=30)
_CHUNK = 64 * 2**10
_ENDINGS = {".png", ".jpg", ".jpeg", ".webp"}
_OK = 200
#: Pictures of one message that are looked at; a message has no more files.
_MOST = 10


@dataclass(frozen=True, slots=True)
class Given:
    """A picture that stands in a message: its name, and the address that Discord gave for it."""

    name: str
    url: str


def given(message: discord.Message) -> tuple[Given, ...]:
    """The pictures of a message, in the order in which they are seen: files, those in embeds, those in galleries."""
    found = {each.url: each for each in _in(message) if _is_picture(each.name)}
    return tuple(found.values())[:_MOST]


async def fetch(url: str) -> bytes:
    """Return the file at an address of Discord's; no other address is asked, and no redirection followed.

    Raises InvalidChoice for a file that is too large, as soon as that is known, and Refused where it cannot be had.
    """
    if not _is_discords(url):
        raise Refused(words.NOT_FROM_DISCORD)
    try:
        # What unfolds on the way would unfold without an end, so nothing is unfolded here.
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE, auto_decompress=False) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status != _OK:
                raise Refused(words.OUT_OF_REACH)
            return await _content(response)
    except (TimeoutError, aiohttp.ClientError, OSError):
        raise Refused(words.OUT_OF_REACH) from None


async def _content(response: aiohttp.ClientResponse) -> bytes:
    """The body; what it says of its length is not believed."""
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > LARGEST_FILE:
            raise InvalidChoice("image", words.file_too_large(LARGEST_FILE // 2**20))
    return bytes(content)


def _is_discords(url: str) -> bool:
    try:
        return URL(url).origin() == URL(discord.Asset.BASE).origin()
    except ValueError:
        return False


def _in(message: discord.Message) -> Iterator[Given]:
    for each in (message, *message.message_snapshots):
        yield from (Given(attachment.filename, attachment.url) for attachment in each.attachments)
        yield from (_named(embed.image.url) for embed in each.embeds if embed.image.url)
        yield from _in_components(each.components)


def _in_components(parts: list[Any]) -> Iterator[Given]:
    for part in parts:
        if isinstance(part, discord.MediaGalleryComponent):
            yield from (_named(item.media.url) for item in part.items)
        yield from _in_components(getattr(part, "children", []))


def _named(url: str) -> Given:
    return Given(PurePosixPath(url.partition("?")[0]).name, url)


def _is_picture(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in _ENDINGS
