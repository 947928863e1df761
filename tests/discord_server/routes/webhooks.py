"""The messages that belong to an interaction: by its token, without the bot's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.discord_server.answering import check_token, edit, find_message, follow_up
from tests.discord_server.interactions import Interaction
from tests.discord_server.refusals import unknown_webhook
from tests.discord_server.routes.answering import Table, reply
from tests.discord_server.routes.bodies import read_body

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer

_WEBHOOK = "/webhooks/{application:\\d+}/{token}"


def table(server: DiscordServer) -> Table:
    def find(request: web.Request) -> Interaction:
        if int(request.match_info["application"]) != server.application_id:
            raise unknown_webhook()
        return check_token(server.interactions_by_token.get(request.match_info["token"]))

    async def post(request: web.Request) -> web.Response:
        interaction = find(request)
        return reply(follow_up(interaction, await read_body(request)).payload())

    async def get(request: web.Request) -> web.Response:
        return reply(find_message(find(request), request.match_info["message"]).payload())

    async def patch(request: web.Request) -> web.Response:
        interaction = find(request)
        message = find_message(interaction, request.match_info["message"])
        return reply(edit(interaction, message, await read_body(request)).payload())

    async def delete(request: web.Request) -> web.Response:
        find_message(find(request), request.match_info["message"]).delete()
        return reply()

    return [
        ("POST", _WEBHOOK, post),
        ("GET", _WEBHOOK + "/messages/{message}", get),
        ("PATCH", _WEBHOOK + "/messages/{message}", patch),
        ("DELETE", _WEBHOOK + "/messages/{message}", delete),
    ]
