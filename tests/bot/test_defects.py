"""The defects that other bots' people report, one test each, named by number: here they cannot be.

Those of word filters and picture checks (D5 to D9, and D15's first half) are tested with moderation; D4 with the
reading of given pictures.
"""

import asyncio
import inspect
import time
from copy import deepcopy
from dataclasses import replace
from itertools import count

import pytest

from bot import presenting, words
from bot.application import Bot
from bot.uploads import fitted
from generation.updates import Waiting
from storage.records import JobState
from tests.bot.specs import spec
from tests.bot.stage import PATIENCE, Stage, delivered, ended, eventually, finished
from tests.bot.test_uploads import noisy_png
from tests.discord_server import Interaction, Message, Permission, Version

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG = {"steps": 150, "size": "128x128"}


async def imagine(stage: Stage, **options: object) -> Interaction:
    return await stage.ann.uses("/imagine", channel=stage.channel, options={"steps": 2} | options)


async def state_of(bot: Bot, interaction: Interaction) -> JobState:
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    return job.state


async def clear(bot: Bot) -> None:
    for each in bot.queue.standing():
        await bot.queue.cancel(each.job.id)

    async def gone() -> bool:
        return bot.queue.on_the_way() == 0

    await eventually(gone)


async def test_d01_nothing_stalls_while_pictures_are_drawn_and_shown(stage: Stage, bot: Bot) -> None:
    """Blocking calls on the event loop while a preview runs: every interaction stalls."""
    asked = [await imagine(stage, **LONG, seed=seed) for seed in range(3)]
    await asked[0].message_when(lambda message: message.attachments, within=PATIENCE)
    for _ in range(5):
        pressed = await stage.ben.uses("/help", channel=stage.channel)
        await pressed.acknowledged()
        assert pressed.answered_after is not None
        assert pressed.answered_after < stage.server.acknowledge_within / 2
    longest, before = 0.0, time.monotonic()
    for _ in range(100):
        await asyncio.sleep(0.01)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    assert longest < 1.0, "the loop itself came round"
    await clear(bot)


async def test_d02_many_jobs_one_after_another_leave_the_stack_as_it_was(stage: Stage, bot: Bot) -> None:
    """The queue recurses once per job: a long busy day ends in a stack overflow."""
    depths: list[int] = []
    original = bot.queue.begin

    def begin(job: object) -> None:
        depths.append(len(inspect.stack(0)))
        original(job)  # type: ignore[arg-type]  (as it came)

    bot.queue.begin = begin  # type: ignore[method-assign]  (looked at from outside)
    try:
        message = await finished(await imagine(stage, steps=1))
        for _ in range(12):
            message = await finished(await stage.ben.clicks(message, "Again"))
    finally:
        bot.queue.begin = original  # type: ignore[method-assign]  (back)
    assert len(depths) == 13
    assert len(set(depths[1:])) == 1


async def test_d03_delete_removes_no_message_but_the_pictures_own(stage: Stage, bot: Bot) -> None:
    """A delete control that removes messages the bot did not write, or that someone else owns."""
    stage.channel.allow(stage.server.bot, Permission.MANAGE_MESSAGES)
    mine, theirs = await delivered(bot, await imagine(stage)), await delivered(bot, await imagine(stage))
    chatter = stage.ben.posts(stage.channel, "good morning")
    before = set(stage.channel.messages)
    card = await more_of(stage, mine)
    await stage.ann.clicks(card, "Delete")
    await card.when(lambda card: "Yes, delete" in card.labels)
    await stage.ann.clicks(card, "Yes, delete")
    await card.when(lambda card: card.text == words.pictures.DELETED)
    stage.channel.deny(stage.server.bot, Permission.MANAGE_MESSAGES)
    assert before - set(stage.channel.messages) == {mine.id}
    assert not chatter.deleted
    assert not theirs.deleted


async def more_of(stage: Stage, message: Message) -> Message:
    return await (await stage.ann.clicks(message, "More")).message_when(within=PATIENCE)


async def test_d10_ids_are_whole_numbers_everywhere(stage: Stage, bot: Bot) -> None:
    """Allow-lists that fall through to "allowed"; ids parsed as floats so that neighbours collide."""
    message = await finished(await imagine(stage, prompt="a cat", seed=1))
    assert message.interaction is not None
    neighbour = message.interaction.id + 1
    assert float(neighbour) == float(message.interaction.id), "as floats they would be the same"
    assert await bot.database.jobs.find(neighbour) is None
    message.history.append(with_ids(message, neighbour))
    told = await (await stage.ann.clicks(message, f"job:recipe:{neighbour}")).message_when()
    assert words.UNKNOWN_PICTURE in told.text


def with_ids(message: Message, job_id: int) -> Version:
    """The message as it would be with another job's buttons."""
    parts = deepcopy(list(message.components))
    for part in parts[0]["components"][-1]["components"]:
        head, action, _ = part["custom_id"].split(":")
        part["custom_id"] = f"{head}:{action}:{job_id}"
    return replace(message.now, components=tuple(parts))


async def test_d11_cancel_takes_back_exactly_the_askers(stage: Stage, bot: Bot) -> None:
    """Cancel removes the last job of the queue, not the asker's."""
    asked = [await imagine(stage, **LONG, seed=seed) for seed in range(3)]
    last = await stage.ben.uses("/imagine", channel=stage.channel, options=LONG)
    for each in (*asked, last):
        await each.message_when(lambda message: "Cancel" in message.labels, within=PATIENCE)
    message = await asked[1].message_when(within=PATIENCE)
    await stage.ann.clicks(message, "Cancel")
    await ended(asked[1])
    assert await state_of(bot, asked[1]) is JobState.CANCELLED
    for each in (asked[0], asked[2], last):
        assert await state_of(bot, each) in {JobState.ACCEPTING, JobState.QUEUED, JobState.DRAWING}
    await clear(bot)


async def test_d12_a_token_that_died_neither_loses_the_picture_nor_harms_the_bot(stage: Stage, bot: Bot) -> None:
    """Updates only through the interaction token, which dies after 15 minutes; the error after that crashes the bot."""
    interaction = await imagine(stage, steps=40, size="96x96", seed=4242)
    await interaction.acknowledged()
    stage.server.expire(interaction)
    message = await stage.channel.message_when(
        lambda message: any(file.filename == "ninewords-4242.png" for file in message.attachments), within=PATIENCE
    )
    assert message.mentions == (stage.ann,)
    await finished(await imagine(stage))


async def test_d13_only_the_owner_and_moderators_delete(stage: Stage, bot: Bot) -> None:
    """Anyone can delete anyone's picture."""
    message = await finished(await imagine(stage))
    card = await (await stage.ben.clicks(message, "More")).message_when(within=PATIENCE)
    for control in ("Delete", None):
        if control is None:  # a confirmation that was not theirs to give
            assert message.interaction is not None
            card.history.append(with_erase(card, message.interaction.id))
            control = "Yes, delete"
        told = await (await stage.ben.clicks(card, control)).message_when(
            lambda answer: words.pictures.NOT_YOURS_TO_DELETE in answer.text
        )
        assert told.ephemeral
    assert not message.deleted
    assert message.interaction is not None
    assert len(await bot.database.pictures.of(message.interaction.id)) == 1


def with_erase(card: Message, job_id: int) -> Version:
    """The card as it would be had its owner asked."""
    parts = deepcopy(list(card.components))
    parts[0]["components"][-1]["components"][0] |= {"custom_id": f"job:erase:{job_id}", "label": "Yes, delete"}
    return replace(card.now, components=tuple(parts))


async def test_d14_the_upload_limit_is_the_servers_own(stage: Stage, bot: Bot) -> None:
    """Upload limit hard-coded above the platform's (10 MiB by default)."""
    interaction = await imagine(stage)
    await finished(interaction)
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    assert job.reply.upload_limit == stage.guild.filesize_limit == 10 * 2**20
    smaller = await fitted(noisy_png(), spec(), limit=len(noisy_png()) - 1)
    assert smaller is not None
    assert len(smaller.content) < len(noisy_png())


async def test_d15_two_requests_share_nothing(stage: Stage, bot: Bot) -> None:
    """Two requests share one pipeline's state."""
    requests = [{"prompt": "a cat", "seed": 1, "steps": 6}, {"prompt": "a house", "seed": 2, "steps": 9, "cfg": "7"}]
    alone = [(await finished(await imagine(stage, **request))).attachments[0].bytes for request in requests]
    together = [await imagine(stage, **request) for request in requests]
    assert [(await finished(each)).attachments[0].bytes for each in together] == alone


async def test_d16_places_count_from_one_and_are_each_ones_own(stage: Stage, bot: Bot) -> None:
    """Every newcomer is told "position 0"."""
    numbers = count(1)
    asked = [await imagine(stage, **LONG, count=4, seed=100 * next(numbers)) for _ in range(6)]
    for each in asked:
        await each.message_when(lambda message: "Cancel" in message.labels, within=PATIENCE)

    async def counted() -> bool:
        """Whether each that still waits has its own place; one that has just begun says so a moment later."""
        places = [each.news.place for each in bot.queue.standing() if isinstance(each.news, Waiting)]
        return len(places) >= 2 and places == list(range(1, len(places) + 1))

    await eventually(counted)
    assert presenting.waiting(Waiting(1), spec()).text.endswith("Next in the queue.")
    said = [version.text for each in asked for message in each.messages for version in message.history]
    assert not any("0th" in text or "position 0" in text for text in said)
    await clear(bot)


async def test_d17_a_picture_belongs_to_an_id_and_not_to_a_name(stage: Stage, bot: Bot) -> None:
    """Ownership by display name instead of by id."""
    impostor = stage.guild.add_member("ann")
    message = await delivered(bot, await imagine(stage))
    card = await (await impostor.clicks(message, "More")).message_when(within=PATIENCE)
    told = await (await impostor.clicks(card, "Delete")).message_when(
        lambda answer: words.pictures.NOT_YOURS_TO_DELETE in answer.text
    )
    assert told.ephemeral
    assert not message.deleted
    stage.ann.name = "somebody else"
    try:
        card = await more_of(stage, message)
        await stage.ann.clicks(card, "Delete")
        await card.when(lambda card: "Yes, delete" in card.labels)
    finally:
        stage.ann.name = "ann"
