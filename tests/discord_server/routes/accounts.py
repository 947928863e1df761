"""The bot's account, its application, and where the gateway is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.discord_server.redirection import GATEWAY
from tests.discord_server.refusals import Refusal, unknown_user
from tests.discord_server.routes.answering import Table, reply
from tests.discord_server.routes.bodies import read_json

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer


def table(server: DiscordServer) -> Table:
    async def get_me(_: web.Request) -> web.Response:
        return reply(server.bot.payload())

    async def get_user(request: web.Request) -> web.Response:
        person = server.people.get(int(request.match_info["user"]))
        if person is None:
            raise unknown_user()
        return reply(person.payload())

    async def get_application(_: web.Request) -> web.Response:
        return reply(_application(server))

    async def get_gateway(_: web.Request) -> web.Response:
        limits = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        url = f"ws://127.0.0.1:{server.port}{GATEWAY}"
        return reply({"url": url, "shards": 1, "session_start_limit": limits})

    async def open_direct_channel(request: web.Request) -> web.Response:
        person = server.people.get(int((await read_json(request)).get("recipient_id", 0)))
        if person is None or person is server.bot:
            raise Refusal(400, 50033, "Invalid Recipient(s)")
        return reply(server.direct_channel(person).payload())

    return [
        ("GET", "/users/@me", get_me),
        ("GET", "/users/{user:\\d+}", get_user),
        ("GET", "/oauth2/applications/@me", get_application),
        ("GET", "/applications/@me", get_application),
        ("GET", "/gateway", get_gateway),
        ("GET", "/gateway/bot", get_gateway),
        ("POST", "/users/@me/channels", open_direct_channel),
    ]


def _application(server: DiscordServer) -> dict[str, Any]:
    owner = next((guild.owner for guild in server.guilds.values()), server.bot)
    return {
        "id": str(server.application_id),
        "name": server.bot.name,
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "owner": owner.payload(),
        "team": None,
        "flags": 0,
        "approximate_guild_count": len(server.guilds),
        "integration_types_config": {"0": {}},
    }
