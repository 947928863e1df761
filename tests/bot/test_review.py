"""Review through the loopback Discord: what is held is seen by moderators alone, until one of them lets it through."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.application import Bot
from bot.review_buttons import Act
from bot.words import moderation as sentences
from bot.words import review as words
from bot.words.mod import NOT_A_MODERATOR
from storage.jobs import now
from storage.moderation.records import CaseState
from storage.records import JobState
from tests.bot.court import Court
from tests.bot.stage import PATIENCE, Stage, eventually
from tests.discord_server import Message, Permission

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: From these scores on, that is always, the picture check holds a picture, or refuses it.
HOLDS, REFUSES = {"suggestive": 0.0}, {"explicit": 0.0}


@pytest_asyncio.fixture(loop_scope="module")
async def court(stage: Stage, bot: Bot) -> AsyncIterator[Court]:
    court = await Court.convened(stage, bot, **HOLDS)
    yield court
    assert (await bot.database.log.verify()).broken_at is None
    for person in (stage.ann.id, stage.ben.id):
        await bot.database.sanctions.unblock(stage.guild.id, person, by=court.mo.id)


async def test_held_approved_and_posted_although_the_token_died(court: Court) -> None:
    interaction, card = await court.held(prompt="a red cat", count=2)
    assert court.posted(interaction) == []
    assert (await court.job(interaction)).state is JobState.HELD
    assert card.text.count(court.stage.ann.mention) == 1
    assert card.mentions == ()
    assert f"<#{court.channel.id}>" in card.text
    assert words.WHY["suggestive"] in card.text
    assert "explicit 0." in card.text
    assert len(card.attachments) == 2, "several pictures of one request are one card"
    assert all(item["spoiler"] for item in _gallery(card))
    court.stage.server.expire(interaction)
    await court.mo.clicks(card, words.APPROVE)
    await court.ends(interaction, JobState.DONE)
    (posted,) = court.posted(interaction)
    assert posted.interaction is None, "sent by the bot itself"
    assert posted.mentions == (court.stage.ann,)
    assert len(posted.attachments) == 2
    assert interaction.original is not None
    assert words.LET_THROUGH in interaction.original.text
    assert f"Approved by {court.mo.mention}." in await court.closed(card)
    assert len(card.attachments) == 2
    case = await court.case(interaction)
    assert (case.state, case.reviewer) == (CaseState.APPROVED, court.mo.id)


async def test_approved_in_time_it_comes_in_place_of_the_word_that_it_waits(court: Court) -> None:
    interaction, card = await court.held()
    await court.mo.clicks(card, words.APPROVE)
    await court.ends(interaction, JobState.DONE)
    assert court.posted(interaction) == [interaction.original]
    assert "Again" in court.posted(interaction)[0].labels


async def test_rejected_and_blocked(court: Court) -> None:
    interaction, card = await court.held(who=court.stage.ben)
    case = await court.case(interaction)
    await court.mo.clicks(card, words.REJECT_AND_BLOCK)
    await court.ends(interaction, JobState.CANCELLED)
    told = await interaction.message_when(lambda shown: words.REJECTED["suggestive"] in shown.text)
    assert "for 7 days" in told.text
    assert f"Case {case.id}" in told.text
    assert f"Rejected by {court.mo.mention}." in await court.closed(card)
    assert court.posted(interaction) == []
    standing = await court.bot.database.sanctions.standing(court.stage.guild.id, court.stage.ben.id)
    assert [strike.case_id for strike in standing.strikes] == [case.id]
    assert standing.block is not None
    assert standing.block.ends_at - standing.block.created_at == timedelta(days=7)
    refused = await (await court.asks(court.stage.ben)).message_when(within=PATIENCE)
    assert f"for a picture (case {case.id})" in refused.content


async def test_the_first_click_wins(court: Court) -> None:
    interaction, card = await court.held()
    version = card.now
    await court.mo.clicks(card, words.REJECT)
    await court.ends(interaction, JobState.CANCELLED)
    await court.closed(card)
    card.become(version)  # as somebody still sees it whose client is slow
    second = await court.max.clicks(card, words.APPROVE)
    told = await second.message_when(lambda shown: shown.ephemeral, within=PATIENCE)
    assert told.content == words.too_late("held", "rejected", court.mo.id)
    await court.closed(card)
    assert (await court.case(interaction)).reviewer == court.mo.id
    assert court.posted(interaction) == []


async def test_only_moderators_decide(court: Court) -> None:
    interaction, card = await court.held()
    pressed = await court.stage.ben.clicks(card, words.APPROVE)
    told = await pressed.message_when(lambda shown: shown.ephemeral, within=PATIENCE)
    assert NOT_A_MODERATOR in told.content
    assert (await court.job(interaction)).state is JobState.HELD


async def test_nobody_decides_for_a_day(court: Court) -> None:
    interaction, card = await court.held()
    court.stage.server.expire(interaction)
    await court.bot.review.expire(now() + timedelta(hours=23, minutes=59))
    assert (await court.job(interaction)).state is JobState.HELD, "not yet"
    await court.bot.review.expire(now() + timedelta(hours=24, minutes=1))
    assert (await court.job(interaction)).state is JobState.EXPIRED
    told = await court.channel.message_when(lambda shown: words.EXPIRED in shown.text)
    assert told.mentions == (court.stage.ann,)
    assert card.labels == []
    assert words.OUTCOME["held", "expired"] in card.text
    assert not await court.bot.review.decide(await court.case(interaction), Act.APPROVE, by=court.mo.id)
    assert court.posted(interaction) == []


async def test_what_the_check_refuses_is_not_shown_and_can_be_appealed_against(court: Court) -> None:
    await court.decide(moderators_channel=court.mods.id, **REFUSES)
    interaction = await court.asks()
    await court.ends(interaction, JobState.FAILED)
    told = await interaction.message_when(lambda shown: sentences.LOOKS_EXPLICIT in shown.text)
    case = await court.case(interaction)
    assert f"Case {case.id}\n" in told.text
    assert (case.state, case.rule) == (CaseState.REFUSED, "explicit")
    assert case.scores is not None
    assert court.posted(interaction) == []
    assert court.mods.messages == {}


async def test_where_nobody_could_look_what_would_be_held_is_refused(court: Court) -> None:
    await court.decide(review="everything")
    told = await (await court.asks()).message_when(within=PATIENCE)
    assert sentences.NO_REVIEW in told.content
    await court.decide(**HOLDS)
    interaction = await court.asks()
    await court.ends(interaction, JobState.FAILED)
    await interaction.message_when(lambda shown: sentences.NOBODY_LOOKS["suggestive"] in shown.text)
    assert court.posted(interaction) == []


async def test_where_the_card_cannot_be_posted_it_is_refused_too(court: Court) -> None:
    court.mods.deny(court.stage.server.bot, Permission.SEND_MESSAGES)
    interaction = await court.asks()
    await court.ends(interaction, JobState.EXPIRED)
    await interaction.message_when(lambda shown: words.NO_CARD in shown.text)
    assert (await court.case(interaction)).state is CaseState.EXPIRED
    assert court.posted(interaction) == []


async def test_an_approval_does_not_hold_where_less_is_allowed_by_then(court: Court) -> None:
    decided = {"moderators_channel": court.mods.id, "age_restricted": True, **REFUSES}
    await court.decide(review="everything", **decided)
    court.channel.restrict_age()
    interaction, card = await court.held()
    other, other_card = await court.held()
    await court.mo.clicks(card, words.APPROVE)
    await court.ends(interaction, JobState.DONE)
    court.channel.restrict_age(False)
    await court.mo.clicks(other_card, words.APPROVE)
    await court.ends(other, JobState.FAILED)
    await other.message_when(lambda shown: sentences.CHANGED in shown.text)
    assert len(court.posted(interaction)) == 1
    assert court.posted(other) == []


async def test_a_channel_that_is_gone_by_then(court: Court) -> None:
    interaction, card = await court.held()
    court.channel.delete()
    before = len(court.stage.server.requests)
    await court.mo.clicks(card, words.APPROVE)
    await court.ends(interaction, JobState.FAILED)
    calls = [each for each in list(court.stage.server.requests)[before:] if str(court.channel.id) in each.path]
    assert len(calls) <= 1
    assert court.posted(interaction) == []


async def test_where_the_bot_may_not_post_any_more(court: Court) -> None:
    interaction, card = await court.held()
    court.channel.deny(court.stage.server.bot, Permission.ATTACH_FILES)
    place = court.stage.guild.id, court.channel.id
    await eventually(lambda: asyncio.sleep(0, court.bot.gateway.may_post(*place) is False))
    await court.mo.clicks(card, words.APPROVE)
    await court.ends(interaction, JobState.FAILED)
    await interaction.message_when(lambda shown: words.MAY_NOT_POST in shown.text)
    assert court.posted(interaction) == []
    told = await (await court.asks()).message_when(within=PATIENCE)
    assert words.NEEDS in told.content, "nor is it drawn there"


async def test_what_only_one_person_sees_is_looked_at_too(court: Court) -> None:
    interaction, card = await court.held(private=True)
    assert "for them alone" in card.text
    await court.mo.clicks(card, words.APPROVE)
    await court.ends(interaction, JobState.DONE)
    (posted,) = court.posted(interaction)
    assert posted.ephemeral
    assert [each for each in court.channel.messages.values() if not each.ephemeral] == []


async def test_what_its_person_deletes_is_not_posted_and_leaves_the_card(court: Court) -> None:
    interaction, card = await court.held(who=court.stage.ben)
    await court.bot.privacy.erase(court.stage.ben.id)
    await court.bot.review.expire(now())
    assert card.attachments == ()
    assert card.labels == []
    assert court.posted(interaction) == []


def _gallery(message: Message) -> list[dict[str, Any]]:
    (container,) = message.components
    return next(part["items"] for part in container["components"] if "items" in part)
