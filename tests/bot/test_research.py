"""Scans and studies in a server, by the real client: proposed, drawn between others, sorted, over a restart."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.application import Bot
from bot.words import studies as words
from generation import png, recipe
from storage.records import StudyState
from tests.bot.stage import PATIENCE, Stage, eventually, opened_picture
from tests.discord_server import Interaction, Message, Person

SMALL = {"size": "64x64", "steps": 1}
#: After a single step most prompts give noise, of which the picture check does not always think well.
CLEAN = "1girl, red hair, smile"
HEADING = "Dimension  Sample size  Pattern  Object or Scenery  Malformed Human  Legit Human  Body shape"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage.set_up(tmp_path) as stage:
        yield stage


async def proposed(stage: Stage, command: str, **options: object) -> Message:
    """The message of a scan or a study that nobody has started yet."""
    interaction = await stage.ann.uses(command, channel=stage.channel, options=SMALL | options)
    return await interaction.message_when(lambda message: words.START in message.labels, within=PATIENCE)


async def started(stage: Stage, command: str, **options: object) -> Message:
    return await start(stage, await proposed(stage, command, **options))


async def start(stage: Stage, proposal: Message) -> Message:
    """The message that everybody sees, once the one who asked has said so."""
    click = await stage.ann.clicks(proposal, words.START)
    return await click.message_when(lambda message: not message.ephemeral, within=PATIENCE)


async def answer(interaction: Interaction) -> Message:
    message = await interaction.message_when(lambda message: message.text, within=PATIENCE)
    assert message.ephemeral
    return message


async def until_some_are_drawn(bot: Bot, state: StudyState = StudyState.DRAWING) -> None:
    async def reached() -> bool:
        return any([await bot.database.studies.pictures(each.id) for each in await bot.database.studies.among(state)])

    await eventually(reached)


async def sort(stage: Stage, message: Message, person: Person, heaps: list[tuple[str, str | None]]) -> Message:
    """Sort picture after picture with buttons; return what stands there at the end."""
    shown = await answer(await person.clicks(message, words.SORT))
    for heap, shape in heaps:
        for label in filter(None, (heap, shape)):
            before = len(shown.history)
            await (await person.clicks(shown, label)).acknowledged(within=PATIENCE)
            await shown.when(lambda message, before=before: len(message.history) > before, within=PATIENCE)
    return shown


async def test_a_scan_fills_in_and_its_cells_open(stage: Stage) -> None:
    async with stage.bot():
        proposal = await proposed(stage, "/scan", across="cfg=1,2,3,4", down="steps=1,2,3,4", prompt="a *cat*", seed=5)
        assert proposal.ephemeral
        assert proposal.text.startswith(
            "**CFG against steps: a \\*cat\\***\n16 pictures, about 40 steps of the network."
        )
        message = await start(stage, proposal)
        done = await message.when(lambda message: "All drawn: 16 of 16" in message.text, within=PATIENCE)
        (grid,) = done.attachments
        assert opened_picture(grid.bytes).width > 4 * 128
        assert grid.description == "CFG against steps: a *cat*: 16 of 16 pictures."
        row = await answer(await stage.ben.selects(done, words.OPEN_ROW, "steps 3"))
        cell = await answer(await stage.ben.selects(row, words.OPEN_CELL, "CFG 2"))
        assert cell.text.startswith("**CFG 2**, **steps 3**\n```\na *cat*\n")
        read = recipe.parse(png.read(cell.attachments[0].bytes))
        assert (read["CFG scale"], read["Steps"], read["Seed"]) == ("2", "3", "5")
        exported = await stage.ben.uses("/study export", channel=stage.channel, study=await found(stage, "CFG against"))
        files = {each.filename: each.bytes for each in (await with_files(exported)).attachments}
        assert len(list(csv.DictReader(io.StringIO(files["study.csv"].decode())))) == 16
        assert b"<svg" in files["report.html"]


async def found(stage: Stage, title: str) -> str:
    (choice,) = await stage.ben.autocompletes("/study table", option="study", channel=stage.channel, text=title)
    return str(choice.value)


async def with_files(interaction: Interaction) -> Message:
    return await interaction.message_when(lambda message: message.attachments, within=PATIENCE)


async def test_a_study_is_sorted_by_three_people_over_a_restart(stage: Stage) -> None:
    cy = stage.guild.add_member("cy")
    legit = ("Legit Human", "Normal")
    async with stage.bot() as bot:
        message = await started(stage, "/study new", title="Pure, 64", samples=20, prompt=CLEAN, seed=7)
        await until_some_are_drawn(bot)
    async with stage.bot() as bot:
        done = await message.when(lambda message: "All drawn: 20 of 20" in message.text, within=PATIENCE)
        seeds = {recipe.parse(png.read(each))["Seed"] for each in kept(stage)}
        assert seeds == {str(seed) for seed in range(7, 27)}
        await sort(stage, done, stage.ann, [("Pattern", None), ("Malformed Human", "Slim"), *[legit] * 3])
    async with stage.bot():
        shown = await sort(stage, done, stage.ann, [legit] * 15)
        assert words.ALL_SORTED in shown.text
        for person in (stage.ben, cy):
            await sort(stage, done, person, [("Pattern", None), *[legit] * 19])
        table = await answer(await stage.ben.clicks(done, words.TABLE))
    lines = table.text.splitlines()
    assert lines[1] == HEADING
    assert lines[2].split() == ["64x64", "20", "1", "0", "0", "19", "Normal"]
    assert lines[3].split() == ["95", "%", "1–24", "%", "0–16", "%", "0–16", "%", "76–99", "%"]
    assert "Sorted by 3 people, 20 of 20 pictures. Krippendorff's alpha 0.74." in table.text


def kept(stage: Stage) -> list[Path]:
    """The files of all studies' pictures."""
    return list((stage.folder / "studies").rglob("*.png"))


async def test_labels_can_be_corrected_and_two_studies_compared(stage: Stage) -> None:
    async with stage.bot():
        for title, heap in (("pure", "Legit Human"), ("none", "Pattern")):
            message = await started(stage, "/study new", title=title, samples=4, shapes="-", prompt=CLEAN, seed=7)
            await message.when(lambda message: "All drawn" in message.text, within=PATIENCE)
            await sort(stage, message, stage.ben, [(heap, None)] * 4)
        again = await stage.ben.uses("/study label", channel=stage.channel, study=await found(stage, "none"), picture=2)
        shown = await answer(again)
        assert "You said: Pattern. Choose again to change it." in shown.text
        await (await stage.ben.clicks(shown, "Object or Scenery")).acknowledged(within=PATIENCE)
        first, second = await found(stage, "pure"), await found(stage, "none")
        table = await answer(await stage.ann.uses("/study table", channel=stage.channel, study=first, beside=second))
        assert [line.split()[:6] for line in table.text.splitlines()[2:6:2]] == [
            ["64x64", "4", "0", "0", "0", "4"],
            ["64x64", "4", "3", "1", "0", "0"],
        ]
        compared = await answer(
            await stage.ann.uses("/study compare", channel=stage.channel, first=first, second=second)
        )
        assert "- Legit Human: more in pure than in none; the difference is " in compared.text
        assert "about one in twenty would still seem to show something" in compared.text


async def test_only_its_owner_and_moderators_stop_or_close(stage: Stage) -> None:
    async with stage.bot() as bot:
        message = await started(stage, "/study new", title="mine", samples=40, prompt=CLEAN, steps=40)
        await until_some_are_drawn(bot)
        message = await message.when(lambda message: words.STOP in message.labels, within=PATIENCE)
        refused = await answer(await stage.ben.clicks(message, words.STOP))
        assert refused.text.startswith(words.NOT_YOURS)
        await stage.ann.clicks(message, words.STOP)
        stopped = await message.when(lambda message: "Stopped: " in message.text, within=PATIENCE)
        drawn = len(kept(stage))
        assert drawn < 40
        assert words.GO_ON in stopped.labels
        closed = await stage.ann.uses("/study close", channel=stage.channel, study=await found(stage, "mine"))
        await closed.message_when(lambda message: words.CLOSED in message.text, within=PATIENCE)
        late = await answer(
            await stage.ben.uses("/study label", channel=stage.channel, study=await found(stage, "mine"))
        )
        assert late.text.startswith(words.CLOSED)


@pytest.mark.parametrize(
    ("command", "options", "says"),
    [
        ("/scan", {"across": "cfg=1,2"}, words.NO_AXES),
        ("/scan", {"ready": "native", "across": "cfg=1,2"}, words.READY_HAS_AXES),
        ("/scan", {"across": "cfg=1,2", "down": "word hat=1,2"}, "The prompt does not hold 'hat'"),
        ("/scan", {"across": "steps=1..13", "down": "cfg=1..12"}, "156 cells; a scan here has at most 144"),
        ("/study new", {"title": "t", "samples": 300}, "300 pictures; a scan or a study here has at most 144"),
        ("/study new", {"title": "t", "categories": "one"}, "There can be 2 to 10 categories"),
        ("/study table", {"study": "nonsense"}, words.GONE),
        ("/study table", {"study": "123456789012345678"}, words.GONE),
    ],
)
async def test_says_what_cannot_be(stage: Stage, command: str, options: dict[str, object], says: str) -> None:
    async with stage.bot():
        given = options if command == "/study table" else SMALL | options
        refused = await answer(await stage.ann.uses(command, channel=stage.channel, options=given))
        assert says in refused.text
        assert not kept(stage)


async def test_the_floor_holds_for_every_picture_of_a_scan(stage: Stage, forbidden: str) -> None:
    async with stage.bot():
        given = SMALL | {"prompt": forbidden, "across": "cfg=1,2", "down": "steps=1,2"}
        refused = await answer(await stage.ann.uses("/scan", channel=stage.channel, options=given))
        assert "not allowed here" in refused.text
        assert forbidden not in refused.text


async def test_what_the_server_does_not_post_is_not_shown(stage: Stage) -> None:
    async with stage.bot() as bot:
        await bot.oversight.rulebook.change(stage.guild.id, {"explicit": 0.0}, by=1)
        message = await started(stage, "/study new", title="strict", samples=2, prompt=CLEAN)
        done = await message.when(lambda message: "All drawn: 2 of 2" in message.text, within=PATIENCE)
        assert "2 pictures not shown: they look like something that this server does not post." in done.text
        assert done.attachments == ()
        assert words.SORT not in done.labels
        refused = await answer(
            await stage.ben.uses("/study label", channel=stage.channel, study=await found(stage, "st"))
        )
        assert refused.text.startswith(words.NOTHING_DRAWN)


async def test_where_every_picture_is_reviewed_nothing_of_this_kind_is_drawn(stage: Stage) -> None:
    async with stage.bot() as bot:
        await bot.oversight.rulebook.change(stage.guild.id, {"review": "everything"}, by=1)
        asked = await stage.ann.uses("/study new", channel=stage.channel, title="t", samples=2)
        assert words.NOT_UNDER_REVIEW in (await answer(asked)).text
        assert not kept(stage)
