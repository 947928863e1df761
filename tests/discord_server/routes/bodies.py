"""Bodies of requests: JSON alone, or JSON with files in a multipart form."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from tests.discord_server.attachments import Upload
from tests.discord_server.composing import Body
from tests.discord_server.refusals import Refusal

_FILE = re.compile(r"files?\[?(\d+)\]?")


async def read_json(request: web.Request) -> Any:
    """The JSON of a request; Refusal 50109 if it is none."""
    return _parse(await request.text())


async def read_body(request: web.Request) -> Body:
    """The JSON of a request, and its files by the number in the name of their field (`files[0]`)."""
    if not request.content_type.startswith("multipart/"):
        return Body(await read_json(request), {})
    payload: dict[str, Any] = {}
    uploads: dict[int, Upload] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read(decode=False))
        name = part.name or ""
        if name == "payload_json":
            payload = _parse(data.decode())
        elif found := _FILE.fullmatch(name):
            uploads[int(found[1])] = Upload(part.filename or "unknown", data)
    return Body(payload, uploads)


def _parse(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except json.JSONDecodeError:
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from None
