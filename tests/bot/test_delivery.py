"""A job's message is edited while it may be, and its last card arrives whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from bot import layout
from bot.breaker import Breaker
from bot.delivery import Delivery
from bot.errors import TokenRefused
from bot.patience import Undeliverable
from bot.presenting import Action, Card, Upload
from storage.records import Job, JobState, Reply
from tests.bot.stage import Stage, eventually
from tests.discord_server import Channel, Interaction, Kind, Message, Permission
from tests.discord_server.raw_client import RawClient
from tests.discord_server.sample_bot import png

PATCH = "PATCH */@original"
SEND = "POST /channels/*"
DONE = Card(text="done", actions=(Action.AGAIN,), uploads=(Upload("ninewords-1.png", png(), "a square"),))
SHOWN = "done\na square"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage.set_up(tmp_path) as stage:
        yield stage


@pytest.fixture
async def delivery(stage: Stage) -> AsyncIterator[Delivery]:
    async with Delivery.open(stage.server.token, view=layout.view, edit_pause=0.05) as delivery:
        yield delivery


async def asked(stage: Stage, *, acknowledged: bool = True) -> Interaction:
    """An interaction that some bot has acknowledged, or not."""
    interaction = Interaction(stage.server, Kind.COMMAND, stage.ann, stage.channel, {"name": "imagine"})
    stage.server.interactions[interaction.id] = interaction
    stage.server.interactions_by_token[interaction.token] = interaction
    if acknowledged:
        async with RawClient(stage.server) as raw:
            await raw.request("POST", f"/interactions/{interaction.id}/{interaction.token}/callback", {"type": 5})
    return interaction


def job_of(interaction: Interaction) -> Job:
    assert interaction.guild is not None
    reply = Reply(
        application_id=interaction.server.application_id,
        token=interaction.token,
        guild_id=interaction.guild.id,
        channel_id=interaction.channel.id,
        upload_limit=10 * 2**20,
    )
    moment = datetime.now(UTC)
    return Job(
        id=interaction.id,
        owner=interaction.person.id,
        state=JobState.DELIVERING,
        spec={},
        reply=reply,
        attempts=1,
        error_id=None,
        created_at=moment,
        updated_at=moment,
    )


def posted(channel: Channel) -> list[Message]:
    """Messages in the channel that belong to no interaction."""
    return [message for message in channel.messages.values() if message.interaction is None]


async def test_the_newest_card_is_shown_and_the_last_completes(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    async with delivery.message_of(job_of(interaction)) as message:
        for step in range(100):
            message.show(Card(text=f"step {step}"))
        await interaction.message_when(lambda shown: shown.text == "step 99")
        message_id = await message.complete(DONE, elsewhere="here")
    original = interaction.original
    assert original is not None
    assert message_id == original.id
    assert [version.text for version in original.history] == ["", "step 99", SHOWN]
    assert (original.attachments[0].filename, original.attachments[0].description) == ("ninewords-1.png", "a square")
    assert original.labels == ["Again"]
    assert posted(stage.channel) == []


async def test_files_stay_until_they_are_replaced(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    async with delivery.message_of(job_of(interaction)) as message:
        message.show(Card(text="one", uploads=(Upload("preview.jpg", png(), "so far"),)))
        message.show(Card(text="two", uploads=None))
        shown = await interaction.message_when(lambda shown: "two" in shown.text)
        assert [file.filename for file in shown.attachments] == ["preview.jpg"], (
            "it came with the card that was skipped"
        )
        message.show(Card(text="three", uploads=None))
        shown = await interaction.message_when(lambda shown: "three" in shown.text)
        assert [file.filename for file in shown.attachments] == ["preview.jpg"]
        await message.complete(DONE, elsewhere="here")
    assert [file.filename for file in shown.attachments] == ["ninewords-1.png"]


async def test_a_lost_edit_does_not_stop_the_next(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    fault = stage.server.faults.reset(PATCH)
    async with delivery.message_of(job_of(interaction)) as message:
        message.show(Card(text="one"))
        await eventually(lambda: asyncio.sleep(0, fault.struck > 0))
        message.show(Card(text="two"))
        await interaction.message_when(lambda shown: "two" in shown.text)


async def test_while_discord_refuses_much_only_the_last_card_is_sent(stage: Stage) -> None:
    breaker = Breaker()
    async with Delivery.open(stage.server.token, view=layout.view, breaker=breaker, edit_pause=0.02) as delivery:
        interaction = await asked(stage)
        for _ in range(10):
            breaker.count(429)
        async with delivery.message_of(job_of(interaction)) as message:
            message.show(Card(text="half way"))
            await asyncio.sleep(0.2)
            assert stage.server.requests_to(PATCH) == []
            await message.complete(DONE, elsewhere="here")
    assert interaction.original is not None
    assert [version.text for version in interaction.original.history] == ["", SHOWN]


async def test_an_edit_that_is_under_way_does_not_overtake_the_last(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    fault = stage.server.faults.delay(0.3, PATCH)
    async with delivery.message_of(job_of(interaction)) as message:
        message.show(Card(text="step 1"))
        await eventually(lambda: asyncio.sleep(0, fault.struck > 0))
        await message.complete(DONE, elsewhere="here")
    assert interaction.original is not None
    assert [version.text for version in interaction.original.history] == ["", "step 1", SHOWN]


async def test_an_edit_that_is_refused_does_not_end_the_message(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    async with delivery.message_of(job_of(interaction)) as message:
        message.show(Card(text="x" * 4001))
        await eventually(lambda: asyncio.sleep(0, bool(stage.server.requests_to(PATCH))))
        await message.complete(DONE, elsewhere="here")
    assert (await interaction.message_when()).text == SHOWN


@pytest.mark.parametrize("after", [False, True])
async def test_the_last_card_arrives_through_resets(stage: Stage, delivery: Delivery, after: bool) -> None:
    interaction = await asked(stage)
    fault = stage.server.faults.reset(PATCH, times=2, after=after)
    async with delivery.message_of(job_of(interaction)) as message:
        await message.complete(DONE, elsewhere="here")
    assert fault.struck == 2
    assert (await interaction.message_when()).text == SHOWN
    assert posted(stage.channel) == []


async def test_and_through_a_ban_of_the_address(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    stage.server.faults.rate_limit(PATCH, via=False, retry_after=0.1)
    async with delivery.message_of(job_of(interaction)) as message:
        await message.complete(DONE, elsewhere="here")
    assert (await interaction.message_when()).text == SHOWN


async def test_a_dead_token_sends_it_to_the_channel(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    stage.server.expire(interaction)
    job = job_of(interaction)
    async with delivery.message_of(job) as message:
        message.show(Card(text="step 1"))
        await message.complete(DONE, elsewhere=f"<@{job.owner}>, here:")
    (sent,) = posted(stage.channel)
    assert sent.text == f"{stage.ann.mention}, here:\n{SHOWN}"
    assert sent.mentions == (stage.ann,)
    assert (sent.nonce, sent.labels) == (str(job.id), ["Again"])
    assert [file.filename for file in sent.attachments] == ["ninewords-1.png"]


async def test_a_deleted_message_too(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    assert interaction.original is not None
    interaction.original.delete()
    async with delivery.message_of(job_of(interaction)) as message:
        await message.complete(DONE, elsewhere="here")
    assert len(posted(stage.channel)) == 1


async def test_a_lost_answer_does_not_send_it_twice(stage: Stage, delivery: Delivery) -> None:
    stage.channel.deny(stage.server.bot, Permission.READ_MESSAGE_HISTORY)  # so that only the nonce tells
    interaction = await asked(stage)
    stage.server.expire(interaction)
    fault = stage.server.faults.reset(SEND, times=3, after=True)
    async with delivery.message_of(job_of(interaction)) as message:
        await message.complete(DONE, elsewhere="here")
    assert fault.struck == 3
    assert len(posted(stage.channel)) == 1


async def test_nobody_but_the_owner_is_mentioned(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    text = f"{stage.ben.mention} @everyone"
    async with delivery.message_of(job_of(interaction)) as message:
        await message.complete(Card(text=text), elsewhere="here")
    assert (await interaction.message_when()).mentions == ()
    stage.server.expire(interaction)
    async with delivery.message_of(job_of(interaction)) as message:
        await message.complete(Card(text=text), elsewhere=stage.ann.mention)
    assert posted(stage.channel)[0].mentions == (stage.ann,)


async def test_where_the_bot_may_not_write_it_is_undeliverable(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    stage.server.expire(interaction)
    stage.channel.deny(stage.server.bot, Permission.SEND_MESSAGES)
    async with delivery.message_of(job_of(interaction)) as message:
        with pytest.raises(Undeliverable):
            await message.complete(DONE, elsewhere="here")
    assert len(stage.server.requests_to(SEND)) == 1, "asked once and not again"


async def test_a_file_that_is_too_large_is_known_as_such(stage: Stage, delivery: Delivery) -> None:
    interaction = await asked(stage)
    card = Card(text="done", uploads=(Upload("large.png", bytes(10 * 2**20 + 1), ""),))
    async with delivery.message_of(job_of(interaction)) as message:
        with pytest.raises(Undeliverable) as refusal:
            await message.complete(card, elsewhere="here")
    assert refusal.value.too_large


async def test_whether_a_message_is_there(stage: Stage, delivery: Delivery) -> None:
    for acknowledged in (True, False):
        interaction = await asked(stage, acknowledged=acknowledged)
        stage.server.faults.reset(PATCH)
        async with delivery.message_of(job_of(interaction)) as message:
            assert await message.reaches(Card(text="Getting ready.")) == acknowledged


async def test_edits_keep_their_distance(stage: Stage) -> None:
    interaction = await asked(stage)
    pause = 0.3
    async with (
        Delivery.open(stage.server.token, view=layout.view, edit_pause=pause) as delivery,
        delivery.message_of(job_of(interaction)) as message,
    ):
        for step in range(20):
            message.show(Card(text=f"step {step}"))
            await asyncio.sleep(0.05)
    moments = [request.at for request in stage.server.requests_to(PATCH)]
    assert len(moments) >= 2
    assert all(later - earlier >= pause for earlier, later in pairwise(moments))


async def test_a_token_that_discord_does_not_know(stage: Stage) -> None:
    with pytest.raises(TokenRefused, match="does not know"):
        async with Delivery.open("wrong.token", view=layout.view):
            pass


async def test_signing_in_waits_for_the_network(stage: Stage) -> None:
    fault = stage.server.faults.reset("GET /users/@me", times=2)
    async with Delivery.open(stage.server.token, view=layout.view):
        assert fault.struck == 2
