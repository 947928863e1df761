"""Looks at a place anew: whether the channel is still there, how Discord marks it, whether the bot may post in it.

What decides what may be shown is asked of Discord each time, in one request (two in a thread, which takes the mark of
its channel); the gateway, which may have missed something, is only asked for permissions.
"""

import asyncio
from typing import Any

import discord

from bot.breaker import Breaker
from bot.moderation.circumstances import Place
from bot.patience import Undeliverable, patiently, refusals
from storage.records import Job

_PATIENCE = 60.0


class Gone(Exception):
    """A channel where nothing can be posted any more; it is deleted, or the bot is shut out.

    ``seen``: the message that a person waits by is there all the same, so that one attempt to change it may succeed.
    """

    def __init__(self, *, seen: bool) -> None:
        super().__init__("nothing can be posted there any more")
        self.seen = seen


class Gateway:
    """The newest gateway client, and what it knows; it may know nothing."""

    def __init__(self) -> None:
        self._client: discord.Client | None = None

    def follow(self, client: discord.Client) -> None:
        """Speak of ``client`` from now on."""
        self._client = client

    def may_post(self, guild_id: int, channel_id: int) -> bool | None:
        """Whether the bot may post pictures in a channel; None where that is not known."""
        client = self._client
        if client is None or not client.is_ready() or client.is_closed():
            return None
        guild = client.get_guild(guild_id)
        if guild is None:
            return False
        channel = guild.get_channel_or_thread(channel_id)
        if guild.unavailable or channel is None or guild.me is None:  # pyright: ignore[reportUnnecessaryComparison]
            return None
        return posts(channel.permissions_for(guild.me), thread=isinstance(channel, discord.Thread))


def posts(permissions: discord.Permissions, *, thread: bool) -> bool:
    """Whether these permissions are enough to post a picture."""
    writes = permissions.send_messages_in_threads if thread else permissions.send_messages
    return permissions.view_channel and writes and permissions.attach_files


class Whereabouts:
    """Where pictures go, as it is now."""

    def __init__(self, rest: discord.Client, *, breaker: Breaker, gateway: Gateway) -> None:
        self._rest = rest
        self._breaker = breaker
        self._gateway = gateway

    async def of(self, job: Job) -> Place:
        """Return the place of a job, as it is now. Raises Gone where nothing can be posted there any more."""
        guild_id, channel_id = job.reply.guild_id, job.reply.channel_id
        if not job.reply.private and self._gateway.may_post(guild_id, channel_id) is False:
            raise Gone(seen=True)
        channel = await self._channel(channel_id)
        parent_id = channel.parent_id if isinstance(channel, discord.Thread) else None
        if parent_id is not None:
            channel = await self._channel(parent_id)
        marked = getattr(channel, "nsfw", False) is True
        return Place(server_id=guild_id, channel_id=channel_id, parent_id=parent_id, age_restricted=marked)

    async def _channel(self, channel_id: int) -> Any:
        async def attempt() -> Any:
            with refusals():
                async with asyncio.timeout(_PATIENCE):
                    return await self._rest.fetch_channel(channel_id)

        try:
            return await patiently(attempt, breaker=self._breaker, channel=channel_id)
        except (Undeliverable, discord.InvalidData) as refusal:
            raise Gone(seen=False) from refusal
