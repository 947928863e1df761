"""The way to Discord for what is finished: a REST session of its own, without a gateway.

So a gateway connection that dies takes no picture with it.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import aiohttp
import discord
import structlog

from bot.board import Board
from bot.breaker import Breaker
from bot.errors import TokenRefused
from bot.job_message import JobMessage, ViewMaker
from bot.patience import FIRST_PAUSE, LONGEST_PAUSE, NETWORK_ERRORS
from bot.whereabouts import Gateway, Whereabouts
from storage.records import Job

_log = structlog.get_logger(__name__)

#: Seconds between two edits of one message. Discord allows a little more.
EDIT_PAUSE = 1.75


class Delivery:
    """The way to people's messages. ``view`` lays a card out."""

    def __init__(
        self, rest: discord.Client, *, view: ViewMaker, breaker: Breaker, edit_pause: float = EDIT_PAUSE
    ) -> None:
        self._rest = rest
        self._view = view
        self._breaker = breaker
        self._edit_pause = edit_pause

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        token: str,
        *,
        view: ViewMaker,
        breaker: Breaker | None = None,
        trace: aiohttp.TraceConfig | None = None,
        edit_pause: float = EDIT_PAUSE,
    ) -> AsyncIterator[Self]:
        """Sign in to Discord's REST API, without a gateway; keep trying while the network is away.

        ``trace`` is told of every request; while ``breaker`` is open nothing is sent. Raises TokenRefused for a token
        that Discord does not know.
        """
        async with discord.Client(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            http_trace=trace or aiohttp.TraceConfig(),
        ) as rest:
            await _sign_in(rest, token)
            yield cls(rest, view=view, breaker=breaker or Breaker(), edit_pause=edit_pause)

    @property
    def board(self) -> Board:
        """The way to the bot's own messages in channels."""
        return Board(self._rest, breaker=self._breaker)

    def whereabouts(self, gateway: Gateway) -> Whereabouts:
        """What is known of the places where pictures go, now; ``gateway`` is asked for permissions."""
        return Whereabouts(self._rest, breaker=self._breaker, gateway=gateway)

    def message_of(self, job: Job) -> "JobMessage":
        """The message of one job."""
        return JobMessage(job, self._rest, view=self._view, breaker=self._breaker, edit_pause=self._edit_pause)


async def _sign_in(rest: discord.Client, token: str) -> None:
    pause = FIRST_PAUSE
    while True:
        try:
            return await rest.login(token)
        except discord.LoginFailure as refusal:
            raise TokenRefused from refusal
        except (*NETWORK_ERRORS, discord.HTTPException) as error:
            _log.warning("signing in waits for Discord", kind=type(error).__name__, seconds=pause)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(LONGEST_PAUSE, 2 * pause)
