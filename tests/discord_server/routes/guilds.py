"""Guilds: what a bot may ask about one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.discord_server.guilds import Guild
from tests.discord_server.permissions import Permission
from tests.discord_server.refusals import missing_access, missing_permissions, unknown_guild, unknown_member
from tests.discord_server.routes.answering import Table, reply

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer


def table(server: DiscordServer) -> Table:
    def find(request: web.Request) -> Guild:
        guild = server.guilds.get(int(request.match_info["guild"]))
        if guild is None:
            raise unknown_guild()
        if not guild.has_bot:
            raise missing_access()
        return guild

    async def get_guild(request: web.Request) -> web.Response:
        return reply(find(request).payload())

    async def get_channels(request: web.Request) -> web.Response:
        return reply([channel.payload() for channel in find(request).channels.values()])

    async def get_member(request: web.Request) -> web.Response:
        membership = find(request).members.get(int(request.match_info["user"]))
        if membership is None:
            raise unknown_member()
        return reply(membership.payload())

    async def get_automod_rules(request: web.Request) -> web.Response:
        guild = find(request)
        if not guild.permissions_of(server.bot) & Permission.MANAGE_GUILD:
            raise missing_permissions()
        return reply(guild.automod_rules)

    return [
        ("GET", "/guilds/{guild:\\d+}", get_guild),
        ("GET", "/guilds/{guild:\\d+}/channels", get_channels),
        ("GET", "/guilds/{guild:\\d+}/members/{user:\\d+}", get_member),
        ("GET", "/guilds/{guild:\\d+}/auto-moderation/rules", get_automod_rules),
    ]
