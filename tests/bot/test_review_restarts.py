"""Review over restarts: an old card works, a decision is told though the bot died after it, and is told once.

What is taken back while it is held is here too: nothing need be drawn for any of it.
"""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.application import Bot
from bot.buttons import JobButton
from bot.moderation.rulebook import Rulebook
from bot.presenting import Action
from bot.review import Review
from bot.review_buttons import Act
from bot.words import review as words
from storage.database import Database
from storage.moderation.models import CaseRow
from storage.moderation.records import Case, CaseState, ServerConfiguration
from storage.records import JobState
from tests.bot.stage import PATIENCE, Stage, eventually
from tests.bot.test_delivery import asked
from tests.bot.test_restarts import database, left_behind
from tests.discord_server import Channel, Interaction, Message, Permission, Person, Version

WAY = JobState.QUEUED, JobState.DRAWING, JobState.DRAWN


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage.set_up(tmp_path) as stage:
        yield stage


@pytest.fixture
async def mods(stage: Stage) -> Channel:
    """The moderators' channel of a server where the picture check takes every picture for suggestive."""
    mods = stage.guild.add_channel("mods")
    async with database(stage) as kept:
        rulebook = Rulebook(configurations=kept.configurations, entries=kept.entries)
        decided = ServerConfiguration(moderators_channel=mods.id, suggestive=0.0)
        await rulebook.replace(stage.guild.id, decided, by=1)
    return mods


@pytest.fixture
def mo(stage: Stage) -> Person:
    return stage.guild.add_member("mo", roles=[stage.guild.add_role("mods", Permission.MANAGE_MESSAGES)])


async def case_of(kept: Database, interaction: Interaction) -> Case:
    (case,) = await kept.cases.of_job(interaction.id)
    return case


@asynccontextmanager
async def holding(stage: Stage, mods: Channel, *asked_for: Interaction) -> AsyncIterator[tuple[Bot, list[Message]]]:
    """A bot that holds these requests, and its cards."""
    for each in asked_for:
        await left_behind(stage, each, *WAY)
    async with stage.bot() as bot:
        cards: list[Message] = []
        for each in asked_for:
            await each.message_when(lambda shown: words.WAITS in shown.text, within=PATIENCE)
            await bot.queue.at_rest(each.id)
            line = f"Case {(await case_of(bot.database, each)).id}\n"
            cards.append(await mods.message_when(lambda shown, line=line: line in shown.text, within=PATIENCE))
        yield bot, cards


async def closed(card: Message) -> str:
    await card.until(lambda: not card.labels, what="the card to be closed", within=PATIENCE)
    return card.text


async def test_what_is_pressed_on_an_old_card_is_done_by_a_bot_that_never_saw_it(
    stage: Stage, mods: Channel, mo: Person
) -> None:
    approved, rejected, blocked = [await asked(stage) for _ in range(3)]
    async with holding(stage, mods, approved, rejected, blocked) as (_, cards):
        pass
    async with stage.bot() as bot:
        for card, button in zip(cards, (words.APPROVE, words.REJECT, words.REJECT_AND_BLOCK), strict=True):
            assert button in card.labels
            await mo.clicks(card, button)
            assert mo.mention in await closed(card)
        posted = await approved.message_when(lambda shown: "Recipe" in shown.labels, within=PATIENCE)
        assert posted.attachments
        told = await rejected.message_when(lambda shown: words.REJECTED["suggestive"] in shown.text, within=PATIENCE)
        assert "for 7 days" not in told.text
        await blocked.message_when(lambda shown: "for 7 days" in shown.text, within=PATIENCE)
        states = [(await case_of(bot.database, each)).state for each in (approved, rejected, blocked)]
        assert states == [CaseState.APPROVED, CaseState.REJECTED, CaseState.REJECTED]
        standing = await bot.database.sanctions.standing(stage.guild.id, stage.ann.id)
        assert standing.block is not None
        assert standing.block.case_id == (await case_of(bot.database, blocked)).id


async def test_what_was_decided_is_told_although_the_bot_died_after_it_and_once(
    stage: Stage, mods: Channel, mo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked, rejected, expired = requests = [await asked(stage) for _ in range(3)]
    with monkeypatch.context() as dying:
        dying.setattr(Review, "_begin", _die)
        async with holding(stage, mods, *requests) as (bot, cards):
            assert await bot.review.decide(await case_of(bot.database, blocked), Act.BLOCK, by=mo.id)
            assert await bot.review.decide(await case_of(bot.database, rejected), Act.REJECT, by=mo.id)
            last = await case_of(bot.database, expired)
            assert await bot.database.cases.decide(last.id, CaseState.EXPIRED, reviewer=None)
    for each in requests:
        assert each.original is not None
        assert words.WAITS in each.original.text, "nobody lived to say it"
    stage.server.expire(rejected)
    stage.server.expire(expired)
    async with stage.bot() as bot:
        await blocked.message_when(lambda shown: "for 7 days" in shown.text, within=PATIENCE)
        for card in cards:
            await closed(card)
        for each, sentence in ((rejected, words.REJECTED["suggestive"]), (expired, words.EXPIRED)):
            told = await stage.channel.message_when(
                lambda shown, said=sentence: shown.interaction is None and said in shown.text, within=PATIENCE
            )
            assert told.mentions == (stage.ann,)
            await each.message_when(lambda shown: words.TOLD_BELOW in shown.text, within=PATIENCE)
        await _told(bot, requests)
    await _forget_that_they_were_told(stage)  # as if the bot had died before it wrote that down
    stage.server.expire(blocked)
    stage.server.nonce_lifetime = 0.0
    before = len(stage.channel.messages)
    async with stage.bot() as bot:
        await _told(bot, requests)
    assert len(stage.channel.messages) == before


async def test_what_is_taken_back_leaves_its_card_at_once(stage: Stage, mods: Channel, mo: Person) -> None:
    by_its_owner, by_a_moderator = requests = [await asked(stage) for _ in range(2)]
    async with holding(stage, mods, *requests) as (bot, cards):
        for each, who, card in ((by_its_owner, stage.ann, cards[0]), (by_a_moderator, mo, cards[1])):
            assert each.original is not None
            each.original.become(_cancellable(each))  # as somebody still sees it whose client is slow
            await who.clicks(each.original, "Cancel")
            assert words.WITHDRAWN in await closed(card)
            case = await case_of(bot.database, each)
            assert (case.state, case.reviewer) == (CaseState.EXPIRED, None)
            assert not await bot.review.decide(case, Act.APPROVE, by=mo.id)
            job = await bot.database.jobs.find(each.id)
            assert job is not None
            assert job.state is JobState.CANCELLED


def _cancellable(interaction: Interaction) -> Version:
    """What a message looked like while its picture was drawn."""
    assert interaction.original is not None
    button = JobButton(Action.CANCEL, interaction.id).item.to_component_dict()
    return replace(interaction.original.now, components=({"type": 1, "id": 1, "components": [button | {"id": 2}]},))


def _die(_: Review, work: Coroutine[Any, Any, None]) -> None:
    work.close()


async def _told(bot: Bot, requests: list[Interaction]) -> None:
    """Wait until the record says that nothing more is to be said."""

    async def told() -> bool:
        return all([(await case_of(bot.database, each)).told_at is not None for each in requests])

    await eventually(told)


async def _forget_that_they_were_told(stage: Stage) -> None:
    async with database(stage) as kept, kept.cases._transactions.writing() as session:
        await session.execute(update(CaseRow).values(told_at=None))
