"""The CDN: files under signed addresses that expire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.discord_server.routes.answering import Table

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer

_GONE = "This content is no longer available."


def table(server: DiscordServer) -> Table:
    async def get_file(request: web.Request) -> web.Response:
        attachment = server.files.get(int(request.match_info["attachment"]))
        try:
            expires = int(request.query["ex"], 16)
        except (KeyError, ValueError):
            expires = 0
        if attachment is None or attachment.path != request.rel_url.raw_path or expires < server.clock.now():
            return web.Response(status=404, text=_GONE)
        return web.Response(body=attachment.bytes, content_type=attachment.content_type or "application/octet-stream")

    path = "{channel:\\d+}/{attachment:\\d+}/{filename}"
    return [
        ("GET", f"/attachments/{path}", get_file),
        ("GET", f"/ephemeral-attachments/{path}", get_file),
    ]
