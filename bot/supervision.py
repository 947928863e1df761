"""Keeps a gateway client alive: one that dies, of a bad payload or of anything else, is replaced by a new one."""

import asyncio
import random
import time
from collections.abc import Callable

import discord
import structlog
from discord.backoff import ExponentialBackoff

from bot.errors import TokenRefused

_log = structlog.get_logger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
#: A client that lived this long (seconds) was well; the next pause is a short one again.
_WELL = 60.0


class ShortBackoff(ExponentialBackoff[bool]):
    """The pauses of a client whose connection fails, in seconds: growing as the library's do, to a minute at most.

    The library's own grow to 17 minutes, and shrink again only after 34 minutes without a failure: a bot would stay
    away for minutes after a network that came and went.
    """

    def delay(self) -> float:
        return min(_LONGEST_PAUSE, super().delay())


setattr(discord.client, "ExponentialBackoff", ShortBackoff)  # noqa: B010  (a client takes no other from outside)


async def keep_connected(make_client: Callable[[], discord.Client], token: str) -> None:
    """Run clients, one after the other, until cancelled. Raises TokenRefused for a token that Discord refuses."""
    pause = _FIRST_PAUSE
    while True:
        begun = time.monotonic()
        try:
            async with make_client() as client:
                await client.start(token)
            _log.warning("the client ended; a new one follows")
        except discord.LoginFailure as refusal:
            raise TokenRefused from refusal
        except Exception:  # noqa: BLE001  (a client dies of whatever a payload makes it raise; it is logged and replaced)
            _log.exception("the client died; a new one follows")
        pause = _FIRST_PAUSE if time.monotonic() - begun > _WELL else pause
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))
        pause = min(_LONGEST_PAUSE, 2 * pause)
