"""Messages of the bot's own in channels: posted once, and changed long after what made them is dead."""

import asyncio
from collections.abc import Sequence

import discord
import structlog

from bot.breaker import Breaker
from bot.patience import NETWORK_ERRORS, Undeliverable, patiently, refusals
from bot.presenting import Upload
from bot.traces import shows, trace
from bot.uploads import files

_log = structlog.get_logger(__name__)

_PATIENCE = 60.0


class Board:
    """The bot's own messages, through ``rest``, which is signed in."""

    def __init__(self, rest: discord.Client, *, breaker: Breaker) -> None:
        self._rest = rest
        self._breaker = breaker

    async def post(
        self,
        channel_id: int,
        *,
        view: discord.ui.LayoutView,
        uploads: Sequence[Upload],
        nonce: str,
        since: int,
        perhaps_there: bool,
    ) -> int:
        """Post a message whose buttons no other has, once, whatever it takes; return its id.

        Where it is ``perhaps_there``, or an attempt was not answered, the channel is looked through first, back to
        the id ``since``. Raises Undeliverable where Discord does not take it.
        """
        doubt = perhaps_there

        def uncertain() -> None:
            nonlocal doubt
            doubt = True

        async def attempt() -> int:
            channel = self._rest.get_partial_messageable(channel_id)
            with refusals():
                if doubt and (there := await trace(channel, shows(view), since=since)) is not None:
                    return there
                async with asyncio.timeout(_PATIENCE):
                    return (await channel.send(view=view, files=files(uploads), nonce=nonce)).id

        return await patiently(attempt, breaker=self._breaker, uncertain=uncertain, nonce=nonce)

    async def change(
        self,
        channel_id: int,
        message_id: int,
        *,
        view: discord.ui.LayoutView,
        uploads: Sequence[Upload] | None = None,
    ) -> None:
        """Change a message, whatever it takes; ``uploads`` None leaves its files.

        Raises Undeliverable where Discord does not take it, because it is gone perhaps.
        """

        async def attempt() -> None:
            message = self._rest.get_partial_messageable(channel_id).get_partial_message(message_id)
            with refusals():
                async with asyncio.timeout(_PATIENCE):
                    if uploads is None:
                        await message.edit(content=None, view=view)
                    else:
                        await message.edit(content=None, view=view, attachments=files(uploads))

        await patiently(attempt, breaker=self._breaker, message=message_id)

    async def remove(self, channel_id: int, message_id: int) -> bool:
        """Delete a message, whatever it takes, and say whether it is gone; Discord may not let the bot."""

        async def attempt() -> bool:
            message = self._rest.get_partial_messageable(channel_id).get_partial_message(message_id)
            try:
                with refusals():
                    async with asyncio.timeout(_PATIENCE):
                        await message.delete()
            except Undeliverable as refusal:
                return isinstance(refusal.__cause__, discord.NotFound)
            return True

        return await patiently(attempt, breaker=self._breaker, message=message_id)

    async def tell(self, person: int, text: str) -> None:
        """Send somebody a direct message. Raises Undeliverable where they take none."""

        async def attempt() -> None:
            with refusals():
                async with asyncio.timeout(_PATIENCE):
                    await (await self._rest.fetch_user(person)).send(text)

        await patiently(attempt, breaker=self._breaker)

    async def show(
        self, channel_id: int, message_id: int, *, view: discord.ui.LayoutView, file: discord.File | None = None
    ) -> bool:
        """Change a message; say whether Discord took it. What it does not take is logged, and is no reason to stop."""
        message = self._rest.get_partial_messageable(channel_id).get_partial_message(message_id)
        attached = [] if file is None else [file]
        try:
            await message.edit(view=view, attachments=attached)
        except (*NETWORK_ERRORS, discord.HTTPException) as trouble:
            _log.warning("a message could not be changed", message=message_id, kind=type(trouble).__name__)
            return False
        return True
