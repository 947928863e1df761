"""Asks Discord again until it answers: what passes is waited out, what it will never take is Undeliverable."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import aiohttp
import discord
import structlog

from bot.breaker import Breaker

_log = structlog.get_logger(__name__)

#: What a request may fail with that has nothing to do with its content.
NETWORK_ERRORS = (OSError, aiohttp.ClientError, TimeoutError, discord.DiscordServerError)
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
_TOO_MANY, _TOO_LARGE, _ENTITY_TOO_LARGE = 429, 413, 40005

Result = TypeVar("Result")


class Undeliverable(Exception):
    """Discord will not take it, now or later. ``too_large``: a smaller file may be taken."""

    def __init__(self, cause: discord.HTTPException) -> None:
        super().__init__(f"Discord answered {cause.status} ({cause.code}).")
        self.too_large = cause.status == _TOO_LARGE or cause.code == _ENTITY_TOO_LARGE


async def patiently(
    attempt: Callable[[], Awaitable[Result]],
    *,
    breaker: Breaker,
    uncertain: Callable[[], None] = lambda: None,
    **circumstances: object,
) -> Result:
    """Repeat ``attempt`` until it is done or cannot be, with a growing, jittered pause.

    ``uncertain`` is told of each attempt that may have arrived although no answer came; the log of ``circumstances``.
    """
    pause = FIRST_PAUSE
    while True:
        await breaker.closed()
        try:
            return await attempt()
        except (*NETWORK_ERRORS, discord.HTTPException) as error:
            if isinstance(error, NETWORK_ERRORS):
                uncertain()
            _log.warning("delivery waits for Discord", kind=type(error).__name__, **circumstances)
            await asyncio.sleep(max(_asked_pause(error), pause * random.uniform(0.5, 1.5)))
            pause = min(LONGEST_PAUSE, 2 * pause)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what Discord will never take into Undeliverable; what it may take later is raised as it is."""
    try:
        yield
    except discord.HTTPException as error:
        if passes(error):
            raise
        raise Undeliverable(error) from error


def passes(error: discord.HTTPException) -> bool:
    """Whether the same request may be taken later."""
    return isinstance(error, discord.DiscordServerError) or error.status == _TOO_MANY


def _asked_pause(error: Exception) -> float:
    """The pause in seconds that Discord, or what stands before it, asked for."""
    if not isinstance(error, discord.HTTPException) or error.status != _TOO_MANY:
        return 0.0
    try:
        return min(600.0, float(error.response.headers.get("Retry-After", 0)))
    except (TypeError, ValueError):
        return 0.0
