"""The commands on a message, used through the loopback Discord by the real client."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from bot import attachments, specs, words
from bot.application import Bot
from generation import png
from generation.errors import InvalidChoice
from generation.profiles import load_profiles
from generation.samplers import names
from storage.records import JobState
from tests.bot.stage import PATIENCE, Stage, delivered, ended, eventually, finished
from tests.discord_server import Interaction, Message, Permission, Upload

pytestmark = pytest.mark.asyncio(loop_scope="module")

SKETCH = load_profiles()["sketch"]
VECTORS = Path(__file__).parents[1] / "conformance" / "vectors" / "infotext.json"
CASES = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
#: What none of our models can draw.
UNDRAWABLE = {"inf054": "no multiple of 8"}
#: Written by another program; small, so that it is drawn soon.
ELSEWHERE = """(a cat:1.2), sitting
Negative prompt: lowres, bad
Steps: 2, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 271828182, Size: 64x72, \
Model hash: 0a1b2c3d, Model: someMix, Clip skip: 2, ENSD: 31337, Version: v1.10.1"""


def file(recipe: str | None = None, name: str = "picture.png", colour: str = "teal") -> Upload:
    """A picture with a recipe as other programs write it, or with none."""
    picture = Image.new("RGB", (32, 32), colour)
    return Upload(name, png.embed(picture, recipe) if recipe is not None else plain(picture))


def plain(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def stripped(content: bytes, kind: str = "PNG", **options: Any) -> bytes:
    """The same pixels in a file that holds nothing else, as many sites make it."""
    with Image.open(io.BytesIO(content)) as picture:
        return plain(Image.frombytes("RGB", picture.size, picture.convert("RGB").tobytes()), kind, **options)


async def spec_of(bot: Bot, interaction: Interaction) -> dict[str, Any]:
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    return dict(job.spec)


async def told(interaction: Interaction) -> Message:
    message = await interaction.message_when(lambda message: not message.loading, within=PATIENCE)
    assert message.ephemeral
    return message


def fields(modal: Any) -> dict[str, str]:
    """What stands in a form's fields, by their labels."""
    found = {part["label"]: part["component"] for part in modal.components if "component" in part}
    return {
        label: field.get("value", next((o["value"] for o in field.get("options", []) if o.get("default")), ""))
        for label, field in found.items()
    }


async def drawn(stage: Stage, bot: Bot, **options: object) -> Message:
    interaction = await stage.ann.uses("/imagine", channel=stage.channel, options={"steps": 2} | options)
    return await delivered(bot, interaction)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ours(stage: Stage, bot: Bot) -> Message:
    return await drawn(stage, bot, prompt="a cat, (red:1.2)", negative="blue", seed=3, clip_skip=2)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
async def test_a_picture_made_elsewhere_is_read_into_the_right_spec(case: dict[str, Any]) -> None:
    """Each vector inside a PNG: what its fields say is what the spec says, or it is said that it cannot be."""
    text, fields = png.read(file(case["text"]).bytes), case["result"]
    if case["id"] in UNDRAWABLE:
        with pytest.raises(InvalidChoice, match=UNDRAWABLE[case["id"]]):
            specs.recalled(text, SKETCH)
        return
    spec, said = specs.recalled(text, SKETCH)
    assert (spec.prompt, spec.negative_prompt) == (fields["Prompt"], fields["Negative prompt"])
    told_of = " ".join(said)
    for field, value in {
        "Steps": spec.steps, "Seed": spec.seed, "CFG scale": spec.guidance_scale, "Size-1": spec.width,
        "Size-2": spec.height, "Clip skip": spec.clip_skip, "ENSD": spec.ensd,
        "Variation seed strength": spec.subseed_strength, "Eta": spec.eta,
    }.items():  # fmt: skip
        if field in fields and fields[field] != "-1" and field not in told_of:
            assert float(fields[field]) == value, field
    if "Sampler" in fields and "ampler" not in told_of and "chedule" not in told_of:
        assert names.infotext_names(spec.sampler)[0] == case["sampler"][0]
    assert spec.noise_source == {"GPU": "nv", "NV": "nv", "CPU": "cpu"}.get(fields["RNG"], spec.noise_source)


async def test_a_picture_made_elsewhere_remixes(stage: Stage, bot: Bot) -> None:
    posted = stage.ben.posts(stage.channel, "look", file(ELSEWHERE))
    modal = await (await stage.ann.applies("Remix", posted)).modal_shown()
    assert fields(modal) == {
        "Prompt": "(a cat:1.2), sitting",
        "Negative prompt": "lowres, bad",
        "Size": "64x72",
        "Sampler": "DPM++ 2M Karras",
        "Steps, CFG, seed": "2, 6.5, 271828182",
    }
    assert "someMix" in str(modal.components), "what cannot be had is said"
    sent = await stage.ann.submits(modal)
    message = await finished(sent)
    spec = await spec_of(bot, sent)
    expected = {
        "prompt": "(a cat:1.2), sitting", "negative_prompt": "lowres, bad", "width": 64, "height": 72, "steps": 2,
        "sampler": "DPM++ 2M Karras", "guidance_scale": 6.5, "guidance_rule": "given", "seed": 271828182,
        "clip_skip": 2, "ensd": 31337, "noise_source": "nv", "emphasis": "Original", "count": 1, "model": "sketch",
    }  # fmt: skip
    assert {name: spec[name] for name in expected} == expected
    assert (message.attachments[0].width, message.attachments[0].height) == (64, 72)
    modal = await (await stage.ann.applies("Remix", posted)).modal_shown()
    sent = await stage.ann.submits(modal, {"Prompt": "a dog", "Steps, CFG, seed": "2, 6.5, "})
    await finished(sent)
    changed = await spec_of(bot, sent)
    assert {name for name in spec if spec[name] != changed[name]} == {"prompt", "seed"}, "a seed that is cleared is new"


async def test_the_recipe_of_a_picture_made_elsewhere_is_shown_whole(stage: Stage, bot: Bot) -> None:
    posted = stage.ben.posts(stage.channel, "", file(ELSEWHERE))
    message = await told(await stage.ann.applies("Recipe", posted))
    assert message.text.startswith(f"```\n{ELSEWHERE}\n```")
    assert "someMix' is not here" in message.text
    long = stage.ben.posts(stage.channel, "", file("very long, " * 400 + "\n" + ELSEWHERE.partition("\n")[2]))
    message = await told(await stage.ann.applies("Recipe", long))
    assert [each.filename for each in message.attachments] == ["recipe.txt"]


async def test_jpeg_and_webp_are_read_too(stage: Stage, bot: Bot) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + ELSEWHERE.encode("utf-16-be")
    for kind in ("JPEG", "WEBP"):
        content = plain(Image.new("RGB", (32, 32)), kind, exif=exif)
        posted = stage.ben.posts(stage.channel, "", Upload(f"picture.{kind.lower()}", content))
        message = await told(await stage.ann.applies("Recipe", posted))
        assert message.text.startswith(f"```\n{ELSEWHERE}")


async def test_ours_is_known_by_its_message(stage: Stage, bot: Bot, ours: Message) -> None:
    recipe = await told(await stage.ben.applies("Recipe", ours))
    assert recipe.text == f"```\n{png.read(ours.attachments[0].bytes)}\n```"
    modal = await (await stage.ben.applies("Remix", ours)).modal_shown()
    sent = await stage.ben.submits(modal)
    again = await finished(sent)
    assert again.attachments[0].bytes == ours.attachments[0].bytes
    before = await spec_of(bot, ours.interaction or sent)
    assert await spec_of(bot, sent) == before


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_ours_is_known_by_its_pixels_where_the_recipe_was_taken_out(
    stage: Stage, bot: Bot, ours: Message, kind: str
) -> None:
    content = stripped(ours.attachments[0].bytes, kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert content != ours.attachments[0].bytes
    posted = stage.ben.posts(stage.channel, "", Upload(f"stripped.{kind.lower()}", content))
    recipe = await told(await stage.ben.applies("Recipe", posted))
    assert recipe.text == f"```\n{png.read(ours.attachments[0].bytes)}\n```"
    modal = await (await stage.ben.applies("Remix", posted)).modal_shown()
    sent = await stage.ben.submits(modal, {"Prompt": "a dog"})
    await finished(sent)
    before, after = await spec_of(bot, ours.interaction or sent), await spec_of(bot, sent)
    assert {name for name in before if before[name] != after[name]} == {"prompt"}


async def test_what_others_drew_in_private_or_elsewhere_is_not_told_by_its_pixels(stage: Stage, bot: Bot) -> None:
    interaction = await stage.ann.uses("/imagine", channel=stage.channel, steps=2, seed=4, private=True)
    private = await delivered(bot, interaction)
    content = stripped(private.attachments[0].bytes)
    posted = stage.ann.posts(stage.channel, "", Upload("mine.png", content))
    assert "There is no recipe" in (await told(await stage.ben.applies("Recipe", posted))).text
    assert "Seed: 4" in (await told(await stage.ann.applies("Recipe", posted))).text, "but its owner may know"


async def test_of_several_pictures_one_is_chosen(stage: Stage, bot: Bot) -> None:
    other = ELSEWHERE.replace("cat", "dog")
    posted = stage.ben.posts(stage.channel, "", file(ELSEWHERE, "a.png"), file(None, "b.png"), file(other, "c.png"))
    card = await told(await stage.ann.applies("Remix", posted))
    assert card.text == words.messages.FOUND_SEVERAL
    assert "b.png" not in str(card.components), "that one has no recipe"
    modal = await (await stage.ann.selects(card, words.messages.CHOOSE["remix"], "c.png")).modal_shown()
    assert fields(modal)["Prompt"] == "(a dog:1.2), sitting"
    grid = await drawn(stage, bot, prompt="a cat", seed=10, count=3)
    twice = Upload("twice.png", stripped(grid.attachments[0].bytes))
    posted = stage.ben.posts(stage.channel, "", twice, twice)
    assert "Seed: 10" in (await told(await stage.ann.applies("Recipe", posted))).text, "the same one is there once"
    card = await told(await stage.ben.applies("Recipe", grid))
    chosen = await stage.ben.selects(card, words.messages.CHOOSE["recipe"], "Picture 2")
    assert (await told(chosen)).text == f"```\n{png.read(grid.attachments[1].bytes)}\n```"


async def test_a_file_that_comes_slowly_is_waited_for(stage: Stage, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch, at_once = attachments.fetch, asyncio.Event()

    async def slowly(url: str) -> bytes:
        await at_once.wait()
        return await fetch(url)

    monkeypatch.setattr(attachments, "fetch", slowly)
    posted = stage.ben.posts(stage.channel, "", file(ELSEWHERE))
    interaction = await stage.ann.applies("Remix", posted)
    await interaction.acknowledged()
    at_once.set()
    card = await told(interaction)
    assert card.text == words.messages.FOUND
    modal = await (await stage.ann.clicks(card, words.messages.OPEN["remix"])).modal_shown()
    assert fields(modal)["Size"] == "64x72"


async def test_what_cannot_be_drawn_is_said_and_what_was_typed_is_kept(stage: Stage, bot: Bot) -> None:
    posted = stage.ben.posts(stage.channel, "", file(ELSEWHERE))
    modal = await (await stage.ann.applies("Remix", posted)).modal_shown()
    refused = await told(await stage.ann.submits(modal, {"Prompt": "a dog", "Size": "100x100"}))
    assert "no multiple of 8" in refused.text
    modal = await (await stage.ann.clicks(refused, words.messages.OPEN["remix"])).modal_shown()
    assert (fields(modal)["Prompt"], fields(modal)["Size"]) == ("a dog", "100x100")
    sent = await stage.ann.submits(modal, {"Size": "64x64"})
    await finished(sent)
    assert (await spec_of(bot, sent))["prompt"] == "a dog"


async def test_the_floor_holds_for_recipes_too(stage: Stage, bot: Bot, forbidden: str) -> None:
    posted = stage.ben.posts(stage.channel, "", file(ELSEWHERE.replace("(a cat:1.2)", forbidden)))
    modal = await (await stage.ann.applies("Remix", posted)).modal_shown()
    refused = await told(await stage.ann.submits(modal))
    assert refused.text.startswith(words.NOT_ALLOWED)


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (file(None), "There is no recipe in this picture"),
        (Upload("broken.png", b"\x89PNG\r\n\x1a\n rubbish"), "no PNG, JPEG or WebP picture"),
        (Upload("words.txt", b"Steps: 20"), words.messages.NO_PICTURE_THERE),
        (Upload("huge.png", bytes(png.LARGEST_FILE + 1), claimed_size=10), "The file is larger than 32 MiB"),
    ],
    ids=["no recipe", "broken", "no picture", "huge"],
)
async def test_what_cannot_be_read_is_said_in_one_sentence(
    stage: Stage, bot: Bot, upload: Upload, sentence: str
) -> None:
    posted = stage.ben.posts(stage.channel, "", upload)
    for command in ("Recipe", "Remix", "Save as preset"):
        assert sentence in (await told(await stage.ann.applies(command, posted))).text


async def test_after_a_restart_a_reading_is_asked_for_anew_and_ours_is_not(
    stage: Stage, bot: Bot, ours: Message
) -> None:
    posted = stage.ben.posts(stage.channel, "", file(ELSEWHERE))
    theirs = await (await stage.ann.applies("Remix", posted)).modal_shown()
    mine = await (await stage.ann.applies("Remix", ours)).modal_shown()
    bot.findings._read.clear()  # what a restart forgets
    assert words.messages.NOT_IN_MIND in (await told(await stage.ann.submits(theirs))).text
    await finished(await stage.ann.submits(mine))


async def test_a_picture_is_saved_as_a_preset(stage: Stage, bot: Bot, ours: Message) -> None:
    posted = stage.ben.posts(stage.channel, "", file(ELSEWHERE))
    modal = await (await stage.ben.applies("Save as preset", posted)).modal_shown()
    kept = await told(await stage.ben.submits(modal, {"Name": "theirs"}))
    assert kept.text.startswith("Kept for you as **theirs**")
    shown = await told(await stage.ben.uses("/preset show", channel=stage.channel, name="theirs"))
    assert "DPM\\+\\+ 2M Karras" in shown.text or "DPM++ 2M Karras" in shown.text
    assert "cat" not in shown.text
    modal = await (await stage.ben.applies("Save as preset", ours)).modal_shown()
    await told(await stage.ben.submits(modal, {"Name": "whole", "What it keeps": words.messages.ALL_OF_IT}))
    sent = await stage.ben.uses("/imagine", channel=stage.channel, preset="whole")
    again = await finished(sent)
    assert again.attachments[0].bytes == ours.attachments[0].bytes
    modal = await (await stage.ben.applies("Save as preset", ours)).modal_shown()
    taken = await told(await stage.ben.submits(modal, {"Name": "theirs"}))
    assert "There is a preset called theirs already" in taken.text


async def test_delete_is_the_owners_and_the_moderators_and_of_the_bots_own_pictures(stage: Stage, bot: Bot) -> None:
    message = await drawn(stage, bot, prompt="a cat")
    theirs = stage.ben.posts(stage.channel, "mine", Upload("mine.png", message.attachments[0].bytes))
    for person in (stage.ann, stage.ben):
        assert words.messages.NOT_MINE in (await told(await person.applies("Delete", theirs))).text
    assert words.pictures.NOT_YOURS_TO_DELETE in (await told(await stage.ben.applies("Delete", message))).text
    card = await told(await stage.ann.applies("Delete", message))
    assert not message.deleted
    await stage.ann.clicks(card, "Yes, delete")
    await card.when(lambda card: card.text == words.pictures.DELETED)
    assert message.deleted
    assert not theirs.deleted
    message = await drawn(stage, bot, prompt="a cat")
    stage.channel.allow(stage.ben, Permission.MANAGE_MESSAGES)
    try:
        card = await told(await stage.ben.applies("Delete", message))
        await stage.ben.clicks(card, "Yes, delete")
        await card.when(lambda card: card.text == words.pictures.DELETED)
    finally:
        stage.channel.deny(stage.ben, Permission.MANAGE_MESSAGES)
    assert message.deleted


async def test_a_message_without_a_picture_is_deleted_at_once(stage: Stage, bot: Bot) -> None:
    interaction = await stage.ann.uses("/imagine", channel=stage.channel, steps=150, size="96x96")
    waiting = await interaction.message_when(lambda message: "Cancel" in message.labels, within=PATIENCE)
    assert words.pictures.NOT_THERE_YET in (await told(await stage.ann.applies("Delete", waiting))).text
    await stage.ann.clicks(waiting, "Cancel")
    await ended(interaction)

    async def over() -> bool:
        job = await bot.database.jobs.find(interaction.id)
        return job is not None and job.state is JobState.CANCELLED

    await eventually(over)
    assert words.pictures.NOT_YOURS_TO_DELETE in (await told(await stage.ben.applies("Delete", waiting))).text
    assert not waiting.deleted
    assert (await told(await stage.ann.applies("Delete", waiting))).text == words.pictures.DELETED
    assert waiting.deleted
