"""What an operator can ask the running bot over HTTP, on this machine: is it alive, is it ready, how does it fare."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiohttp import web

from bot.metrics import CONTENT_TYPE, Metrics

_log = structlog.get_logger(__name__)

#: Says what keeps the bot from working, a sentence each; nothing where it works.
Complaints = Callable[[], Awaitable[list[str]]]
Status = Callable[[], Awaitable[Mapping[str, Any]]]


@asynccontextmanager
async def serving(
    *, host: str, port: int, metrics: Metrics, complaints: Complaints, status: Status
) -> AsyncIterator[int | None]:
    """Serve ``/metrics``, ``/healthz``, ``/readyz`` and ``/status``; yield the port, None where it is taken.

    A port that cannot be had is told of in the log and stops nothing: pictures matter more than figures.
    """
    runner = web.AppRunner(_application(metrics, complaints, status), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as fault:
            _log.warning("no figures are served: the port cannot be had", host=host, port=port, reason=fault.strerror)
            yield None
            return
        bound: int = runner.addresses[0][1]
        _log.info("figures are served", host=host, port=bound)
        yield bound
    finally:
        await runner.cleanup()


def _application(metrics: Metrics, complaints: Complaints, status: Status) -> web.Application:
    async def healthy(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        found = await complaints()
        return web.json_response({"ready": not found, "complaints": found}, status=503 if found else 200)

    async def figures(_: web.Request) -> web.Response:
        return web.Response(body=metrics.written(), headers={"Content-Type": CONTENT_TYPE})

    async def all_of_it(_: web.Request) -> web.Response:
        return web.json_response(dict(await status()))

    application = web.Application()
    application.router.add_get("/healthz", healthy)
    application.router.add_get("/readyz", ready)
    application.router.add_get("/metrics", figures)
    application.router.add_get("/status", all_of_it)
    return application
