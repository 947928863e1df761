"""What is counted, and what an operator reads of it."""

import logging
import os
from datetime import UTC, datetime, timedelta

import aiohttp
import discord
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.breaker import Breaker
from bot.metrics import Metrics, resident
from bot.observatory import serving


def metrics(breaker: Breaker | None = None) -> Metrics:
    return Metrics(breaker=breaker or Breaker(), waiting=lambda: 3, drawer=os.getpid, pulse=lambda: None)


def value(of: Metrics, name: str, **labels: str) -> float | None:
    return of.registry.get_sample_value(name, labels)


async def test_answers_are_counted_and_invalid_ones_reach_the_breaker() -> None:
    breaker = Breaker(most=2)
    counted = metrics(breaker)

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=int(request.match_info["status"]))

    application = web.Application()
    application.router.add_get("/{status}", answer)
    async with TestServer(application) as server, aiohttp.ClientSession(trace_configs=[counted.trace()]) as session:
        for status in (200, 429, 200, 403):
            async with session.get(server.make_url(f"/{status}")):
                pass
    assert value(counted, "ninewords_discord_requests_total", method="GET", status="200") == 2
    assert value(counted, "ninewords_discord_requests_total", method="GET", status="429") == 1
    assert breaker.open


async def test_acknowledgements_are_timed_from_the_interaction_s_own_moment() -> None:
    counted = metrics()
    asked = discord.utils.time_snowflake(datetime.now(UTC) - timedelta(seconds=0.4))

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/api/v10/interactions/{id}/{token}/callback", answer)
    application.router.add_post("/api/v10/channels/{id}/messages", answer)
    async with TestServer(application) as server, aiohttp.ClientSession(trace_configs=[counted.trace()]) as session:
        for path in (f"interactions/{asked}/token/callback", "channels/5/messages"):
            async with session.post(server.make_url(f"/api/v10/{path}")):
                pass
    assert value(counted, "ninewords_acknowledgement_seconds_count") == 1
    assert (value(counted, "ninewords_acknowledgement_seconds_sum") or 0) >= 0.4


def test_events_are_counted_by_their_words_and_not_by_what_people_said() -> None:
    counted = metrics()
    with counted.counting_events():
        logging.getLogger("bot.errand").warning({"event": "delivered", "job": 1})
        logging.getLogger("bot.errand").warning({"event": "delivered", "job": 2})
        logging.getLogger("generation.supervision").warning("%s It is started again; %d jobs wait for it.", "x", 2)
        logging.getLogger("discord.http").warning("something else")
    logging.getLogger("bot.errand").warning({"event": "delivered", "job": 3})
    assert value(counted, "ninewords_events_total", event="delivered", level="warning") == 2
    told = {
        sample.labels["event"]
        for family in counted.registry.collect()
        for sample in family.samples
        if "event" in sample.labels
    }
    assert told == {"delivered", "%s It is started again; %d jobs wait for it."}


def test_memory_of_a_process() -> None:
    assert resident(os.getpid()) > 10 * 2**20
    assert resident(None) == 0
    assert resident(2**30) == 0


async def no_complaints() -> list[str]:
    return []


async def one_complaint() -> list[str]:
    return ["The drawing process is not ready."]


async def status() -> dict[str, object]:
    return {"version": "1"}


@pytest.mark.parametrize(("complaints", "code"), [(no_complaints, 200), (one_complaint, 503)])
async def test_what_is_served(complaints: object, code: int) -> None:
    counted = metrics()
    async with (
        serving(host="127.0.0.1", port=0, metrics=counted, complaints=complaints, status=status) as port,  # pyright: ignore[reportArgumentType]  (one of the two above)
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        async with session.get("/healthz") as answer:
            assert answer.status == 200
        async with session.get("/readyz") as answer:
            assert answer.status == code
            assert (await answer.json())["ready"] is (code == 200)
        async with session.get("/metrics") as answer:
            text = await answer.text()
            assert "ninewords_jobs_on_the_way 3.0" in text
            assert "ninewords_drawer_resident_bytes" in text
        async with session.get("/status") as answer:
            assert await answer.json() == {"version": "1"}


async def test_a_port_that_is_taken_stops_nothing() -> None:
    async with (
        TestServer(web.Application()) as taken,
        serving(
            host="127.0.0.1", port=taken.port or 0, metrics=metrics(), complaints=no_complaints, status=status
        ) as port,
    ):
        assert port is None
