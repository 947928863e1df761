"""Reports through the loopback Discord: enough people hide a picture, moderators decide, and none of it is lost."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.application import Bot
from bot.words import appeals
from bot.words import reports as words
from bot.words import review as review_words
from storage.moderation.records import CaseState
from tests.bot.court import Court
from tests.bot.stage import PATIENCE, Stage, delivered
from tests.discord_server import Interaction, Message, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def court(stage: Stage, bot: Bot) -> AsyncIterator[Court]:
    court = await Court.convened(stage, bot)
    yield court
    assert (await bot.database.log.verify()).broken_at is None


async def posted(court: Court) -> tuple[Interaction, Message]:
    """A picture of Ann's that stands in the channel."""
    interaction = await court.asks(court.stage.ann)
    return interaction, await delivered(court.bot, interaction)


async def reports(court: Court, who: Person, message: Message, reason: str = "") -> str:
    """What somebody is told who reports a picture by its button."""
    more = await (await who.clicks(message, "More")).message_when(within=PATIENCE)
    return await _sends(await who.clicks(more, words.REPORT), who, reason)


async def _sends(opening: Interaction, who: Person, reason: str) -> str:
    await opening.acknowledged(within=PATIENCE)
    assert opening.modal is not None
    sent = await who.submits(opening.modal, {words.REASON: reason})
    return (await sent.message_when(lambda shown: not shown.loading, within=PATIENCE)).content


async def hidden(court: Court, message: Message) -> None:
    await message.until(lambda: not message.attachments, what="the picture to be hidden", within=PATIENCE)


async def test_three_people_hide_a_picture_and_a_moderator_shows_it_again(court: Court) -> None:
    interaction, message = await posted(court)
    (file,) = message.attachments
    people = [court.stage.guild.add_member(name) for name in ("cid", "dee", "eve")]
    assert await reports(court, people[0], message, "*too* <b>red</b>") == words.TAKEN
    assert await reports(court, people[0], message) == words.ALREADY
    assert await reports(court, people[1], message) == words.TAKEN
    assert message.attachments == (file,), "two people are not enough"
    assert await reports(court, people[2], message, "odd") == words.TAKEN
    await hidden(court, message)
    assert words.HIDDEN in message.text
    assert message.labels == []
    job = await court.job(interaction)
    assert job.hidden
    assert await court.bot.database.history.count(court.stage.ann.id, court.stage.guild.id) == 0
    card = await court.card(interaction)
    assert "Reported by 3 people." in card.text
    assert "> \\*too\\* \\<b\\>red\\</b\\>\n> odd" in card.text
    assert card.labels == [review_words.RESTORE, review_words.REMOVE, review_words.REMOVE_AND_BLOCK]
    await court.mo.clicks(card, review_words.RESTORE)
    await message.until(lambda: message.attachments, what="the picture to be shown again", within=PATIENCE)
    assert message.attachments[0].bytes == file.bytes
    assert "Again" in message.labels
    assert f"Shown again by {court.mo.mention}." in await court.closed(card)
    late = court.stage.guild.add_member("late")
    assert await reports(court, late, message) == words.DECIDED
    assert message.attachments


async def test_a_moderators_own_report_acts_at_once_and_the_picture_can_be_removed(court: Court) -> None:
    interaction, message = await posted(court)
    applied = await court.mo.applies("Report", message)
    assert await _sends(applied, court.mo, "") == words.HIDDEN_NOW
    await hidden(court, message)
    card = await court.card(interaction)
    await court.max.clicks(card, review_words.REMOVE_AND_BLOCK)
    await court.closed(card)
    await court.bot.review.settled()
    assert words.REMOVED in message.text
    assert message.attachments == ()
    case = await court.case(interaction)
    assert (case.state, case.reviewer) == (CaseState.REJECTED, court.max.id)
    standing = await court.bot.database.sanctions.standing(court.stage.guild.id, court.stage.ann.id)
    assert standing.block is not None
    assert standing.block.case_id == case.id

    opened = await court.stage.ann.clicks(message, appeals.APPEAL)
    await opened.acknowledged(within=PATIENCE)
    assert opened.modal is not None
    await court.stage.ann.submits(opened.modal, {appeals.WHY: "It is a heron."})
    appeal = await court.mods.message_when(lambda shown: appeals.UPHOLD in shown.labels, within=PATIENCE)
    await court.mo.clicks(appeal, appeals.UPHOLD)
    await message.until(lambda: message.attachments, what="the picture to be shown again", within=PATIENCE)
    assert not (await court.job(interaction)).hidden
    standing = await court.bot.database.sanctions.standing(court.stage.guild.id, court.stage.ann.id)
    assert standing.block is None


async def test_what_was_hidden_when_the_bot_ended_is_taken_down_at_the_next_start(court: Court) -> None:
    interaction, message = await posted(court)
    told = await court.bot.database.cases.report(await court.job(interaction), reporter=court.mo.id, reason="")
    assert told is not None
    assert await court.bot.database.cases.hide(told[0].id)
    for _ in range(2):
        await court.bot.review.recover()
        assert message.attachments == ()
    case = await court.case(interaction)
    assert case.card_message_id is not None
    assert len([each for each in court.mods.messages.values() if f"Case {case.id}\n" in each.text]) == 1


@pytest.mark.parametrize(
    ("options", "who", "said"),
    [({}, "ann", words.YOURS), ({"private": True}, "ann", words.NOT_POSTED)],
)
async def test_what_is_not_reported(court: Court, options: dict[str, Any], who: str, said: str) -> None:
    interaction = await court.asks(court.stage.ann, **options)
    message = await delivered(court.bot, interaction)
    more = await (await court.stage.ann.clicks(message, "More")).message_when(within=PATIENCE)
    answer = await (await court.stage.ann.clicks(more, words.REPORT)).message_when(within=PATIENCE)
    assert said in answer.content


async def test_what_is_no_picture_of_the_bots_is_not_reported(court: Court) -> None:
    message = court.stage.ben.posts(court.channel, "look at this")
    told = await (await court.mo.applies("Report", message)).message_when(within=PATIENCE)
    assert words.NOT_MINE in told.content
