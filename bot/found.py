"""Pictures found in a message, and their recipes: from the bot's own record, or from the files themselves.

One of ours is found by its message, and where somebody has posted its file again without the recipe, by its pixels.
A picture is named by a line that fits into a control: ``job:JOB:INDEX`` is one of ours and holds for ever;
``file:READING:INDEX`` is one that was read, of which this process alone knows.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot import attachments
from bot.attachments import Given
from bot.errors import Refused
from bot.words import UNKNOWN_PICTURE
from bot.words import messages as words
from generation import png, source
from generation.errors import InvalidChoice, NinewordsError, UnreadableRecipe
from storage.jobs import Jobs
from storage.pictures import Pictures
from storage.records import Job

if TYPE_CHECKING:
    from bot.client import Client

_MOST_READINGS = 500
#: Files that are read at once; each may hold a hundred megabytes while it is.
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A picture whose recipe is known: what it is called, and the line that names it."""

    name: str
    recipe: str
    key: str

    @property
    def of_job(self) -> tuple[int, int] | None:
        """The job and the index, where it is one of ours."""
        kind, number, index = _parts(self.key)
        return (number, index) if kind == "job" else None

    @property
    def numbers(self) -> tuple[int, int]:
        """The job, or the reading, and the index."""
        _, number, index = _parts(self.key)
        return number, index


class Findings:
    """Finds pictures in messages, and remembers the newest few hundred messages that were read."""

    def __init__(self, *, jobs: Jobs, pictures: Pictures) -> None:
        self._jobs = jobs
        self._pictures = pictures
        self._read: OrderedDict[int, Sequence[Found]] = OrderedDict()
        self._reading = asyncio.Semaphore(_AT_ONCE)

    async def in_message(
        self, interaction: discord.Interaction["Client"], message: discord.Message
    ) -> tuple[Found, ...]:
        """Return the pictures of a message whose recipes are known.

        Raises NinewordsError where there is none, with the reason why the first was not read.
        """
        job = await self.job_of(interaction, message)
        if job is not None and (ours := await self._ours(job)):
            return ours
        pictures = attachments.given(message)
        if not pictures:
            raise Refused(words.NO_PICTURE_THERE)
        found, reasons = await self._try_all(interaction, pictures)
        if not found:
            raise reasons[0]
        once = tuple({each.key: each for each in found}.values())
        self._remember(interaction.id, once)
        return once

    async def job_of(self, interaction: discord.Interaction["Client"], message: discord.Message) -> Job | None:
        """The job whose message it is, or None. A message of somebody else's is never one of ours, whatever it says."""
        bot = interaction.client.user
        if bot is None or message.author.id != bot.id:
            return None
        job = await self._jobs.of_message(message.id)
        if job is None and message.interaction_metadata is not None:
            job = await self._jobs.find(message.interaction_metadata.id)
        return job

    async def named(self, key: str) -> Found:
        """The picture that a line names. Raises Refused where it is not there any more."""
        kind, number, index = _parts(key)
        if kind == "file":
            return self._remembered(number, index)
        for each in await self._pictures.of(number):
            if each.index == index:
                return _one_of_ours(number, index, each.recipe)
        raise Refused(UNKNOWN_PICTURE)

    async def _ours(self, job: Job) -> tuple[Found, ...]:
        return tuple(_one_of_ours(job.id, each.index, each.recipe) for each in await self._pictures.of(job.id))

    async def _try_all(
        self, interaction: discord.Interaction["Client"], pictures: Sequence[Given]
    ) -> tuple[list[Found], list[NinewordsError]]:
        found: list[Found] = []
        reasons: list[NinewordsError] = []
        for index, each in enumerate(pictures):
            try:
                found.append(await self._look_into(interaction, each, index))
            except (Refused, InvalidChoice, UnreadableRecipe) as reason:
                reasons.append(reason)
        return found, reasons

    async def _look_into(self, interaction: discord.Interaction["Client"], picture: Given, index: int) -> Found:
        """Read one file; where it has no recipe, look whether it is one of ours."""
        async with self._reading:
            content = await attachments.fetch(picture.url)
            try:
                recipe = await asyncio.to_thread(png.read, content)
                return Found(picture.name, recipe, f"file:{interaction.id}:{index}")
            except UnreadableRecipe:
                pixels = await asyncio.to_thread(lambda: source.digest(source.read(content)))
                ours = await self._pictures.like(pixels, owner=interaction.user.id, guild_id=interaction.guild_id or 0)
                if ours is None:
                    raise
                return Found(picture.name, ours.recipe, key(ours.job_id, ours.index))

    def _remember(self, reading: int, found: Sequence[Found]) -> None:
        self._read[reading] = found
        if len(self._read) > _MOST_READINGS:
            self._read.popitem(last=False)

    def _remembered(self, reading: int, index: int) -> Found:
        for each in self._read.get(reading, ()):
            if each.numbers == (reading, index):
                return each
        raise Refused(words.NOT_IN_MIND)


def key(job_id: int, index: int) -> str:
    """The line that names a picture of ours."""
    return f"job:{job_id}:{index}"


def _one_of_ours(job_id: int, index: int, recipe: str) -> Found:
    return Found(words.unnamed(index + 1), recipe, key(job_id, index))


def _parts(key: str) -> tuple[str, int, int]:
    kind, number, index = key.split(":")
    return kind, int(number), int(index)
