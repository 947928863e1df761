"""``/queue``: true places, true times, and only what one may take back is taken back."""

from datetime import UTC, datetime
from importlib import import_module

import discord
import pytest

from bot import lineup, specs, words
from bot.application import Bot
from bot.queue import OnTheWay
from bot.words import queue as said
from generation.updates import Progress, Update, Waiting
from storage.records import Job, JobState, Reply
from tests.bot.specs import spec
from tests.bot.stage import PATIENCE, Stage, ended, eventually
from tests.discord_server import Channel, Interaction, Message, Permission, Person
from tests.discord_server.messages import COMPONENTS_V2
from tests.discord_server.validation.checking import errors
from tests.discord_server.validation.messages import check_message

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANN, BEN = 1, 2
LONG = {"steps": 150, "size": "128x128"}


def one(job_id: int, news: Update | None, *, owner: int = ANN, private: bool = False) -> OnTheWay:
    reply = Reply(application_id=1, token="t", guild_id=1, channel_id=1, upload_limit=1, private=private)
    moment = datetime.now(UTC)
    job = Job(
        id=job_id,
        owner=owner,
        state=JobState.QUEUED,
        spec=specs.written(spec(prompt=f"cat {job_id}")),
        reply=reply,
        attempts=0,
        error_id=None,
        created_at=moment,
        updated_at=moment,
    )
    return OnTheWay(job, news)


def texts(found: list[OnTheWay], *, everybody: bool = False) -> list[str]:
    view = lineup.view(found, ANN, everybody=everybody)
    return [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]


async def test_each_says_where_it_stands() -> None:
    shown = texts([one(1, Progress(3, 64, seconds_left=20)), one(2, Waiting(1, 40)), one(3, None)])
    assert shown == [
        said.YOURS,
        "`cat 1`\n-# Drawing: step 3 of 64, about 20 seconds to go.",
        "`cat 2`\n-# Next in the queue; finished in about 40 seconds.",
        f"`cat 3`\n-# {words.STARTING}",
        f"-# {said.KEPT_TRUE}",
    ]
    assert texts([]) == [said.NOTHING_OF_YOURS]
    assert texts([], everybody=True) == [said.NOTHING_AT_ALL]


async def test_what_is_private_is_not_shown_to_moderators() -> None:
    shown = texts([one(1, None, owner=BEN, private=True), one(2, None, private=True)], everybody=True)
    assert shown[1].startswith(f"{said.PRIVATE} <@2>")
    assert shown[2].startswith("`cat 2`\n"), "one's own is"


async def test_a_long_list_fits() -> None:
    view = lineup.view([one(job_id, Waiting(job_id)) for job_id in range(1, 40)], BEN, everybody=True)
    body = {"flags": COMPONENTS_V2, "components": view.to_components()}
    assert errors(lambda form: check_message(form, body, flags=COMPONENTS_V2, filenames=())) == {}
    assert "29 more are on the way." in str(body)


async def busy(stage: Stage, person: Person, count: int) -> list[Interaction]:
    """Pictures on the way, all of them told of their state."""
    asked = [await person.uses("/imagine", channel=stage.channel, options=LONG | {"seed": n}) for n in range(count)]
    for each in asked:
        await each.message_when(lambda message: "Cancel" in message.labels, within=PATIENCE)
    return asked


async def shown_to(person: Person, channel: Channel, **options: object) -> Message:
    return await (await person.uses("/queue", channel=channel, options=options)).message_when(within=PATIENCE)


async def clear(bot: Bot, asked: list[Interaction]) -> None:
    for each in asked:
        await bot.queue.cancel(each.id)

    async def gone() -> bool:
        return bot.queue.on_the_way() == 0

    await eventually(gone)


async def test_the_list_keeps_itself_true(stage: Stage, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("bot.commands.queue"), "_EVERY", 0.2)
    asked = await busy(stage, stage.ann, 2)
    try:
        message = await shown_to(stage.ann, stage.channel)
        assert message.ephemeral
        assert message.labels == ["Cancel", "Cancel"]
        others = await shown_to(stage.ben, stage.channel)
        assert others.text == said.NOTHING_OF_YOURS, "of others nothing is said"
        await stage.ann.clicks(message, f"queue:mine:{asked[1].id}")
        await message.when(lambda message: message.labels == ["Cancel"])
        assert (await ended(asked[1])).text == words.CANCELLED, "and its own message says so"
        assert asked[0].original is not None
        assert "Cancel" in asked[0].original.labels, "the other goes on"
    finally:
        await clear(bot, asked)
    await message.when(lambda message: message.text == said.NOTHING_OF_YOURS, within=PATIENCE)


async def test_everybodys_are_for_moderators(stage: Stage, bot: Bot) -> None:
    asked = await busy(stage, stage.ann, 1)
    try:
        refused = await shown_to(stage.ben, stage.channel, everybody=True)
        assert said.FOR_MODERATORS in refused.text
        stage.channel.allow(stage.ben, Permission.MANAGE_MESSAGES)
        message = await shown_to(stage.ben, stage.channel, everybody=True)
        assert stage.ann.mention in message.text
        assert message.mentions == ()
        await stage.ben.clicks(message, f"queue:all:{asked[0].id}")
        await message.when(lambda message: message.text == said.NOTHING_AT_ALL)
        assert (await ended(asked[0])).text == words.CANCELLED
    finally:
        stage.channel.deny(stage.ben, Permission.MANAGE_MESSAGES)
        await clear(bot, asked)


async def test_who_is_no_moderator_any_more_takes_nothing_back(stage: Stage, bot: Bot) -> None:
    asked = await busy(stage, stage.ann, 1)
    try:
        stage.channel.allow(stage.ben, Permission.MANAGE_MESSAGES)
        message = await shown_to(stage.ben, stage.channel, everybody=True)
        stage.channel.deny(stage.ben, Permission.MANAGE_MESSAGES)
        refused = await (await stage.ben.clicks(message, f"queue:all:{asked[0].id}")).message_when(
            lambda message: words.NOT_YOURS in message.text
        )
        assert refused.ephemeral
        assert bot.queue.on_the_way(stage.ann.id) == 1
    finally:
        stage.channel.deny(stage.ben, Permission.MANAGE_MESSAGES)
        await clear(bot, asked)
