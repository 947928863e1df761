"""In a thread: it has no mark of its own, so all is as in the channel that it hangs from, at every look."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.application import Bot
from bot.words import moderation as sentences
from bot.words import review as words
from storage.records import JobState
from tests.bot.court import Court
from tests.bot.stage import PATIENCE, Stage
from tests.discord_server import Channel, Permission

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Clear words, and a picture check that takes everything for explicit: both are allowed under a mark alone.
EXPLICIT, DECIDED = "a nude woman", {"age_restricted": True, "explicit": 0.0}


@asynccontextmanager
async def in_a_thread(stage: Stage, bot: Bot, **decided: object) -> AsyncIterator[tuple[Court, Channel]]:
    """A court that meets in a thread, and the channel that it hangs from."""
    court = await Court.convened(stage, bot)
    await court.decide(moderators_channel=court.mods.id, **DECIDED | decided)
    parent, court.channel = court.channel, court.channel.add_thread()
    yield court, parent


async def test_a_thread_is_as_the_channel_that_it_hangs_from(stage: Stage, bot: Bot) -> None:
    async with in_a_thread(stage, bot) as (court, parent):
        refused = await court.asks(prompt=EXPLICIT)
        told = await refused.message_when(within=PATIENCE)
        assert sentences.EXPLICIT_WORDS in told.content
        looked_at = await court.asks()
        await court.ends(looked_at, JobState.FAILED)
        await looked_at.message_when(lambda shown: sentences.LOOKS_EXPLICIT in shown.text, within=PATIENCE)
        parent.restrict_age()
        allowed = await court.asks(prompt=EXPLICIT)
        await court.ends(allowed, JobState.DONE)
        (posted,) = court.posted(allowed)
        assert posted.channel is court.channel
        assert court.posted(refused) == court.posted(looked_at) == []


async def test_the_mark_of_a_threads_channel_is_looked_at_again(stage: Stage, bot: Bot) -> None:
    async with in_a_thread(stage, bot, review="everything") as (court, parent):
        parent.restrict_age()
        interaction, card = await court.held(prompt=EXPLICIT)
        parent.restrict_age(False)
        await court.mo.clicks(card, words.APPROVE)
        await court.ends(interaction, JobState.FAILED)
        await interaction.message_when(lambda shown: sentences.CHANGED in shown.text, within=PATIENCE)
        assert court.posted(interaction) == []


async def test_what_is_late_is_posted_in_the_thread(stage: Stage, bot: Bot) -> None:
    async with in_a_thread(stage, bot, review="everything") as (court, parent):
        parent.restrict_age()
        parent.deny(stage.server.bot, Permission.SEND_MESSAGES)
        interaction, card = await court.held(prompt=EXPLICIT)
        stage.server.expire(interaction)
        await court.mo.clicks(card, words.APPROVE)
        await court.ends(interaction, JobState.DONE)
        (posted,) = court.posted(interaction)
        assert (posted.channel, posted.interaction) == (court.channel, None)
