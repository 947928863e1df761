"""What is left of a day, and all that is kept of somebody, on the loopback Discord with the real client."""

import io
import json
import re
import zipfile
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot import specs, words
from bot.application import Bot
from bot.words import privacy as said
from bot.words import quota
from storage.records import Drawn, Job, JobState, Reply, Scope, ScopeKind
from tests.bot.specs import spec
from tests.bot.stage import PATIENCE, Stage, ended, eventually
from tests.discord_server import Interaction, Message, Person
from tests.discord_server.sample_bot import png

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(stage: Stage) -> AsyncIterator[Bot]:
    """A bot whose model cannot be loaded: what is asked for waits."""
    nothing = {"model": str(stage.folder / "nothing.safetensors")}
    async with stage.bot(stage.configuration().model_copy(update=nothing)) as bot:
        yield bot


@pytest.fixture
async def eve(stage: Stage) -> Person:
    return stage.guild.add_member("eve")


async def told(stage: Stage, person: Person, command: str, **options: object) -> Message:
    interaction = await person.uses(command, channel=stage.channel, options=options)
    message = await interaction.message_when(within=PATIENCE)
    assert message.ephemeral
    return message


async def asked_for(bot: Bot, owner: int, job_id: int, *way: JobState, count: int = 1) -> Job | None:
    """A job in the record, as if it had been asked for just now."""
    reply = Reply(application_id=1, token="-", guild_id=1, channel_id=1, upload_limit=1)
    held = specs.written(spec(count=count, prompt="a secret garden"))
    job = await bot.database.jobs.accept(job_id, owner=owner, spec=held, reply=reply)
    for state in way:
        if state is JobState.DRAWN:
            drawn = [Drawn(png=png((64, 64)), recipe="a secret garden", seed=1, width=64, height=64)]
            assert await bot.database.pictures.keep(job_id, drawn)
        else:
            assert await bot.database.jobs.move(job_id, state)
    return job


DELIVERED = (JobState.QUEUED, JobState.DRAWING, JobState.DRAWN, JobState.DELIVERING, JobState.DONE)


async def test_a_day_of_pictures(stage: Stage, running: Bot, eve: Person) -> None:
    shown = (await told(stage, eve, "/quota")).content
    assert shown == f"{quota.left(0, 200, 200)}\n-# On the way now: 0 of at most 10."
    await asked_for(running, eve.id, eve.id + 1, *DELIVERED, count=150)
    await asked_for(running, eve.id, eve.id + 2, count=48)
    shown = (await told(stage, eve, "/quota")).content
    assert shown.startswith(
        "**2 of 200** pictures left: you asked for 198 in the last 24 hours.\nThe next come back <t:"
    )
    assert re.search(r"back <t:\d{10}:R>, all of them by <t:\d{10}:R>\.|back <t:\d{10}:R>\.", shown)
    refused = (await told(stage, eve, "/imagine", count=3)).content
    assert "You have 2 left of your 200 pictures a day, and this is 3 pictures; there will be room in" in refused
    assert "about 24 hours" in refused
    await running.queue.cancel(eve.id + 2)
    assert "**50 of 200**" in (await told(stage, eve, "/quota")).content, "what was taken back does not count"


async def test_two_at_once_do_not_take_the_same_room(stage: Stage, running: Bot, eve: Person) -> None:
    await asked_for(running, eve.id, eve.id + 1, *DELIVERED, count=197)
    asked = [await eve.uses("/imagine", channel=stage.channel, count=2) for _ in range(4)]
    for interaction in asked:
        await interaction.acknowledged(within=PATIENCE)
    jobs = [await running.database.jobs.find(interaction.id) for interaction in asked]
    assert sum(job is not None for job in jobs) == 1
    assert "**1 of 200**" in (await told(stage, eve, "/quota")).content
    for interaction in asked:
        await running.queue.cancel(interaction.id)


async def test_what_is_kept_is_handed_out(stage: Stage, running: Bot, eve: Person) -> None:
    await told(stage, eve, "/settings set", steps=7)
    await told(stage, eve, "/preset save", name="night", steps=3)
    await asked_for(running, eve.id, eve.id + 1, *DELIVERED)
    message = await told(stage, eve, "/privacy export")
    assert message.content == said.exported(1, 1)
    (file,) = message.attachments
    with zipfile.ZipFile(io.BytesIO(file.bytes)) as archive:
        assert archive.testzip() is None
        assert archive.read(f"pictures/{eve.id + 1}-0.png") == png((64, 64))
        assert json.loads(archive.read("settings.json"))[0]["scope_id"] == eve.id
        assert json.loads(archive.read("presets.json"))[0]["name"] == "night"
        assert json.loads(archive.read("jobs.json"))[0]["spec"]["prompt"] == "a secret garden"
        named = set(archive.namelist()) - {f"pictures/{eve.id + 1}-0.png", "README.txt"}
        readme = archive.read("README.txt").decode()
        assert [name for name in named if name.removesuffix(".json") not in readme] == []


async def test_pictures_that_do_not_fit_are_left_out_and_it_is_said(stage: Stage, running: Bot, eve: Person) -> None:
    for number in (1, 2, 3):
        await asked_for(running, eve.id, eve.id + number, *DELIVERED)
    record = len((await running.privacy.archive(eve.id, limit=10**6)).content) - 3 * len(png((64, 64)))
    room = 64 * 2**10 + record + 2 * (len(png((64, 64))) + 512)
    archive = await running.privacy.archive(eve.id, limit=room)
    assert (archive.held, archive.pictures) == (2, 3)
    assert len(archive.content) <= room
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        assert f"pictures/{eve.id + 3}-0.png" in opened.namelist(), "the newest"
    assert "the newest 2 of your 3 pictures" in said.exported(2, 3)
    assert "none of your 3 pictures" in said.exported(0, 3)


async def test_deleting_asks_first(stage: Stage, running: Bot, eve: Person) -> None:
    await told(stage, eve, "/settings set", steps=7)
    message = await told(stage, eve, "/privacy delete")
    assert message.content == said.ASK
    assert message.labels == [said.DELETE, said.KEEP]
    await eve.clicks(message, said.KEEP)
    await message.when(lambda now: now.content == said.KEPT, within=PATIENCE)
    assert message.labels == []
    assert "steps: 7" in (await told(stage, eve, "/settings show")).content


async def test_deleting_lets_go_of_rows_and_files_and_what_is_on_its_way(
    stage: Stage, running: Bot, eve: Person
) -> None:
    await told(stage, eve, "/settings set", size="96x64")
    await told(stage, eve, "/preset save", name="night", steps=3)
    await told(stage, stage.ben, "/settings set", steps=9)
    await asked_for(running, eve.id, eve.id + 1, *DELIVERED)
    ((_, path),) = await running.database.people.picture_files(eve.id)
    waiting = await eve.uses("/imagine", channel=stage.channel, seed=1)
    await waiting.message_when(lambda message: "Cancel" in message.labels, within=PATIENCE)
    message = await told(stage, eve, "/privacy delete")
    await eve.clicks(message, said.DELETE)
    await message.when(lambda now: now.content == said.DELETED, within=PATIENCE)
    assert message.labels == []
    assert words.CANCELLED in (await ended(waiting)).text
    record = await running.database.people.record(eve.id)
    assert {name for name, rows in record.items() if rows} == {"spent"}
    assert [row["pictures"] for row in record["spent"]] == [1], "what was cancelled does not count"
    assert not (stage.folder / "pictures" / path).exists()
    assert words.NO_SETTINGS in (await told(stage, eve, "/settings show")).content
    assert "steps: 9" in (await told(stage, stage.ben, "/settings show")).content
    again = await eve.clicks(waiting.messages[0], "Again")
    assert words.UNKNOWN_PICTURE in (await again.message_when(within=PATIENCE)).text
    await told(stage, stage.ben, "/settings reset")


async def test_nobody_answers_for_somebody_else(stage: Stage, running: Bot, eve: Person) -> None:
    """Not even one who finds a way to press a button that only the other one sees."""
    await told(stage, eve, "/settings set", steps=7)
    message = await told(stage, eve, "/privacy delete")
    pressed = Interaction(stage.server, 3, stage.ben, stage.channel, _pressed(message, said.DELETE), message=message)  # pyright: ignore[reportArgumentType]  (3 is a component)
    stage.server.interactions[pressed.id] = stage.server.interactions_by_token[pressed.token] = pressed
    stage.server.gateway.dispatch("INTERACTION_CREATE", pressed.payload())
    assert said.NOT_YOURS in (await pressed.message_when(within=PATIENCE)).content
    assert "steps: 7" in (await told(stage, eve, "/settings show")).content


async def test_a_wish_that_a_stopped_bot_left_is_fulfilled_at_the_next_start(
    stage: Stage, running: Bot, eve: Person
) -> None:
    await running.database.preferences.choose(Scope(ScopeKind.PERSON, eve.id), {"steps": 7})
    await asked_for(running, eve.id, eve.id + 1, *DELIVERED)
    await running.database.people.ask_erasure(eve.id)
    await running.privacy.resume()

    async def gone() -> bool:
        record = await running.database.people.record(eve.id)
        return {name for name, rows in record.items() if rows} == {"spent"}

    await eventually(gone)


def _pressed(message: Message, label: str) -> dict[str, object]:
    (row,) = message.components
    button = next(part for part in row["components"] if part["label"] == label)
    return {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
