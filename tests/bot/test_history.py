"""``/history`` through the loopback Discord, by the real client."""

import io
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from bot import words
from bot.application import Bot
from tests.bot.stage import PATIENCE, Stage, delivered, finished
from tests.discord_server import Answer, Interaction, Message, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURES = 12


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def drawn(stage: Stage, bot: Bot) -> list[Message]:
    """A dozen of ann's pictures, the first seed first."""
    return [await draw(stage, bot, stage.ann, prompt=f"cat {seed}", seed=seed) for seed in range(1, PICTURES + 1)]


async def draw(stage: Stage, bot: Bot, person: Person, **options: object) -> Message:
    interaction = await person.uses("/imagine", channel=stage.channel, options={"steps": 1} | options)
    return await delivered(bot, interaction)


async def history(stage: Stage, person: Person, **options: Any) -> Message:
    interaction = await person.uses("/history", channel=stage.channel, **options)
    return await told(interaction)


async def told(interaction: Interaction) -> Message:
    message = await interaction.message_when(lambda message: not message.loading, within=PATIENCE)
    assert message.ephemeral
    return message


def seeds(message: Message) -> list[int]:
    """The pictures of a page, by the seeds that stand in their prompts."""
    return [int(line.partition("cat ")[2].partition("`")[0]) for line in message.text.splitlines() if "`cat " in line]


def item_of(message: Message, name: str) -> dict[str, Any]:
    (gallery,) = [part for part in message.components[0]["components"] if part["type"] == 12]
    return next(item for item in gallery["items"] if name in item["media"]["url"])


async def test_the_newest_come_first_with_small_pictures(stage: Stage, bot: Bot, drawn: list[Message]) -> None:
    page = await history(stage, stage.ann)
    assert seeds(page) == list(range(12, 3, -1))
    assert page.labels == [words.history.OPEN, "Next", words.history.ONLY_FAVOURITES]
    assert len(page.attachments) == 9
    for file in page.attachments:
        with Image.open(io.BytesIO(file.bytes)) as picture:
            assert picture.format == "WEBP"
            assert max(picture.size) <= 256
    assert "cat 12" in item_of(page, "1.webp")["description"]


async def test_pages_turn_for_ever(stage: Stage, bot: Bot, drawn: list[Message]) -> None:
    page = await history(stage, stage.ann)
    turned = await stage.ann.clicks(page, "Next")
    assert await turned.acknowledged() is Answer.DEFER_UPDATE
    await page.when(lambda page: seeds(page) == [3, 2, 1], within=PATIENCE)
    assert "Page 2 of 2" in page.text
    assert len(page.attachments) == 3, "those of the page before are gone"
    assert page.labels == [words.history.OPEN, "Back", words.history.ONLY_FAVOURITES]
    await stage.ann.clicks(page, "Back")
    await page.when(lambda page: seeds(page) == list(range(12, 3, -1)), within=PATIENCE)


async def test_one_is_opened_with_its_buttons(stage: Stage, bot: Bot, drawn: list[Message]) -> None:
    page = await history(stage, stage.ann)
    card = await told(await stage.ann.selects(page, words.history.OPEN, "2. cat 11"))
    assert card.attachments[0].bytes == drawn[10].attachments[0].bytes
    assert card.labels == ["Again", "Vary", "Edit", "Recipe", "More"]
    again = await finished(await stage.ann.clicks(card, "Again"))
    assert "cat 11" in again.text


async def test_favourites_are_listed_alone(stage: Stage, bot: Bot, drawn: list[Message]) -> None:
    empty = await history(stage, stage.ben, favourites=True)
    assert empty.text == words.history.NO_FAVOURITES
    more = await (await stage.ben.clicks(drawn[4], "More")).message_when(within=PATIENCE)
    await stage.ben.clicks(more, "Favourite")
    await more.when(lambda card: words.pictures.IS_FAVOURITE in card.text)
    page = await history(stage, stage.ben)
    assert page.text == words.history.NONE_YET, "it is ann's picture"
    await stage.ben.clicks(page, words.history.ONLY_FAVOURITES)
    await page.when(lambda page: seeds(page) == [5], within=PATIENCE)
    card = await told(await stage.ben.selects(page, words.history.OPEN, "1. cat 5"))
    assert card.attachments[0].bytes == drawn[4].attachments[0].bytes
    await stage.ben.clicks(page, words.history.ALL)
    await page.when(lambda page: page.text == words.history.NONE_YET, within=PATIENCE)


async def test_single_pictures_of_several_are_listed_and_covered_ones_stay_covered(stage: Stage, bot: Bot) -> None:
    cat = stage.guild.add_member("cat")
    await draw(stage, bot, cat, prompt="cat 1", count=2, spoiler=True, seed=1)
    page = await history(stage, cat)
    assert seeds(page) == [1, 1]
    assert item_of(page, "1.webp")["spoiler"]
    card = await told(await cat.selects(page, words.history.OPEN, "2. cat 1"))
    assert card.text.startswith("Picture 2 of 2")


async def test_what_was_drawn_in_an_age_restricted_channel_is_shown_in_such_alone(stage: Stage, bot: Bot) -> None:
    eve = stage.guild.add_member("eve")
    other = stage.guild.add_channel("late", age_restricted=True)
    interaction = await eve.uses("/imagine", channel=other, steps=1, prompt="cat 9", seed=9)
    await delivered(bot, interaction)
    page = await history(stage, eve)
    assert words.history.NOT_HERE in page.text
    assert not page.attachments
    assert "cat 9" not in page.text
    assert words.history.OPEN not in page.labels
    there = await told(await eve.uses("/history", channel=other))
    assert seeds(there) == [9]
    assert len(there.attachments) == 1


async def test_others_private_pictures_are_never_opened(stage: Stage, bot: Bot) -> None:
    finn, gail = stage.guild.add_member("finn"), stage.guild.add_member("gail")
    interaction = await finn.uses("/imagine", channel=stage.channel, steps=1, prompt="cat 4", private=True)
    await delivered(bot, interaction)
    await bot.database.favourites.add(gail.id, interaction.id, 0)  # as only a forged press could
    page = await history(stage, gail, favourites=True)
    assert "cat 4" not in page.text
    assert not page.attachments


async def test_a_file_that_has_made_room_is_still_known(stage: Stage, bot: Bot) -> None:
    dora = stage.guild.add_member("dora")
    message = await draw(stage, bot, dora, prompt="cat 8", seed=8)
    assert message.interaction is not None
    (kept,) = await bot.database.pictures.of(message.interaction.id)
    await bot.database.retention.thin_out(0)
    (kept,) = await bot.database.pictures.of(message.interaction.id)
    assert kept.path is None
    page = await history(stage, dora)
    assert words.history.NO_FILE in page.text
    assert not page.attachments
    card = await told(await dora.selects(page, words.history.OPEN, "1. cat 8"))
    assert words.history.PUT_AWAY in card.text
    modal = await (await dora.clicks(card, "Edit")).modal_shown()
    again = await finished(await dora.submits(modal))
    assert again.attachments[0].bytes == message.attachments[0].bytes
