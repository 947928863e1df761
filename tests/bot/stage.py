"""A stage for the whole bot: the loopback Discord, one guild, one channel, people, and the real program on it."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from unittest.mock import patch

from PIL import Image

from bot.application import Bot, opened
from bot.configuration import Configuration
from bot.moderation import rules
from bot.supervision import keep_connected
from storage.records import JobState
from tests.discord_server import Channel, DiscordServer, Guild, Interaction, Message, Person

#: A drawing process has to start and load its model before the first picture; machines that run tests are busy.
PATIENCE = 120.0

#: A picture of a step or two is noise, of which the picture check may think anything; most tests are not about that.
LENIENT = replace(rules.DEFAULTS, explicit=1.0, suggestive=1.0)


@dataclass(kw_only=True)
class Stage:
    """What a test needs to walk on: the platform, its people, and a folder for the bot's data."""

    server: DiscordServer
    guild: Guild
    channel: Channel
    ann: Person
    ben: Person
    folder: Path

    @classmethod
    @asynccontextmanager
    async def set_up(cls, folder: Path) -> AsyncIterator[Self]:
        """Build it; every discord.py client of this process then talks to it.

        Servers that have decided nothing have lenient thresholds.
        """
        async with DiscordServer() as server:
            with server.redirect(), patch.object(rules, "DEFAULTS", LENIENT):
                guild = server.add_guild()
                channel, ann, ben = guild.add_channel("pictures"), guild.add_member("ann"), guild.add_member("ben")
                yield cls(server=server, guild=guild, channel=channel, ann=ann, ben=ben, folder=folder)

    def configuration(self) -> Configuration:
        """The configuration of a bot that plays here."""
        return Configuration(
            discord_token=self.server.token,
            home_guild=self.guild.id,
            database=f"sqlite:///{self.folder / 'ninewords.db'}",
            data_folder=self.folder,
            profile="sketch",
            model=None,
            device="cpu",
        )

    @asynccontextmanager
    async def bot(self, configuration: Configuration | None = None) -> AsyncIterator[Bot]:
        """The real program, connected and ready, from here to the end of the ``with``."""
        async with opened(configuration or self.configuration()) as bot:
            before = self.server.commands.syncs
            connected = asyncio.create_task(keep_connected(bot.client, self.server.token))
            try:
                await self.server.until(lambda: self.server.commands.syncs > before, what="a sync", within=PATIENCE)
                await self.server.bot_ready(within=PATIENCE)
                yield bot
            finally:
                connected.cancel()
                await asyncio.gather(connected, return_exceptions=True)
                await asyncio.sleep(0)  # the client's last events


async def finished(interaction: Interaction) -> Message:
    """The message of a request once its picture is there."""
    return await interaction.message_when(lambda message: "Recipe" in message.labels, within=PATIENCE)


async def delivered(bot: Bot, interaction: Interaction) -> Message:
    """The message of a request once its picture is there, and the record knows it."""

    async def done() -> bool:
        job = await bot.database.jobs.find(interaction.id)
        return job is not None and job.state is JobState.DONE

    message = await finished(interaction)
    await eventually(done)
    return message


async def ended(interaction: Interaction) -> Message:
    """The message of a request once nothing can be cancelled any more."""
    return await interaction.message_when(
        lambda message: not message.loading and "Cancel" not in message.labels, within=PATIENCE
    )


async def eventually(look: Callable[[], Awaitable[bool]]) -> None:
    """Wait until ``look`` says yes, of something that tells nobody when it changes."""
    async with asyncio.timeout(PATIENCE):
        while not await look():  # noqa: ASYNC110  (a database or a counter has no event to wait for)
            await asyncio.sleep(0.01)


def opened_picture(content: bytes) -> Image.Image:
    """A decoded picture; raises where it is none."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture
