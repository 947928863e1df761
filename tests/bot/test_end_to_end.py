"""The whole path on the loopback Discord: the real client, a real SQLite file, the real drawing process."""

import asyncio
import io
import json
import logging
import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from PIL import Image
from structlog.testing import capture_logs

from bot import logs, words
from bot.application import Bot
from bot.gallery import Gallery
from generation import png, recipe
from generation.profiles import Profile, load_profiles
from generation.spec import resolve
from storage.records import JobState, Scope, ScopeKind
from tests.bot.stage import PATIENCE, Stage, ended, eventually, finished, opened_picture
from tests.discord_server import Interaction, Message, OptionRefused

pytestmark = pytest.mark.asyncio(loop_scope="module")

ERROR_ID = re.compile(r"\n-# Error id: ([2-9A-Z]{8})$")
#: Long enough for something to happen meanwhile, on a fast machine too.
LONG = {"steps": 150, "size": "96x96"}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log as an operator's journal has it: a line of JSON an entry."""
    root = logging.getLogger()
    handlers, level, stream = root.handlers[:], root.level, io.StringIO()
    logs.configure(level="INFO", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def imagine(stage: Stage, **options: object) -> Interaction:
    return await stage.ann.uses("/imagine", channel=stage.channel, options={"steps": 2} | options)


async def whispered(interaction: Interaction) -> Message:
    message = await interaction.message_when(within=PATIENCE)
    assert message.ephemeral
    return message


async def until_state(bot: Bot, interaction: Interaction, state: JobState) -> None:
    """Wait until the record of a request says so."""

    async def reached() -> bool:
        job = await bot.database.jobs.find(interaction.id)
        return job is not None and job.state is state

    await eventually(reached)


async def test_commands_are_registered_in_the_home_server(stage: Stage, bot: Bot) -> None:
    commands = {command["name"]: command for command in stage.server.commands.of(stage.guild.id)}
    assert {"imagine", "preset", "settings", "help"} <= commands.keys()
    assert [option["name"] for option in commands["settings"]["options"]] == ["set", "show", "explain", "reset"]
    assert not any(option["required"] for option in commands["imagine"]["options"] if "required" in option)
    assert not stage.server.commands.of(None)


async def test_from_a_command_to_a_picture(stage: Stage, bot: Bot) -> None:
    interaction = await imagine(stage, prompt="a red cat, @everyone *now*", size="96x64", seed=7)
    message = await finished(interaction)
    assert message is interaction.original, "one message, edited"
    (file,) = message.attachments
    assert opened_picture(file.bytes).size == (96, 64)
    assert file.filename == "ninewords-7.png"
    assert file.description == "A picture drawn from the words: a red cat, @everyone *now*. 96 by 64 pixels, seed 7."
    assert message.text.startswith("`a red cat, @everyone *now*`\n")
    assert "\n-# 96×64 · 2 steps · " in message.text
    assert message.mentions == ()
    assert message.labels == ["Again", "Vary", "Edit", "Recipe", "More"]
    texts = [version.text for version in message.history]
    assert texts[0] == "", "acknowledged before anything is said"
    for text in texts[1:-1]:
        assert re.search(r"\n(Next in the queue|\d+\w\w in the queue|▰*▱*\nDrawing: step \d+ of 2)", text)


async def test_a_drawn_picture_moves_the_operator_s_figures(stage: Stage, bot: Bot) -> None:
    def figure(name: str, **labels: str) -> float:
        return bot.metrics.registry.get_sample_value(name, labels) or 0.0

    names = ("ninewords_step_seconds_count", "ninewords_step_seconds_sum", "ninewords_network_call_rows_count")
    before = {name: figure(name) for name in names}
    rows = figure("ninewords_network_rows_total", of="pictures")
    steps = (await bot.condition.status())["drawer"]["steps"]
    await finished(await imagine(stage, prompt="a bear", steps=3, size="64x64"))

    async def told() -> bool:
        return figure("ninewords_network_rows_total", of="pictures") >= rows + 6

    await eventually(told)
    assert figure(names[0]) >= before[names[0]] + 3
    assert figure(names[1]) > before[names[1]]
    assert figure(names[2]) >= before[names[2]] + 3
    drawer = (await bot.condition.status())["drawer"]
    assert drawer["steps"] >= steps + 3
    assert drawer["resident_bytes"] > 100 * 2**20
    assert drawer["seconds_a_step"] > 0
    assert 1 <= drawer["rows_a_call"] <= 16


async def test_the_recipe_draws_the_same_picture(stage: Stage, bot: Bot) -> None:
    options = {"prompt": "a (blue:1.3) fish", "negative": "red", "cfg": "5.5", "sampler": "DPM++ 2M Karras"}
    interaction = await imagine(stage, **options, regions="columns 2:1: night | snow :0.8 #orange", cfg_rescale=0.5)
    (file,) = (await finished(interaction)).attachments
    profiles = load_profiles(bot.configuration.profiles_folder)
    spec = resolve(recipe.choices(recipe.parse(png.read(file.bytes)), profiles), profiles=profiles)
    (again,) = await bot.process.submit(spec, owner="test", key="again").result()
    assert again.png == file.bytes


async def test_nothing_at_all_is_a_prompt_too(stage: Stage, bot: Bot) -> None:
    message = await finished(await stage.ann.uses("/imagine", channel=stage.channel, steps=1))
    assert message.text.startswith("*no prompt*")
    assert "pure at 0.0001" in message.text
    assert "(bad:0.0001)" in png.read(message.attachments[0].bytes)


async def test_several_pictures(stage: Stage, bot: Bot) -> None:
    message = await finished(await imagine(stage, count=3, seed=10))
    assert [file.filename for file in message.attachments] == [f"ninewords-{seed}.png" for seed in (10, 11, 12)]
    assert "seeds 10 to 12" in message.text
    assert len({file.bytes for file in message.attachments}) == 3


async def test_hints_and_remarks_until_they_are_switched_off(
    stage: Stage, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = {"prompt": "1girl", "size": "256x64"}
    assert "A hint:" not in (await finished(await imagine(stage, **request))).text, "the sketch model heeds it"
    monkeypatch.setattr(Profile, "heeds_counting", False)
    message = await finished(await imagine(stage, **request))
    assert "A hint:" in message.text
    assert "256x64" in message.text
    await whispered(await stage.ann.uses("/settings set", channel=stage.channel, hints=False))
    assert "A hint:" not in (await finished(await imagine(stage, **request))).text
    await whispered(await stage.ann.uses("/settings reset", channel=stage.channel, setting="hints"))
    assert "A hint:" in (await finished(await imagine(stage, **request))).text


async def test_settings_hold_until_they_are_taken_back(stage: Stage, bot: Bot) -> None:
    async def say(command: str, **options: object) -> str:
        return (await whispered(await stage.ben.uses(command, channel=stage.channel, options=options))).text

    assert words.NO_SETTINGS in await say("/settings show")
    kept = await say("/settings set", size="96x64", steps=3, cfg="auto", cfg_rescale=0.7, weight=0.105)
    assert "weight 0.105, size 96x64, steps 3, cfg auto, cfg\\_rescale 0.7" in kept
    shown = await say("/settings show")
    assert (
        "- weight: 0.105\n- size: 96x64\n- steps: 3\n- cfg: auto\n- cfg_rescale: 0.7\n-# A picture now: 96×64 · 3 steps"
        in shown
    )
    message = await finished(await stage.ben.uses("/imagine", channel=stage.channel, seed=1))
    assert "96×64 · 3 steps" in message.text
    assert "pure at 0.105" in message.text
    message = await finished(await stage.ben.uses("/imagine", channel=stage.channel, steps=1))
    assert "96×64 · 1 step " in message.text, "an option lies over a setting"
    assert "steps" in await say("/settings reset", setting="steps")
    assert "steps: 3" not in await say("/settings show")
    assert await say("/settings reset") == words.ALL_RESET
    assert words.NO_SETTINGS in await say("/settings show")
    assert words.NOTHING_GIVEN.split(";")[0] in await say("/settings set")
    ann = await whispered(await stage.ann.uses("/settings show", channel=stage.channel))
    assert words.NO_SETTINGS in ann.text, "one's own are nobody else's"


async def test_what_cannot_be_drawn_cannot_be_set(stage: Stage, bot: Bot) -> None:
    message = await whispered(await stage.ann.uses("/settings set", channel=stage.channel, size="100x100"))
    assert "96" in message.text or "104" in message.text
    shown = await whispered(await stage.ann.uses("/settings show", channel=stage.channel))
    assert words.NO_SETTINGS in shown.text


async def test_suggestions(stage: Stage, bot: Bot) -> None:
    async def suggested(option: str, text: str = "") -> list[str]:
        found = await stage.ann.autocompletes("/imagine", option=option, channel=stage.channel, text=text)
        return [str(choice.value) for choice in found]

    assert await suggested("preset") == ["pure", "pure-0.105", "24x[", "12x[", "none"]
    assert await suggested("preset", "pure-") == ["pure-0.105"]
    await bot.database.presets.save(Scope(ScopeKind.PERSON, stage.ann.id), "Puddle", {"steps": 2, "size": "96x64"})
    await bot.database.presets.save(Scope(ScopeKind.PERSON, stage.ben.id), "Pulp", {"steps": 2})
    await bot.database.presets.save(Scope(ScopeKind.SERVER, stage.guild.id), "Pulsar", {"steps": 2})
    assert await suggested("preset", "pu") == ["Puddle", "Pulsar", "pure", "pure-0.105"]
    (choice,) = await stage.ann.autocompletes("/imagine", option="preset", channel=stage.channel, text="pud")
    assert choice.name == "Puddle: size 96x64, steps 2"
    assert set(await suggested("size")) == set(bot.desk.profile.sizes)
    assert await suggested("sampler", "euler a") == ["Euler a", "Euler a Karras"]
    assert "auto" in await suggested("cfg")
    assert "rows: " in await suggested("regions"), "layouts to begin with"
    assert await suggested("regions", "a | b #red") == ["a | b #red"], "and how what is typed is read"
    assert await suggested("regions", "a" * 101) == []
    message = await finished(await stage.ann.uses("/imagine", channel=stage.channel, preset="PUDDLE", seed=1))
    assert "96×64 · 2 steps" in message.text


async def test_help_is_for_the_one_who_asks(stage: Stage, bot: Bot) -> None:
    message = await whispered(await stage.ben.uses("/help", channel=stage.channel))
    assert message.text == words.HELP


async def test_again_is_drawn_for_whoever_presses(stage: Stage, bot: Bot) -> None:
    first = await finished(await imagine(stage, prompt="a cat", seed=3))
    pressed = await stage.ben.clicks(first, "Again")
    second = await finished(pressed)
    assert second is not first
    assert first.attachments[0].filename == "ninewords-3.png", "the first stays as it is"
    assert second.attachments[0].bytes != first.attachments[0].bytes
    assert "seed 3 " not in second.text
    job = await bot.database.jobs.find(pressed.id)
    assert job is not None
    assert job.owner == stage.ben.id
    assert job.spec["prompt"] == "a cat"


async def test_the_recipe_is_shown_whole_to_whoever_presses(stage: Stage, bot: Bot) -> None:
    short = await finished(await imagine(stage, prompt="a cat", seed=3))
    told = await whispered(await stage.ben.clicks(short, "Recipe"))
    assert told.text == f"```\n{png.read(short.attachments[0].bytes)}\n```"
    assert "Seed: 3" in told.text
    long = await finished(await imagine(stage, prompt="a cat, ``` " + "very " * 500))
    told = await whispered(await stage.ben.clicks(long, "Recipe"))
    assert told.text == words.RECIPE_FILE
    assert told.attachments[0].bytes.decode() == png.read(long.attachments[0].bytes)


async def test_cancelling_is_for_the_owner(stage: Stage, bot: Bot) -> None:
    interaction = await imagine(stage, **LONG)
    message = await interaction.message_when(lambda message: "Cancel" in message.labels, within=PATIENCE)
    refused = await whispered(await stage.ben.clicks(message, "Cancel"))
    assert words.NOT_YOURS in refused.text
    await stage.ann.clicks(message, "Cancel")
    message = await ended(interaction)
    assert message.text == words.CANCELLED
    assert message.attachments == ()
    assert message.labels == ["Again"]
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    assert job.state is JobState.CANCELLED


async def test_a_button_pressed_too_late(stage: Stage, bot: Bot) -> None:
    interaction = await imagine(stage, steps=64)
    early = await interaction.message_when(lambda message: "Cancel" in message.labels, within=PATIENCE)
    before = early.now
    message = await finished(interaction)
    message.history.append(before)  # the presser's client still shows the button
    told = await whispered(await stage.ann.clicks(message, "Cancel"))
    assert words.ALREADY_FINISHED.split(";")[0] in told.text


async def test_two_people_are_served_in_turn(stage: Stage, bot: Bot) -> None:
    greedy = [await imagine(stage, steps=12, size="96x96", seed=seed) for seed in range(4)]
    modest = await stage.ben.uses("/imagine", channel=stage.channel, steps=12, size="96x96", seed=9)
    ends: list[Interaction] = []

    async def wait(interaction: Interaction) -> None:
        await finished(interaction)
        ends.append(interaction)

    await asyncio.gather(*(wait(interaction) for interaction in [*greedy, modest]))
    assert ends.index(modest) < 4, "the one who asked for a single picture is not last"
    files = [(await finished(interaction)).attachments[0].filename for interaction in [*greedy, modest]]
    assert files == [f"ninewords-{seed}.png" for seed in (0, 1, 2, 3, 9)], "everyone has their own"


async def test_a_token_that_dies_while_waiting(stage: Stage, bot: Bot) -> None:
    interaction = await imagine(stage, steps=30, size="96x96", seed=77)
    await interaction.acknowledged()
    stage.server.expire(interaction)
    message = await stage.channel.message_when(
        lambda message: any(file.filename == "ninewords-77.png" for file in message.attachments), within=PATIENCE
    )
    assert message.interaction is None
    assert message.mentions == (stage.ann,)
    assert opened_picture(message.attachments[0].bytes).size == (96, 96)
    told = await whispered(await stage.ann.clicks(message, "Recipe"))
    assert "Seed: 77" in told.text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"size": "100x100"}, "no multiple of 8"),
        ({"negative": "a cat", "weight": 0.1}, "give one of them"),
        ({"size": "huge"}, "huge is not a size"),
        ({"weight": 0}, "must be greater than zero"),
        ({"weight": -1}, "must be greater than zero"),
        ({"cfg": "much"}, "much is neither"),
        ({"sampler": "Oiler"}, "Oiler"),
        ({"preset": "nowhere"}, "no preset called nowhere"),
        ({"size": "8192x8192"}, "larger than this bot draws"),
        ({"count": 9}, "more pictures than this bot draws at once"),
    ],
)
async def test_bad_options_are_answered_in_a_sentence(
    stage: Stage, bot: Bot, options: dict[str, object], sentence: str
) -> None:
    with capture_logs() as log:
        message = await whispered(await imagine(stage, **options))
    assert sentence in message.text
    found = ERROR_ID.search(message.text)
    assert found
    (entry,) = [entry for entry in log if entry.get("error_id") == found[1]]
    assert entry["command"] == "imagine"


async def test_who_quotes_an_error_id_leads_to_all_that_the_log_says_of_it(
    stage: Stage, bot: Bot, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object, job: object) -> None:
        structlog.get_logger("bot.elsewhere").warning("a line of whoever knows no job")
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(Gallery, "card", broken)
    interaction = await imagine(stage, prompt="a secret wish")
    message = await ended(interaction)
    assert message.text.startswith(words.UNEXPECTED)
    quoted = ERROR_ID.search(message.text)
    assert quoted
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    (found,) = [entry for entry in entries if entry.get("error_id") == quoted[1]]
    assert (found["job"], found["interaction"]) == (interaction.id, interaction.id)
    assert "ZeroDivisionError: division by zero" in found["exception"]
    (line,) = [entry for entry in entries if entry["event"] == "a line of whoever knows no job"]
    assert (line["job"], line["interaction"]) == (interaction.id, interaction.id)
    assert "secret wish" not in log.getvalue()
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    assert (job.state, job.error_id) == (JobState.FAILED, quoted[1])


async def test_options_have_bounds_that_discord_keeps(stage: Stage, bot: Bot) -> None:
    for options in ({"steps": 0}, {"steps": 151}, {"count": 11}, {"seed": -2}, {"clip_skip": 0}):
        with pytest.raises(OptionRefused):
            await imagine(stage, **options)


async def test_the_floor_refuses_without_repeating(stage: Stage, bot: Bot, forbidden: str) -> None:
    interaction = await imagine(stage, prompt=f"a sunny meadow, {forbidden}")
    message = await whispered(interaction)
    assert message.text.startswith(words.NOT_ALLOWED)
    assert ERROR_ID.search(message.text)
    assert "meadow" not in message.text
    assert await bot.database.jobs.find(interaction.id) is None


async def test_nor_can_it_be_smuggled_in_by_a_preset(stage: Stage, bot: Bot, forbidden: str) -> None:
    await bot.database.presets.save(Scope(ScopeKind.PERSON, stage.ann.id), "meadow", {"prompt": forbidden})
    message = await whispered(await imagine(stage, preset="meadow"))
    assert message.text.startswith(words.NOT_ALLOWED)


async def test_the_drawing_process_dies_and_the_picture_comes_nevertheless(stage: Stage, bot: Bot) -> None:
    interaction = await imagine(stage, steps=30, seed=5)
    await until_state(bot, interaction, JobState.DRAWING)
    pid = bot.process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    message = await finished(interaction)
    assert [file.filename for file in message.attachments] == ["ninewords-5.png"]
    assert any(words.WAITING_AGAIN in version.text for version in message.history)
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    assert job.attempts == 2


async def test_a_dead_client_is_replaced_and_serves_on(stage: Stage, bot: Bot) -> None:
    stage.server.faults.malform(lambda payload: payload.pop("id"), event="CHANNEL_CREATE")
    sessions = stage.server.commands.syncs
    stage.guild.add_channel("spoilt")
    await stage.server.until(lambda: stage.server.commands.syncs > sessions, what="a new client", within=PATIENCE)
    await stage.server.bot_ready(within=PATIENCE)
    await finished(await imagine(stage))


@pytest.mark.parametrize("key", ["token", "attachment_size_limit", "member"])
async def test_an_interaction_that_cannot_be_read_costs_nobody_else(stage: Stage, bot: Bot, key: str) -> None:
    sessions = stage.server.commands.syncs
    stage.server.faults.malform(lambda payload: payload.pop(key))
    lost = await imagine(stage)
    await finished(await imagine(stage))
    assert lost.answer is None
    assert stage.server.commands.syncs == sessions, "the client lives on"


@pytest.mark.parametrize("key", ["token", "attachment_size_limit"])
async def test_an_interaction_of_other_kinds_costs_nobody_else(stage: Stage, bot: Bot, key: str) -> None:
    stage.server.faults.malform(lambda payload: payload.update({key: {}}))
    lost = await imagine(stage)
    await finished(await imagine(stage))
    assert lost.answer is None
    assert await bot.database.jobs.find(lost.id) is None


@pytest.mark.parametrize(("option", "value"), [("prompt", 7), ("cfg", {}), ("steps", "2"), ("private", 1)])
async def test_an_option_of_another_kind_is_said_to_be_unreadable(
    stage: Stage, bot: Bot, option: str, value: object
) -> None:
    def spoil(payload: dict[str, Any]) -> None:
        next(each for each in payload["data"]["options"] if each["name"] == option)["value"] = value

    stage.server.faults.malform(spoil)
    interaction = await imagine(stage, prompt="cat", cfg="7", private=False)
    message = await interaction.message_when()
    assert words.BAD_OPTION in message.text
    assert await bot.database.jobs.find(interaction.id) is None


async def test_half_a_character_is_a_question_mark(stage: Stage, bot: Bot) -> None:
    stage.server.faults.malform(lambda payload: payload["data"]["options"][-1].update(value="cat \ud800"))
    interaction = await imagine(stage, prompt="cat")
    await finished(interaction)
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    assert "cat ?" in str(job.spec)


async def test_a_command_that_cannot_be_read_is_said_to_be(stage: Stage, bot: Bot) -> None:
    stage.server.faults.malform(lambda payload: payload["data"].update(name=["imagine"]))
    message = await (await imagine(stage)).message_when()
    assert words.BAD_OPTION in message.text


async def test_acknowledged_too_late_means_not_drawn(stage: Stage, bot: Bot) -> None:
    stage.server.acknowledge_within = 0.0
    try:
        interaction = await imagine(stage)
        await until_state(bot, interaction, JobState.CANCELLED)
    finally:
        stage.server.acknowledge_within = 3.0
    assert await bot.database.pictures.of(interaction.id) == ()


@pytest.mark.parametrize("heard", [True, False])
async def test_an_acknowledgement_that_may_have_been_lost(stage: Stage, bot: Bot, heard: bool) -> None:
    fault = stage.server.faults.reset("POST */callback", after=heard)
    interaction = await imagine(stage)
    await finished(interaction)
    assert fault.struck == 1


async def test_an_acknowledgement_that_never_gets_through(stage: Stage, bot: Bot) -> None:
    fault = stage.server.faults.reset("POST */callback", times=None)
    interaction = await imagine(stage)
    await until_state(bot, interaction, JobState.CANCELLED)
    stage.server.faults.clear()
    assert fault.struck > 1
    assert interaction.messages == []


async def test_previews_are_small_pictures(stage: Stage, bot: Bot) -> None:
    message = await finished(await imagine(stage, **LONG))
    previews = [file for version in message.history for file in version.attachments if file.filename == "preview.jpg"]
    assert previews
    for preview in previews:
        assert preview.description == words.PREVIEW_ALT
        assert max(Image.open(io.BytesIO(preview.bytes)).size) <= 1024
    assert all(file.filename.endswith(".png") for file in message.attachments), "and they go when the picture comes"
