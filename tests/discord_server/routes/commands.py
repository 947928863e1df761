"""Registration of commands, global and for one guild."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.discord_server.refusals import Refusal, missing_access
from tests.discord_server.routes.answering import Table, reply
from tests.discord_server.routes.bodies import read_json

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer

_GLOBAL = "/applications/{application:\\d+}/commands"
_GUILD = "/applications/{application:\\d+}/guilds/{guild:\\d+}/commands"


def table(server: DiscordServer) -> Table:
    def scope(request: web.Request) -> int | None:
        """The guild of the request or None; refuses a foreign application, and a guild without the bot."""
        if int(request.match_info["application"]) != server.application_id:
            raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
        if "guild" not in request.match_info:
            return None
        guild = server.guilds.get(int(request.match_info["guild"]))
        if guild is None or not guild.has_bot:
            raise missing_access()
        return guild.id

    async def get_all(request: web.Request) -> web.Response:
        return reply(server.commands.of(scope(request)))

    async def replace_all(request: web.Request) -> web.Response:
        return reply(server.commands.replace(scope(request), await read_json(request)))

    async def upsert(request: web.Request) -> web.Response:
        return reply(server.commands.upsert(scope(request), await read_json(request)), 201)

    async def remove(request: web.Request) -> web.Response:
        server.commands.remove(scope(request), request.match_info["command"])
        return reply()

    return [
        (method, path + suffix, handler)
        for path in (_GLOBAL, _GUILD)
        for method, suffix, handler in (
            ("GET", "", get_all),
            ("PUT", "", replace_all),
            ("POST", "", upsert),
            ("DELETE", "/{command}", remove),
        )
    ]
