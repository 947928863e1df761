"""The REST API and the CDN, a file for each kind of thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.discord_server.redirection import API, GATEWAY
from tests.discord_server.routes import accounts, cdn, channels, commands, guilds, interactions, webhooks
from tests.discord_server.routes.answering import answer_as_discord

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer

_LARGEST_BODY = 512 * 1024 * 1024  # bytes; the limit that matters is each file's, and is answered as Discord does


def application(server: DiscordServer) -> web.Application:
    """All of it as one aiohttp application."""
    app = web.Application(middlewares=[answer_as_discord(server)], client_max_size=_LARGEST_BODY)
    for part in (accounts, channels, commands, guilds, interactions, webhooks):
        for method, path, handler in part.table(server):
            app.router.add_route(method, API + path, handler)
    for method, path, handler in cdn.table(server):
        app.router.add_route(method, path, handler)
    app.router.add_get(GATEWAY, server.gateway.connect)
    app.router.add_get(f"{GATEWAY}/", server.gateway.connect)
    return app
