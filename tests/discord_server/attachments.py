"""Attachments, and the signed addresses under which the CDN gives them out."""

from __future__ import annotations

import builtins
import io
import mimetypes
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from PIL import Image

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer

LIFETIME = 24 * 3600.0  # seconds for which an address is good
_ADDRESS = re.compile(r"/(?:ephemeral-)?attachments/\d+/(\d+)/")
_ODD = re.compile(r"[^\w.()\-]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a person gives to a command.

    `claimed_size` is what Discord is made to tell the bot, where it shall differ from the truth.
    """

    filename: str
    bytes: builtins.bytes
    content_type: str | None = None
    claimed_size: int | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message, or one given to a command (`ephemeral`)."""

    id: int
    channel_id: int
    filename: str
    bytes: builtins.bytes
    description: str | None = None
    content_type: str | None = None
    width: int | None = None
    height: int | None = None
    size: int = 0
    spoiler: bool = False
    ephemeral: bool = False

    @property
    def path(self) -> str:
        folder = "ephemeral-attachments" if self.ephemeral else "attachments"
        return f"/{folder}/{self.channel_id}/{self.id}/{quote(self.filename)}"

    def described(self, changes: dict[str, Any]) -> Attachment:
        """This attachment with what an edit says about it."""
        return replace(self, description=changes["description"]) if "description" in changes else self

    def payload(self, server: DiscordServer) -> dict[str, Any]:
        """The attachment as Discord's API shows it; optional keys are left out where there is nothing to say."""
        address = server.signed(self.path)
        payload = {
            "id": str(self.id),
            "filename": self.filename,
            "size": self.size,
            "url": address,
            "proxy_url": address,
            "content_type": self.content_type,
            "description": self.description,
            "width": self.width,
            "height": self.height,
        }
        payload = {key: value for key, value in payload.items() if value is not None}
        if self.ephemeral:
            payload["ephemeral"] = True
        return payload | {"flags": 1 << 3 if self.spoiler else 0}


def store(
    server: DiscordServer,
    channel_id: int,
    upload: Upload,
    *,
    description: str | None = None,
    ephemeral: bool = False,
    spoiler: bool = False,
) -> Attachment:
    """Keep a file and make an attachment of it, with the dimensions it really has."""
    width, height = _dimensions(upload.bytes)
    filename = _ODD.sub("_", upload.filename) or "unknown"
    attachment = Attachment(
        id=server.snowflake(),
        channel_id=channel_id,
        filename=filename,
        bytes=upload.bytes,
        description=description,
        content_type=upload.content_type or mimetypes.guess_type(filename)[0],
        width=width,
        height=height,
        size=len(upload.bytes) if upload.claimed_size is None else upload.claimed_size,
        spoiler=spoiler or filename.startswith("SPOILER_"),
        ephemeral=ephemeral,
    )
    server.files[attachment.id] = attachment
    return attachment


def media_of(tree: Any) -> Iterator[dict[str, Any]]:
    """Every piece of media (a mapping with an address) in embeds or components."""
    if isinstance(tree, list):
        for each in tree:
            yield from media_of(each)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if key in ("image", "thumbnail", "media", "file") and isinstance(value, dict) and "url" in value:
                yield value
            elif isinstance(value, list | dict):
                yield from media_of(value)


def id_in(address: str) -> int | None:
    """The id of the attachment at an address of the CDN, or None."""
    found = _ADDRESS.search(address)
    return int(found[1]) if found else None


def _dimensions(data: builtins.bytes) -> tuple[int, int] | tuple[None, None]:
    """Width and height as the file's header has them, for a picture; nothing is unpacked."""
    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            return Image.open(io.BytesIO(data)).size
    except (OSError, ValueError, ArithmeticError, Image.DecompressionBombError):
        return None, None
