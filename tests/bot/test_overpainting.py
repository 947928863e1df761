"""Pictures that people give are drawn over, checked before, and kept: across a restart, with every button."""

import io
import zipfile

import pytest
import pytest_asyncio
from PIL import Image

from bot.application import Bot
from bot.words import messages
from bot.words import overpainting as words
from generation import source
from generation.errors import GateFailed
from generation.gate import GateScores
from generation.png import LARGEST_FILE, LARGEST_SIDE
from storage.records import Job
from tests.bot.stage import PATIENCE, Stage, delivered, eventually
from tests.discord_server import Answer, Interaction, Message, Upload

pytestmark = pytest.mark.asyncio(loop_scope="module")


def file(width: int, height: int, *, mode: str = "RGB", kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new(mode, (width, height)).save(written, kind)
    return written.getvalue()


GIVEN = file(120, 60, kind="JPEG")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def picture(stage: Stage) -> Message:
    """Drawn over what ann gave, by a bot that has ended since."""
    async with stage.bot() as bot:
        await bot.process.start()
        options = {"image": Upload("cat.jpg", GIVEN), "strength": 0.5, "steps": 4, "seed": 3}
        asked = await stage.ann.uses("/imagine", channel=stage.channel, options=options)
        return await delivered(bot, asked)


async def job_of(bot: Bot, interaction: Interaction | None) -> Job:
    assert interaction is not None
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    return job


async def given_rows(bot: Bot, owner: int) -> int:
    return len((await bot.database.people.record(owner))["given"])


async def test_a_picture_is_drawn_over_in_its_own_shape(stage: Stage, picture: Message, bot: Bot) -> None:
    spec = (await job_of(bot, picture.interaction)).spec
    assert (spec["source"], spec["strength"]) == (source.digest(source.read(GIVEN)), 0.5)
    size = spec["width"], spec["height"]
    assert size == source.shape(120, 60, bot.desk.profile), "nobody has chosen another"
    assert Image.open(io.BytesIO(picture.attachments[0].bytes)).size == size
    assert "drawn over a picture at 0.5" in str(picture.components)


@pytest.mark.parametrize("button", ["Again", "Vary", "Edit", "Larger, 2×", "Enlarge, 2×"])
async def test_after_a_restart_every_button_draws_over_it_again(
    stage: Stage, picture: Message, bot: Bot, button: str
) -> None:
    first = (await job_of(bot, picture.interaction)).spec
    if button.endswith("2×"):
        more = await (await stage.ben.clicks(picture, "More")).message_when(within=PATIENCE)
        pressed = await stage.ben.clicks(more, button)
    else:
        pressed = await stage.ben.clicks(picture, button)
    if button == "Edit":
        pressed = await stage.ben.submits(await pressed.modal_shown(within=PATIENCE), {"Prompt": "a dog"})
    message = await delivered(bot, pressed)
    spec = (await job_of(bot, pressed)).spec
    sides = (Image.open(io.BytesIO(each.attachments[0].bytes)).width for each in (message, picture))
    assert next(sides) == next(sides) * (2 if button.endswith("2×") else 1)
    assert (spec["source"], spec["strength"]) == (first["source"], first["strength"])


REFUSED = {
    "text": (Upload("cat.txt", b"a cat"), words.NO_PICTURE),
    "text that says it is a picture": (Upload("cat.png", b"a cat"), "no PNG, JPEG or WebP picture"),
    "large": (Upload("cat.png", GIVEN, claimed_size=LARGEST_FILE + 1), words.file_too_large(LARGEST_FILE // 2**20)),
    "unfolds": (Upload("cat.png", file(12_800, 12_800, mode="1")), words.too_many_pixels(LARGEST_SIDE)),
}


@pytest.mark.parametrize("which", REFUSED)
async def test_d04_what_is_no_picture_of_a_bearable_size_is_refused(stage: Stage, bot: Bot, which: str) -> None:
    """A picture URL fetched as given: reaches inside the network, no size or type limit."""
    upload, sentence = REFUSED[which]
    await refused(stage, bot, sentence, image=upload)


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (GateScores(drawing=0.0, hentai=1.0, neutral=0.0, porn=0.0, sexy=0.0), words.NOT_HERE),
        (GateScores(drawing=0.0, hentai=0.0, neutral=0.0, porn=0.0, sexy=1.0), words.NOT_HERE),
        (GateFailed("The picture check is broken."), words.NOT_CHECKED),
    ],
)
async def test_what_the_picture_check_objects_to_is_refused(
    stage: Stage, bot: Bot, monkeypatch: pytest.MonkeyPatch, scores: GateScores | GateFailed, sentence: str
) -> None:
    async def score(_: bytes) -> GateScores:
        if isinstance(scores, GateFailed):
            raise scores
        return scores

    monkeypatch.setattr(bot.process, "score", score)
    await refused(stage, bot, sentence, image=Upload("cat.jpg", GIVEN))


async def test_a_picture_that_discord_does_not_hand_out_is_refused(
    stage: Stage, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discord.Asset.BASE", "https://elsewhere.example")
    await refused(stage, bot, messages.NOT_FROM_DISCORD, image=Upload("cat.jpg", GIVEN))


async def test_a_strength_without_a_picture_says_what_is_missing(stage: Stage, bot: Bot) -> None:
    await refused(stage, bot, words.NEEDS_IMAGE, strength=0.5)


async def refused(stage: Stage, bot: Bot, sentence: str, **options: object) -> None:
    """It is said why in the one answer, to the one who asked alone where nothing had to be fetched; nothing is kept."""
    asked = await stage.ben.uses("/imagine", channel=stage.channel, options=options)
    message = await asked.message_when(lambda message: sentence in message.text, within=PATIENCE)
    assert asked.messages == [message]
    assert message.ephemeral == (asked.answer is not Answer.DEFER)
    assert await bot.database.jobs.find(asked.id) is None
    assert await given_rows(bot, stage.ben.id) == 0


async def test_what_somebody_gave_is_theirs_to_have_and_to_delete(stage: Stage, picture: Message, bot: Bot) -> None:
    archive = await bot.privacy.archive(stage.ann.id, limit=2**23)
    names = zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    assert any(name.startswith("pictures/given-") for name in names)
    pressed = await stage.ben.clicks(picture, "Again")
    message = await delivered(bot, pressed)
    await bot.privacy.erase(stage.ann.id)
    assert await given_rows(bot, stage.ann.id) == 0
    assert not list((stage.folder / "pictures" / "given").rglob("*.png"))
    again = await stage.ben.clicks(message, "Again")
    await again.message_when(lambda message: words.SOURCE_GONE in message.text, within=PATIENCE)
    await eventually(lambda: _ended(bot))


async def _ended(bot: Bot) -> bool:
    return bot.queue.on_the_way() == 0
