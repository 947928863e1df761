"""The first answer to an interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.discord_server.answering import acknowledge
from tests.discord_server.refusals import unknown_interaction
from tests.discord_server.routes.answering import Table, reply
from tests.discord_server.routes.bodies import read_body

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer


def table(server: DiscordServer) -> Table:
    async def callback(request: web.Request) -> web.Response:
        interaction = server.interactions_by_token.get(request.match_info["token"])
        if interaction is None or str(interaction.id) != request.match_info["interaction"]:
            raise unknown_interaction()
        response = acknowledge(interaction, await read_body(request))
        wanted = request.query.get("with_response") in ("1", "true")
        return reply(response if wanted else None)

    return [("POST", "/interactions/{interaction}/{token}/callback", callback)]
