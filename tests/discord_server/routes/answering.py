"""What happens around every request: faults, authorization, refusals as JSON, a record of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.discord_server.faults import Fault, reset_connection
from tests.discord_server.redirection import API
from tests.discord_server.refusals import Refusal, not_found, unauthorized

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Table = list[tuple[str, str, Handler]]
_NEED_NO_TOKEN = ("/interactions/", "/webhooks/")  # these carry the interaction's token in their path


def reply(body: Any = None, status: int = 200) -> web.Response:
    """A JSON answer. The content type has no charset: with one, discord.py takes the body for text."""
    if body is None:
        return web.Response(status=204)
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json")


def answer_as_discord(server: DiscordServer) -> Any:
    """The middleware of all routes."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(API)
        answering: Fault | None = None
        for fault in server.faults.for_request(request.method, path):
            await asyncio.sleep(fault.delay)
            if fault.status or fault.resets:
                answering = fault
        if answering is not None and not answering.after:
            return _strike(server, request, path, answering)
        response, code = await _answer(server, request, handler)
        if answering is not None:
            return _strike(server, request, path, answering)
        server.note(request.method, path, response.status, code)
        return response

    return middleware


async def _answer(server: DiscordServer, request: web.Request, handler: Handler) -> tuple[web.StreamResponse, int]:
    """The answer, and Discord's code in it (0 for none)."""
    try:
        _authorize(server, request)
        return await handler(request), 0
    except Refusal as refusal:
        return reply(refusal.body(), refusal.status), refusal.code
    except web.HTTPException as error:
        if error.status == 404:
            return reply(not_found().body(), 404), 0
        return reply({"message": f"{error.status}: {error.reason}", "code": 0}, error.status), 0
    except (ConnectionError, asyncio.CancelledError):
        raise
    except Exception as failure:  # noqa: BLE001 - kept, and raised when the server closes
        server.failures.append(failure)
        return reply({"message": "The loopback server failed", "code": 0}, 500), 0


def _authorize(server: DiscordServer, request: web.Request) -> None:
    path = request.path.removeprefix(API)
    if not request.path.startswith(API) or path.startswith(_NEED_NO_TOKEN):
        return
    if request.headers.get("Authorization") != f"Bot {server.token}":
        raise unauthorized()


def _strike(server: DiscordServer, request: web.Request, path: str, fault: Fault) -> web.Response:
    if fault.resets:
        reset_connection(request.transport)
        server.note(request.method, path, 0, 0)
        return web.Response(status=500)  # nobody reads it: the connection is gone
    assert fault.status is not None
    server.note(request.method, path, fault.status, 0)
    if fault.status != 429:
        return web.Response(status=fault.status, text="upstream connect error")
    response = reply(
        {"message": "You are being rate limited.", "retry_after": fault.retry_after, "global": fault.is_global}, 429
    )
    response.headers["Retry-After"] = str(max(1, round(fault.retry_after)))
    response.headers["X-RateLimit-Scope"] = "global" if fault.is_global else "user"
    if fault.via:
        response.headers["Via"] = "1.1 google"
    return response
