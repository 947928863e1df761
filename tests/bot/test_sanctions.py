"""/mod, /appeal and what follows, through the loopback Discord: cases, blocks, appeals, purges, the week's summary."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.application import Bot
from bot.weekly import Weekly
from bot.words import appeals as words
from bot.words import mod as said
from bot.words import review as review_words
from bot.words import summary as summary_words
from storage.jobs import now
from storage.moderation.appeals import MOST_A_DAY
from storage.moderation.records import AppealState, Case, CaseState, ListKind, ServerConfiguration
from storage.records import JobState
from tests.bot.stage import PATIENCE, Stage, delivered, eventually
from tests.discord_server import Channel, Interaction, Message, NotOffered, Permission, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHY = "It was a heron, **really** @everyone."


class Bar:
    """A server with a moderators' channel, two moderators, and what people do there."""

    def __init__(self, stage: Stage, bot: Bot, mods: Channel, mo: Person, max: Person) -> None:
        self.stage, self.bot, self.mods, self.mo, self.max = stage, bot, mods, mo, max
        self.ann = stage.guild.add_member("ann")

    async def decide(self, **decided: Any) -> None:
        rulebook, server = self.bot.oversight.rulebook, self.stage.guild.id
        await rulebook.replace(server, ServerConfiguration(**decided), by=self.mo.id)
        if not await rulebook.entries(server):
            await rulebook.add(server, ListKind.BLOCK, ["cast*"], by=self.mo.id)

    async def asks(self, who: Person | None = None, **options: Any) -> Interaction:
        asked = {"steps": 1, "size": "64x64"} | options
        interaction = await (who or self.ann).uses("/imagine", channel=self.stage.channel, options=asked)
        await interaction.acknowledged(within=PATIENCE)
        return interaction

    async def told(self, command: str, who: Person | None = None, **options: Any) -> Message:
        interaction = await (who or self.mo).uses(command, channel=self.stage.channel, options=options)
        message = await interaction.message_when(within=PATIENCE)
        assert message.ephemeral
        return message

    async def refused(self, who: Person | None = None) -> tuple[Message, Case]:
        """A refusal by the list, and its case."""
        message = await (await self.asks(who, prompt="a castle")).message_when(within=PATIENCE)
        person = (who or self.ann).id
        case, *_ = await self.bot.database.cases.newest(self.stage.guild.id, person=person)
        assert (case.rule, case.entry) == ("list", "cast*")
        return message, case

    async def appeals(self, refusal: Message, case: Case) -> Message:
        """Press the button, fill in the form, and return the moderators' card."""
        modal = await (await self.ann.clicks(refusal, words.APPEAL)).modal_shown()
        sent = await self.ann.submits(modal, {words.WHY: WHY})
        assert (await sent.message_when(within=PATIENCE)).content == words.LODGED
        return await self.card(case)

    async def card(self, case: Case) -> Message:
        heading = words.heading(words.OPEN, case.id)
        return await self.mods.message_when(lambda shown: heading in shown.text, within=PATIENCE)

    async def case(self, case_id: int) -> Case:
        case = await self.bot.database.cases.find(case_id)
        assert case is not None
        return case

    async def decisions(self, case: Case) -> list[str]:
        lines = await self.bot.database.log.newest(self.stage.guild.id, limit=20)
        return [line.decision for line in reversed(lines) if line.case_id == case.id]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def moderators(stage: Stage) -> tuple[Person, Person]:
    role = stage.guild.add_role("mods", Permission.MANAGE_MESSAGES)
    return stage.guild.add_member("mo", roles=[role]), stage.guild.add_member("max", roles=[role])


@pytest_asyncio.fixture(loop_scope="module")
async def bar(stage: Stage, bot: Bot, moderators: tuple[Person, Person]) -> AsyncIterator[Bar]:
    mods = stage.guild.add_channel("mods")
    bar = Bar(stage, bot, mods, *moderators)
    await bar.decide(moderators_channel=mods.id)
    yield bar
    await bot.office.hearings.settled()
    assert (await bot.database.log.verify()).broken_at is None


async def test_refused_appealed_against_and_upheld(bar: Bar) -> None:
    refusal, case = await bar.refused()
    assert f"Case {case.id}" in refusal.content
    card = await bar.appeals(refusal, case)
    assert "It was a heron, \\*\\*really\\*\\* \\@everyone." in card.text
    assert "the server's word list: cast\\*" in card.text
    assert card.mentions == ()
    await bar.mo.clicks(card, words.UPHOLD)
    await card.until(lambda: not card.labels, what="the card to be closed", within=PATIENCE)
    assert f"{words.UPHELD} by {bar.mo.mention}" in card.text
    assert words.let_through("cast\\*") in card.text
    assert (await bar.case(case.id)).state is CaseState.OVERTURNED
    direct = await bar.ann.direct.message_when(within=PATIENCE)
    assert direct.content == words.told_upheld(case.id)
    again = await (await bar.ann.clicks(refusal, words.APPEAL)).message_when(within=PATIENCE)
    assert said.appeal("upheld", None, None) in again.content
    assert bar.mo.mention not in again.content, "who decided is not for them"
    assert await bar.decisions(case) == ["refused", "appealed", "appeal upheld", "overturned"]
    shown = (await bar.told("/mod case", number=case.id)).content
    assert f"Appeal: upheld by {bar.mo.mention}" in shown
    assert f"Decided <t:{case.created_at.timestamp():.0f}"[:12] in shown


async def test_the_first_press_wins_and_nobody_decides_on_their_own(bar: Bar) -> None:
    refusal, case = await bar.refused()
    card = await bar.appeals(refusal, case)
    version = card.now
    pressed = await bar.ann.clicks(card, words.UPHOLD)
    assert said.NOT_A_MODERATOR.split(":")[0] in (await pressed.message_when(within=PATIENCE)).content
    helps = bar.stage.guild.add_role("helpers")
    helper = bar.stage.guild.add_member("hal", roles=[helps])
    await bar.bot.oversight.rulebook.change_role(bar.stage.guild.id, helps.id, {"moderates": True}, by=bar.mo.id)
    await helper.clicks(card, words.DISMISS)
    await card.until(lambda: not card.labels, what="the card to be closed", within=PATIENCE)
    card.become(version)  # as somebody still sees it whose client is slow
    second = await bar.max.clicks(card, words.UPHOLD)
    told = await second.message_when(lambda shown: shown.ephemeral, within=PATIENCE)
    assert told.content == words.too_late(words.dismissed_by(helper.id))
    assert (await bar.case(case.id)).state is CaseState.REFUSED
    _, own = await bar.refused(bar.mo)
    appeal = await bar.bot.database.appeals.lodge(own, person=bar.mo.id, text="")
    await bar.bot.office.hearings._post(appeal, perhaps_there=False)
    pressed = await bar.mo.clicks(await bar.card(own), words.UPHOLD)
    assert words.OWN in (await pressed.message_when(lambda shown: shown.ephemeral, within=PATIENCE)).content


async def test_without_a_moderators_channel_there_is_nobody_to_appeal_to(bar: Bar) -> None:
    refusal, case = await bar.refused()
    await bar.decide()
    told = await (await bar.ann.clicks(refusal, words.APPEAL)).message_when(within=PATIENCE)
    assert words.NOBODY in told.content
    assert await bar.bot.database.appeals.of_case(case.id) is None


async def test_only_about_oneself_and_five_a_day(bar: Bar) -> None:
    refusal, case = await bar.refused()
    ben = await bar.told("/appeal", bar.stage.ben, case=case.id)
    assert words.NOT_YOURS in ben.content
    for _ in range(MOST_A_DAY):
        _, other = await bar.refused()
        await bar.bot.database.appeals.lodge(other, person=bar.ann.id, text="no")
    modal = await (await bar.ann.clicks(refusal, words.APPEAL)).modal_shown()
    sent = await bar.ann.submits(modal, {words.WHY: WHY})
    assert words.too_many(MOST_A_DAY) in (await sent.message_when(within=PATIENCE)).content


async def test_a_card_that_was_not_posted_is_posted_after_a_start(bar: Bar) -> None:
    _, case = await bar.refused()
    appeal = await bar.bot.database.appeals.lodge(case, person=bar.ann.id, text=WHY)
    hearings = bar.bot.office.hearings
    for waiting in await bar.bot.database.appeals.without_card():
        await hearings._post(waiting, perhaps_there=True)
    assert await bar.bot.database.appeals.without_card() == ()
    await bar.bot.database.appeals.note_card(appeal.id, channel_id=0, message_id=0)
    await hearings._post(appeal, perhaps_there=True)
    found = [each for each in bar.mods.messages.values() if words.heading(words.OPEN, case.id) in each.text]
    assert len(found) == 1, "it was there already"
    noted = await bar.bot.database.appeals.find(appeal.id)
    assert noted is not None
    assert (noted.card_message_id, noted.state) == (found[0].id, AppealState.OPEN)


async def test_everybody_sees_what_was_decided_against_them(bar: Bar) -> None:
    assert said.NO_CASES_OF_YOURS in (await bar.told("/appeal", bar.ann)).content
    _, case = await bar.refused()
    shown = (await bar.told("/appeal", bar.ann)).content
    assert said.NO_STRIKES_OF_YOURS in shown
    assert f"**Case {case.id}** · refused" in shown
    assert "cast\\*" in shown


async def test_blocked_with_a_reason_and_unblocked(bar: Bar) -> None:
    told = await bar.told("/mod block", person=bar.ann, duration="7d", reason="spam, **really**  @everyone")
    assert "spam, \\*\\*really\\*\\* \\@everyone" in told.content
    refusal = await (await bar.asks()).message_when(within=PATIENCE)
    assert "You cannot use the bot in this server for about 7 days" in refusal.content
    assert "“spam, \\*\\*really\\*\\* \\@everyone”" in refusal.content
    assert refusal.mentions == told.mentions == ()
    standing = (await bar.told("/mod cases", person=bar.ann)).content
    assert f"by {bar.mo.mention}: “spam" in standing
    assert (await bar.told("/mod unblock", person=bar.ann)).content == said.unblocked(bar.ann.id)
    assert said.NOT_BLOCKED in (await bar.told("/mod unblock", person=bar.ann)).content
    await delivered(bar.bot, await bar.asks())
    lines = await bar.bot.database.log.newest(bar.stage.guild.id, limit=2)
    assert [(line.decision, line.actor, line.reviewer) for line in lines] == [
        ("unblocked", bar.ann.id, bar.mo.id),
        ("blocked", bar.ann.id, bar.mo.id),
    ]
    assert (
        said.NO_DURATION.split(",")[0]
        in (await bar.told("/mod block", person=bar.ann, duration="a week", reason="x")).content
    )
    assert (
        said.NO_BOTS in (await bar.told("/mod block", person=bar.stage.server.bot, duration="1d", reason="x")).content
    )


async def test_it_is_for_moderators_and_the_floor_keeps_its_prompt(bar: Bar, forbidden: str) -> None:
    for command, options in (("/mod cases", {}), ("/mod case", {"number": 1})):
        with pytest.raises(NotOffered):
            await bar.ann.uses(command, channel=bar.stage.channel, options=options)
    await (await bar.asks(prompt=forbidden)).message_when(within=PATIENCE)
    case, *_ = await bar.bot.database.cases.newest(bar.stage.guild.id, person=bar.ann.id)
    assert case.rule == "floor"
    shown = (await bar.told("/mod case", number=case.id)).content
    assert said.RULES["floor"] in shown
    assert not [word for word in forbidden.split() if word in shown]
    assert words.NO_APPEAL in (await bar.told("/appeal", bar.ann, case=case.id)).content
    assert said.NO_CASES_OF_YOURS in (await bar.told("/appeal", bar.ann)).content
    assert said.NO_CASE in (await bar.told("/mod case", number=10**6)).content


async def test_cases_a_page_at_a_time(bar: Bar) -> None:
    here = {"server_id": bar.stage.guild.id, "channel_id": bar.stage.channel.id, "person": bar.ann.id}
    made = [await bar.bot.database.cases.refuse(**here, rule="list", entry="*" * 60) for _ in range(11)]
    for case in made:
        await bar.bot.database.appeals.lodge(case, person=bar.stage.server.snowflake(), text="*" * 500)
    ends_at = now() + timedelta(days=1)
    await bar.bot.database.sanctions.block(
        bar.stage.guild.id, bar.ann.id, ends_at=ends_at, reason="*" * 200, by=bar.mo.id
    )
    await bar.told("/mod case", number=made[-1].id)  # as long as it gets, and Discord takes it
    assert "Blocked until" in (await bar.told("/appeal", bar.ann)).content
    first = await bar.told("/mod cases", person=bar.ann)
    assert "11 cases · page 1 of 2" in first.content
    assert first.labels == [said.NEXT]
    await bar.mo.clicks(first, said.NEXT)
    await first.until(lambda: "page 2 of 2" in first.content, what="the second page", within=PATIENCE)
    assert first.labels == [said.BACK]
    assert said.NO_CASES not in (await bar.told("/mod cases")).content


async def test_held_rejected_with_a_block_appealed_against_and_upheld(bar: Bar) -> None:
    """And what a rejected picture looked like is known again, until the appeal is upheld."""
    await bar.decide(moderators_channel=bar.mods.id, suggestive=0.0)
    interaction = await bar.asks(prompt="a red cat", seed=7)
    await interaction.message_when(lambda shown: review_words.WAITS in shown.text, within=PATIENCE)
    (case,) = await bar.bot.database.cases.of_job(interaction.id)
    held = await bar.mods.message_when(lambda shown: f"Case {case.id}\n" in shown.text, within=PATIENCE)
    await bar.mo.clicks(held, review_words.REJECT_AND_BLOCK)
    refusal = await interaction.message_when(
        lambda shown: review_words.REJECTED["suggestive"] in shown.text, within=PATIENCE
    )
    assert refusal.labels == [words.APPEAL]
    shown = (await bar.told("/mod case", number=case.id)).content
    assert "- Prompt: `a red cat`" in shown
    assert "- Picture check: explicit 0." in shown
    assert said.card_link(bar.stage.guild.id, bar.mods.id, held.id) in shown
    assert "strike in force" in (await bar.told("/mod cases", person=bar.ann)).content
    await bar.decide(moderators_channel=bar.mods.id, suggestive=1.0, explicit=1.0)
    like = await bar.asks(bar.stage.ben, prompt="a red cat", seed=7)
    await like.message_when(lambda shown: review_words.HELD["likeness"] in shown.text, within=PATIENCE)
    (other,) = await bar.bot.database.cases.of_job(like.id)
    assert other.rule == "likeness"
    card = await bar.appeals(refusal, case)
    await bar.max.clicks(card, words.UPHOLD)
    await card.until(lambda: not card.labels, what="the card to be closed", within=PATIENCE)
    await bar.bot.office.hearings.settled()
    assert (await bar.case(case.id)).state is CaseState.OVERTURNED
    assert said.NO_STRIKES in (await bar.told("/mod cases", person=bar.ann)).content
    overturned = review_words.OUTCOME["held", "overturned"]
    await held.until(lambda: overturned in held.text, what="the case's card", within=PATIENCE)
    await delivered(bar.bot, await bar.asks(prompt="a red cat", seed=7))
    assert await bar.decisions(case) == [
        *("held", "rejected", "struck", "blocked", "appealed", "appeal upheld", "overturned"),
        *("strike withdrawn", "unblocked"),
    ]


async def test_everything_of_one_person_is_taken_down(bar: Bar) -> None:
    theirs, private = await bar.asks(prompt="a cat"), await bar.asks(prompt="a cat", private=True)
    message, kept = await delivered(bar.bot, theirs), await delivered(bar.bot, private)
    others = await delivered(bar.bot, await bar.asks(bar.stage.ben))
    await bar.decide(moderators_channel=bar.mods.id, suggestive=0.0)
    waiting = await bar.asks()
    await waiting.message_when(lambda shown: review_words.WAITS in shown.text, within=PATIENCE)
    asked = await bar.told("/mod purge", person=bar.ann)
    assert asked.content == said.ask_purge(bar.ann.id, 1, 1)
    await bar.mo.clicks(asked, said.LEAVE)
    await asked.until(lambda: asked.content == said.PURGE_LEFT, what="an answer", within=PATIENCE)
    assert not message.deleted
    asked = await bar.told("/mod purge", person=bar.ann)
    await bar.mo.clicks(asked, said.PURGE)
    done = said.purged(bar.ann.id, 1, 1, 0)
    await asked.until(lambda: asked.content == done, what="the purge", within=PATIENCE)
    assert message.deleted
    assert not kept.deleted
    assert not others.deleted
    assert await bar.bot.database.pictures.of(theirs.id) == ()
    job = await bar.bot.database.jobs.find(waiting.id)
    assert job is not None
    assert job.state is JobState.CANCELLED
    lines = await bar.bot.database.log.newest(bar.stage.guild.id, limit=3)
    assert ("purged", bar.ann.id, bar.mo.id) in [(line.decision, line.actor, line.reviewer) for line in lines]
    assert await bar.bot.database.purges.unfinished() == ()


async def test_a_purge_that_was_cut_off_is_gone_on_with(bar: Bar) -> None:
    interaction = await bar.asks()
    message = await delivered(bar.bot, interaction)
    await bar.bot.office.purging.ask(bar.stage.guild.id, bar.ann.id, by=bar.mo.id)
    await bar.bot.database.pictures.delete(await bar.bot.database.pictures.of(interaction.id))
    await bar.bot.office.purging.resume()
    assert message.deleted
    assert await bar.bot.database.purges.unfinished() == ()


async def test_the_weeks_summary_comes_once(bar: Bar) -> None:
    _, case = await bar.refused()
    appeal = await bar.bot.database.appeals.lodge(case, person=bar.ann.id, text="no")
    await bar.bot.database.appeals.decide(appeal.id, AppealState.UPHELD, reviewer=bar.mo.id)
    board, summaries = bar.bot.office.weekly._board, bar.bot.database.summaries
    other = bar.stage.server.add_guild()
    elsewhere = other.add_channel("mods")
    await bar.bot.oversight.rulebook.change(other.id, {"moderators_channel": elsewhere.id}, by=bar.mo.id)
    await bar.bot.database.cases.refuse(server_id=other.id, channel_id=1, person=bar.ann.id, rule="explicit")
    weekly = Weekly(summaries=summaries, board=board, clock=lambda: now() + timedelta(days=7))
    await weekly.catch_up()
    (posted,) = bar.mods.messages.values()
    (theirs,) = elsewhere.messages.values()
    assert "- Refused: 1 (explicit words or pictures 1)" in theirs.text
    assert summary_words.FALSE_ALARMS in posted.text
    assert "- the server's word list: cast\\*: " in posted.text
    assert "- Refused: " in posted.text
    await weekly.catch_up()
    week = next(part for part in str(posted.components).split("'") if part.startswith("week:"))
    await summaries.begin(bar.stage.guild.id, week.removeprefix("week:"))  # as if cut off before it was noted
    await weekly.catch_up()
    assert list(bar.mods.messages.values()) == [posted]
    opened = await (await bar.mo.clicks(posted, summary_words.CASES)).message_when(within=PATIENCE)
    assert f"**{case.id}**" in opened.content
    pressed = await (await bar.ann.clicks(posted, summary_words.CASES)).message_when(within=PATIENCE)
    assert said.NOT_A_MODERATOR.split(":")[0] in pressed.content


async def test_the_quota_of_a_server_and_of_a_role(bar: Bar) -> None:
    role = bar.stage.guild.add_role("regulars")
    await bar.decide(daily=20, cooldown=30, waiting=3)
    shown = (await bar.told("/quota", bar.ann)).content
    assert "In this server: **20 of 20** pictures left; you asked for 0 here" in shown
    assert "a pause of about 30 seconds" in shown
    assert "of at most 3" in shown
    await bar.bot.oversight.rulebook.change_role(bar.stage.guild.id, role.id, {"daily": 60}, by=bar.mo.id)
    bar.stage.guild.give_role(bar.ann, role)

    async def more() -> bool:
        return f"**60 of 60** pictures left, as <@&{role.id}>" in (await bar.told("/quota", bar.ann)).content

    await eventually(more)
