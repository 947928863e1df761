"""A token that dies while a picture waits: the picture arrives, once, though Discord has forgotten every nonce."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import layout
from bot.delivery import Delivery
from storage.records import JobState
from tests.bot.stage import Stage, eventually
from tests.bot.test_delivery import DONE, PATCH, SEND, asked, job_of, posted
from tests.discord_server import Interaction, Message
from tests.faults.figures import Figures

HISTORY = "GET /channels/*"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage.set_up(tmp_path) as stage:
        stage.server.nonce_lifetime = 0.0
        yield stage


@pytest.fixture
async def delivery(stage: Stage) -> AsyncIterator[Delivery]:
    async with Delivery.open(stage.server.token, view=layout.view, edit_pause=0.05) as delivery:
        yield delivery


def with_pictures(stage: Stage, interaction: Interaction) -> list[Message]:
    """The messages in the channel that have the pictures of an interaction's job."""
    buttons = f":{interaction.id}"
    return [each for each in stage.channel.messages.values() if each.attachments and buttons in str(each.components)]


async def deliver(delivery: Delivery, interaction: Interaction, state: JobState = JobState.DELIVERING) -> int:
    async with delivery.message_of(replace(job_of(interaction), state=state)) as message:
        return await message.complete(DONE, elsewhere=f"<@{interaction.person.id}>, here:")


async def test_a_first_attempt_reads_no_history(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    stage.server.expire(interaction)
    await deliver(delivery, interaction)
    assert len(with_pictures(stage, interaction)) == 1
    assert stage.server.requests_to(HISTORY) == []


async def test_a_message_whose_answer_was_lost_is_found(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    stage.server.expire(interaction)
    fault = stage.server.faults.reset(SEND, after=True)
    message_id = await deliver(delivery, interaction)
    assert fault.struck == 1
    assert [each.id for each in with_pictures(stage, interaction)] == [message_id]


async def test_a_message_that_was_not_made_is_made(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    stage.server.expire(interaction)
    fault = stage.server.faults.reset(SEND)
    await deliver(delivery, interaction)
    assert fault.struck == 1
    assert len(with_pictures(stage, interaction)) == 1


async def test_an_edit_whose_answer_was_lost_before_the_token_died(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    fault = stage.server.faults.reset(PATCH, after=True)
    under_way = asyncio.create_task(deliver(delivery, interaction))
    await eventually(lambda: asyncio.sleep(0, fault.struck > 0))
    stage.server.expire(interaction)
    message_id = await under_way
    assert interaction.original is not None
    assert message_id == interaction.original.id
    assert with_pictures(stage, interaction) == [interaction.original]


async def test_a_run_that_ended_before_it_wrote_down_what_it_sent(stage: Stage, delivery: Delivery) -> None:
    interaction, other = await asked(stage), await asked(stage)
    for each in (interaction, other):
        stage.server.expire(each)
    first = await deliver(delivery, interaction)
    for _ in range(150):
        stage.server.post(stage.channel, stage.ben, replace(posted(stage.channel)[0].now, components=(), content="hm"))
    second = await deliver(delivery, interaction, JobState.DRAWN)
    assert first == second
    await deliver(delivery, other, JobState.DRAWN)
    assert len(with_pictures(stage, interaction)) == len(with_pictures(stage, other)) == 1


async def test_what_the_message_showed_before_is_not_taken_for_the_picture(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    async with delivery.message_of(job_of(interaction)) as message:
        message.show(replace(DONE, text="drawing", actions=(), uploads=()))
        await interaction.message_when(lambda shown: "drawing" in shown.text)
    stage.server.expire(interaction)
    await deliver(delivery, interaction, JobState.DRAWN)
    assert len(with_pictures(stage, interaction)) == 1


async def test_a_storm_over_expired_tokens(stage: Stage, delivery: Delivery, full: bool, figures: Figures) -> None:
    interactions = [await asked(stage) for _ in range(300 if full else 12)]
    for interaction in interactions:
        stage.server.expire(interaction)
    for after in (False, True):
        stage.server.faults.reset("* /channels/*", times=None, share=0.2, after=after)
    await asyncio.gather(*(deliver(delivery, each) for each in interactions))
    delivered = [len(with_pictures(stage, each)) for each in interactions]
    figures.note(
        "token expired while waiting, every nonce forgotten",
        asked=len(interactions),
        connections_reset=stage.server.statuses[0],
        delivered=len(interactions) - delivered.count(0),
        doubled=sum(each > 1 for each in delivered),
    )
    assert delivered == [1] * len(interactions)


@pytest.mark.parametrize("acknowledged", [True, False])
async def test_whether_a_person_was_told_is_seen_in_the_channel(
    stage: Stage, delivery: Delivery, acknowledged: bool
) -> None:
    interaction = await asked(stage, acknowledged=acknowledged)
    stage.server.expire(interaction)
    async with delivery.message_of(job_of(interaction)) as message:
        assert await message.reaches(DONE) == acknowledged
