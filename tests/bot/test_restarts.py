"""What was asked for survives whatever ends the bot: a drained stop, a kill at any moment, a start without a past."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from bot import application, specs, words
from generation.errors import ModelUnavailable
from storage.database import Database
from storage.records import Drawn, Job, JobState, Reply
from tests.bot.specs import spec
from tests.bot.stage import PATIENCE, Stage, ended, eventually, finished
from tests.bot.test_delivery import asked
from tests.discord_server import Interaction
from tests.discord_server.sample_bot import png
from tests.generation.scripted_drawer import CLEAN

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage.set_up(tmp_path) as stage:
        yield stage


@asynccontextmanager
async def database(stage: Stage) -> AsyncIterator[Database]:
    """The bot's own, while no bot runs."""
    async with Database.open(stage.configuration().database, pictures=stage.folder / "pictures") as database:
        yield database


async def left_behind(stage: Stage, interaction: Interaction, *way: JobState, prompt: str = "a cat") -> None:
    """A job as a bot that was killed leaves it behind."""
    reply = Reply(
        application_id=stage.server.application_id,
        token=interaction.token,
        guild_id=stage.guild.id,
        channel_id=stage.channel.id,
        upload_limit=10 * 2**20,
    )
    held = specs.written(spec(prompt=prompt, width=64, height=64, steps=2))
    async with database(stage) as kept:
        assert await kept.jobs.accept(interaction.id, owner=interaction.person.id, spec=held, reply=reply)
        for state in way:
            if state is JobState.DRAWN:
                recipe = "a cat\nSteps: 2, Seed: 5"
                drawn = Drawn(png=png((64, 64)), recipe=recipe, seed=5, width=64, height=64, scores=asdict(CLEAN))
                assert await kept.pictures.keep(interaction.id, [drawn])
            else:
                assert await kept.jobs.move(interaction.id, state)


async def job_of(stage: Stage, interaction: Interaction) -> Job:
    async with database(stage) as kept:
        job = await kept.jobs.find(interaction.id)
        assert job is not None
        return job


async def test_settings_are_kept_over_a_restart(stage: Stage) -> None:
    async with stage.bot():
        await (await stage.ann.uses("/settings set", channel=stage.channel, steps=7)).message_when()
    async with stage.bot():
        shown = await (await stage.ann.uses("/settings show", channel=stage.channel)).message_when()
    assert "- steps: 7" in shown.text


async def test_a_finished_picture_is_delivered_after_the_start_and_its_buttons_work(stage: Stage) -> None:
    interaction = await asked(stage)
    await left_behind(stage, interaction, JobState.QUEUED, JobState.DRAWING, JobState.DRAWN, JobState.DELIVERING)
    async with stage.bot() as bot:
        message = await finished(interaction)
        assert message.attachments[0].bytes == png((64, 64))
        assert bot.process.pid is None, "nothing is drawn a second time"
    async with stage.bot():
        told = await (await stage.ben.clicks(message, "Recipe")).message_when()
        assert "Seed: 5" in told.text
    job = await job_of(stage, interaction)
    assert (job.state, job.reply.message_id) == (JobState.DONE, message.id)


async def test_a_finished_picture_whose_token_died_meanwhile(stage: Stage) -> None:
    interaction = await asked(stage)
    await left_behind(stage, interaction, JobState.QUEUED, JobState.DRAWING, JobState.DRAWN)
    stage.server.clock.advance(16 * 60)
    async with stage.bot():
        message = await stage.channel.message_when(lambda message: message.attachments, within=PATIENCE)
    assert message.mentions == (stage.ann,)
    assert message.interaction is None


async def test_what_is_never_drawn_is_not_drawn_for_having_been_accepted_once(stage: Stage, forbidden: str) -> None:
    interaction = await asked(stage)
    await left_behind(stage, interaction, JobState.QUEUED, prompt=forbidden)
    async with stage.bot() as bot:
        message = await ended(interaction)
        assert words.NOT_ALLOWED in message.text
        assert bot.process.pid is None, "nothing was handed over to be drawn"
    assert (await job_of(stage, interaction)).state is JobState.FAILED


async def test_what_was_never_acknowledged_is_dropped_without_a_word(stage: Stage) -> None:
    interaction = await asked(stage, acknowledged=False)
    await left_behind(stage, interaction)
    async with stage.bot() as bot:
        await eventually(lambda: asyncio.sleep(0, bot.queue.on_the_way() == 0))
        assert bot.process.pid is None
    assert (await job_of(stage, interaction)).state is JobState.CANCELLED
    assert stage.channel.messages == {}


async def test_where_the_channel_is_deleted_the_job_ends_after_one_call(stage: Stage) -> None:
    interaction = await asked(stage)
    await left_behind(stage, interaction, JobState.QUEUED, JobState.DRAWING, JobState.DRAWN)
    stage.server.expire(interaction)
    stage.channel.delete()
    async with stage.bot() as bot:
        await eventually(lambda: asyncio.sleep(0, bot.queue.on_the_way() == 0))
    assert (await job_of(stage, interaction)).state is JobState.FAILED
    assert stage.server.requests_to("PATCH */@original") == []
    assert len(stage.server.requests_to("* /channels/*")) == 1


async def test_a_file_that_is_lost_is_said_to_be(stage: Stage) -> None:
    interaction = await asked(stage)
    await left_behind(stage, interaction, JobState.QUEUED, JobState.DRAWING, JobState.DRAWN)
    for file in (stage.folder / "pictures").rglob("*.png"):
        file.unlink()
    async with stage.bot():
        message = await ended(interaction)
    assert message.text.startswith(words.LOST_PICTURE)
    job = await job_of(stage, interaction)
    assert job.state is JobState.FAILED
    assert message.text.endswith(str(job.error_id))


async def test_a_wish_to_be_forgotten_is_fulfilled_after_the_start(stage: Stage) -> None:
    delivered, waiting = await asked(stage), await asked(stage)
    way = (JobState.QUEUED, JobState.DRAWING, JobState.DRAWN, JobState.DELIVERING, JobState.DONE)
    await left_behind(stage, delivered, *way)
    await left_behind(stage, waiting, JobState.QUEUED)
    async with database(stage) as kept:
        await kept.people.ask_erasure(stage.ann.id)
    async with stage.bot() as bot:

        async def gone() -> bool:
            return await bot.database.people.erasures() == ()

        await eventually(gone)
        assert words.CANCELLED in (await ended(waiting)).text
        record = await bot.database.people.record(stage.ann.id)
        assert {name for name, rows in record.items() if rows} == {"spent"}
    assert not list((stage.folder / "pictures").rglob("*.png"))


@asynccontextmanager
async def process(stage: Stage) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot in a process of its own, connected; killed at the end if it is still there."""
    environment = os.environ | {"DISCORD_TOKEN": stage.server.token, "HOME_GUILD": str(stage.guild.id)}
    arguments = ("-m", "tests.bot.run_bot", stage.server.address, str(stage.folder))
    bot = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, env=environment)
    try:
        syncs = stage.server.commands.syncs
        await stage.server.until(lambda: stage.server.commands.syncs > syncs, what="a sync", within=PATIENCE)
        await stage.server.bot_ready(within=PATIENCE)
        yield bot
    finally:
        if bot.returncode is None:
            bot.kill()
            await bot.wait()


async def test_killed_while_drawing_it_draws_after_the_restart(stage: Stage) -> None:
    async with process(stage) as bot:
        interaction = await stage.ann.uses("/imagine", channel=stage.channel, steps=30, seed=3)
        await interaction.message_when(lambda message: "Drawing" in message.text, within=PATIENCE)
        bot.kill()
        await bot.wait()
        message = interaction.original
        assert message is not None
        assert "Recipe" not in message.labels
    async with process(stage) as bot:
        message = await finished(interaction)
        assert [file.filename for file in message.attachments] == ["ninewords-3.png"]
        assert [posted for posted in stage.channel.messages.values() if posted is not message] == []
        bot.send_signal(signal.SIGTERM)
        assert await bot.wait() == 0
    assert (await job_of(stage, interaction)).state is JobState.DONE


async def test_a_profile_that_is_not_there_keeps_the_bot_from_starting(stage: Stage) -> None:
    unknown = stage.configuration().model_copy(update={"profile": "nobody"})
    with pytest.raises(ModelUnavailable, match="no profile called 'nobody'"):
        await application.run(unknown)


async def test_without_a_model_pictures_wait_for_the_next_start(stage: Stage) -> None:
    configuration = stage.configuration().model_copy(update={"model": str(stage.folder / "nothing.safetensors")})
    async with stage.bot(configuration):
        interaction = await stage.ann.uses("/imagine", channel=stage.channel, steps=1, seed=3)
        message = await interaction.message_when(
            lambda message: message.text.startswith(words.MODEL_AWAY), within=PATIENCE
        )
        assert message.labels == ["Cancel"]
    assert (await job_of(stage, interaction)).state is JobState.QUEUED
    with pytest.raises(ModelUnavailable):
        await application.run(configuration)
    assert (await job_of(stage, interaction)).state is JobState.QUEUED


async def test_killed_and_started_anew_every_control_on_an_old_picture_works(stage: Stage) -> None:
    options = {"steps": 2, "count": 2, "seed": 3, "prompt": "a cat"}
    async with process(stage) as bot:
        interaction = await stage.ann.uses("/imagine", channel=stage.channel, options=options)
        message = await finished(interaction)
        modal = await (await stage.ben.clicks(message, "Edit")).modal_shown()
        bot.kill()
        await bot.wait()
    async with process(stage):
        again, varied = await stage.ben.clicks(message, "Again"), await stage.ben.clicks(message, "Vary")
        sent = await stage.ben.submits(modal, {"Prompt": "a form that was opened before"})
        reopened = await (await stage.ben.clicks(message, "Edit")).modal_shown()
        assert "a cat" in str(reopened.components)
        told = await (await stage.ben.clicks(message, "Recipe")).message_when(within=PATIENCE)
        assert "Seed: 3" in told.text
        select = words.pictures.TAKE_ONE
        card = await (await stage.ben.selects(message, select, "Picture 2")).message_when(
            lambda message: message.attachments, within=PATIENCE
        )
        assert [file.filename for file in card.attachments] == ["ninewords-4.png"]
        more = await (await stage.ben.clicks(card, "More")).message_when(within=PATIENCE)
        larger = await stage.ben.clicks(more, "Larger, 1.5×")
        await stage.ben.clicks(more, "Favourite")
        await more.when(lambda more: words.pictures.IS_FAVOURITE in more.text, within=PATIENCE)
        for each in (again, varied, sent, larger):
            assert (await finished(each)).attachments
        more = await (await stage.ann.clicks(message, "More")).message_when(within=PATIENCE)
        await stage.ann.clicks(more, "Delete")
        await more.when(lambda more: "Yes, delete" in more.labels, within=PATIENCE)
        await stage.ann.clicks(more, "Yes, delete")
        await more.when(lambda more: more.text == words.pictures.DELETED, within=PATIENCE)
        assert message.deleted
    assert (await job_of(stage, sent)).spec["prompt"] == "a form that was opened before"


async def test_what_was_asked_privately_and_covered_stays_so_over_a_restart(stage: Stage) -> None:
    async with process(stage) as bot:
        interaction = await stage.ann.uses(
            "/imagine", channel=stage.channel, steps=30, size="96x96", private=True, spoiler=True
        )
        await interaction.message_when(lambda message: "Drawing" in message.text, within=PATIENCE)
        bot.kill()
        await bot.wait()
    async with process(stage):
        message = await finished(interaction)
    assert message.ephemeral
    assert "'spoiler': True" in str(message.components)
