"""Every button, select and form on a picture, pressed through the loopback Discord by the real client."""

import asyncio

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot import words
from bot.application import Bot
from generation import png
from storage.records import Job, JobState
from tests.bot.stage import PATIENCE, Stage, delivered, ended, eventually, finished, opened_picture
from tests.discord_server import Answer, Interaction, Message, Permission, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

LARGER = ("Larger, 1.5×", "Larger, 2×", "Enlarge, 2×", "Enlarge, 4×")
#: Over what an earlier try has left in the form.
AS_IT_WAS = {"Size": "64x64", "Steps, CFG, seed": "2, auto, 3"}


async def drawn(stage: Stage, bot: Bot, **options: object) -> Message:
    interaction = await stage.ann.uses("/imagine", channel=stage.channel, options={"steps": 2} | options)
    return await delivered(bot, interaction)


async def told(interaction: Interaction) -> Message:
    """The answer that only the one who pressed sees."""
    message = await interaction.message_when(within=PATIENCE)
    assert message.ephemeral
    return message


async def more_of(person: Person, message: Message) -> Message:
    return await told(await person.clicks(message, "More"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def picture(stage: Stage, bot: Bot) -> Message:
    """One picture for all tests that do not change it."""
    return await drawn(stage, bot, prompt="a cat", seed=3)


async def erase(person: Person, card: Message) -> None:
    """Delete, and say yes."""
    await person.clicks(card, "Delete")
    await card.when(lambda card: "Yes, delete" in card.labels)
    await person.clicks(card, "Yes, delete")
    await card.when(lambda card: card.text == words.pictures.DELETED)


async def job_of(bot: Bot, interaction: Interaction) -> Job:
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    return job


async def test_vary_draws_variations_of_the_picture(stage: Stage, bot: Bot) -> None:
    first = await drawn(stage, bot, prompt="a cat", seed=3, count=2)
    pressed = await stage.ben.clicks(first, "Vary")
    message = await finished(pressed)
    job = await job_of(bot, pressed)
    assert (job.owner, job.spec["seed"], job.spec["count"]) == (stage.ben.id, 3, 2)
    assert job.spec["subseed_strength"] == 0.2
    assert len({file.bytes for file in (*message.attachments, *first.attachments)}) == 4
    assert len({file.filename for file in message.attachments}) == 2, "no name twice, so each is shown"
    assert f"variation {job.spec['subseed']}" in str(message.components)


async def test_one_of_several_is_taken_and_has_its_own_buttons(stage: Stage, bot: Bot) -> None:
    grid = await drawn(stage, bot, prompt="a cat", seed=10, count=3)
    assert grid.labels == [words.pictures.TAKE_ONE, "Again", "Vary", "Edit", "Recipe", "More"]
    card = await told(await stage.ben.selects(grid, words.pictures.TAKE_ONE, "Picture 2"))
    assert card.text.startswith("Picture 2 of 3")
    assert [file.filename for file in card.attachments] == ["ninewords-11.png"]
    assert card.attachments[0].bytes == grid.attachments[1].bytes
    recipe = await told(await stage.ben.clicks(card, "Recipe"))
    assert recipe.text == f"```\n{png.read(grid.attachments[1].bytes)}\n```"
    pressed = await stage.ben.clicks(card, "Again")
    await finished(pressed)
    assert (await job_of(bot, pressed)).spec["count"] == 1
    varied = await stage.ben.clicks(card, "Vary")
    await finished(varied)
    spec = (await job_of(bot, varied)).spec
    assert (spec["seed"], spec["count"]) == (11, 3), "variations of the one that was taken"
    turned = await stage.ben.selects(card, words.pictures.TAKE_ONE, "Picture 3")
    assert await turned.acknowledged() is Answer.DEFER_UPDATE
    await card.when(lambda card: card.text.startswith("Picture 3 of 3"))
    assert [file.filename for file in card.attachments] == ["ninewords-12.png"]
    assert len(grid.attachments) == 3, "the others stay where they are"


async def test_the_form_draws_what_was_changed_in_it_and_nothing_else(stage: Stage, bot: Bot) -> None:
    first = await drawn(stage, bot, prompt="a cat", size="96x64", seed=3)
    modal = await (await stage.ben.clicks(first, "Edit")).modal_shown()
    sent = await stage.ben.submits(modal, {"Prompt": "a dog", "Sampler": "Heun", "Steps, CFG, seed": "3, 5.5, 3"})
    await finished(sent)
    before, after = (await job_of(bot, first.interaction or sent)).spec, (await job_of(bot, sent)).spec
    changed = {name: value for name, value in after.items() if before[name] != value}
    assert changed == {
        "prompt": "a dog",
        "sampler": "Heun",
        "steps": 3,
        "guidance_scale": 5.5,
        "guidance_rule": "given",
    }
    assert (await job_of(bot, sent)).owner == stage.ben.id


async def test_an_untouched_form_draws_the_same_again(stage: Stage, bot: Bot) -> None:
    first = await drawn(stage, bot, prompt="a cat, (red:1.2)", seed=3, weight=1e-9)
    modal = await (await stage.ann.clicks(first, "Edit")).modal_shown()
    again = await finished(await stage.ann.submits(modal))
    assert again.attachments[0].bytes == first.attachments[0].bytes


async def test_what_cannot_be_drawn_is_said_and_what_was_typed_is_kept(stage: Stage, bot: Bot) -> None:
    first = await drawn(stage, bot, prompt="a cat", seed=3)
    modal = await (await stage.ben.clicks(first, "Edit")).modal_shown()
    typed = {"Prompt": "a dog in the rain", "Size": "100x100", "Steps, CFG, seed": "2, auto, 3"}
    refused = await told(await stage.ben.submits(modal, typed))
    assert "no multiple of 8" in refused.text
    assert words.editing.TYPED_IS_KEPT in refused.text
    modal = await (await stage.ben.clicks(refused, "Edit")).modal_shown()
    fields = {part["label"]: part["component"] for part in modal.components}
    assert fields["Prompt"]["value"] == "a dog in the rain"
    assert fields["Size"]["value"] == "100x100"
    others = await (await stage.ann.clicks(first, "Edit")).modal_shown()
    assert "a dog" not in str(others.components), "what one types is one's own"
    sent = await stage.ben.submits(modal, {"Size": "96x64"})
    message = await finished(sent)
    assert (await job_of(bot, sent)).spec["prompt"] == "a dog in the rain"
    assert "96×64" in message.text
    fresh = await (await stage.ben.clicks(first, "Edit")).modal_shown()
    assert "a dog" not in str(fresh.components), "what has been drawn is no draft any more"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"Steps, CFG, seed": "2, auto"}, "three values between commas"),
        ({"Steps, CFG, seed": "few, auto, 3"}, "Steps must be a number"),
        ({"Steps, CFG, seed": "2, much, 3"}, "much is neither"),
        ({"Steps, CFG, seed": "2, auto, yes"}, "Seed must be a number"),
        ({"Steps, CFG, seed": "999, auto, 3"}, "more steps than this bot draws"),
        ({"Size": "huge"}, "huge is not a size"),
    ],
)
async def test_each_line_of_the_form_is_checked(
    stage: Stage, bot: Bot, typed: dict[str, str], sentence: str, picture: Message
) -> None:
    modal = await (await stage.ben.clicks(picture, "Edit")).modal_shown()
    assert sentence in (await told(await stage.ben.submits(modal, AS_IT_WAS | typed))).text


async def test_the_floor_holds_in_the_form_too(stage: Stage, bot: Bot, picture: Message, forbidden: str) -> None:
    modal = await (await stage.ben.clicks(picture, "Edit")).modal_shown()
    refused = await told(await stage.ben.submits(modal, AS_IT_WAS | {"Prompt": forbidden}))
    assert refused.text.startswith(words.NOT_ALLOWED)
    assert forbidden not in refused.text


async def test_a_prompt_that_is_too_long_for_the_form_stays_as_it_is(stage: Stage, bot: Bot) -> None:
    long = "very long, " * 400
    first = await drawn(stage, bot, prompt=long, seed=3)
    modal = await (await stage.ann.clicks(first, "Edit")).modal_shown()
    assert words.editing.too_long_to_edit("prompt") in str(modal.components)
    sent = await stage.ann.submits(modal, {"Negative prompt": "red"})
    await finished(sent)
    spec = (await job_of(bot, sent)).spec
    assert (spec["prompt"], spec["negative_prompt"]) == (long, "red")


async def test_a_picture_is_enlarged_with_its_recipe(stage: Stage, bot: Bot, picture: Message) -> None:
    small = opened_picture(picture.attachments[0].bytes)
    message = await delivered(bot, await stage.ben.clicks(await more_of(stage.ben, picture), "Enlarge, 2×"))
    large = opened_picture(message.attachments[0].bytes)
    assert large.size == (2 * small.width, 2 * small.height)
    recipe = png.read(message.attachments[0].bytes)
    assert recipe.startswith(png.read(picture.attachments[0].bytes).splitlines()[0])
    assert "Postprocess upscale by: 2" in recipe
    assert words.pictures.enlarged(2, *large.size) in message.text
    shown = await told(await stage.ann.clicks(message, "Recipe"))
    assert "Postprocess upscale by: 2" in shown.content
    twice = await delivered(bot, await stage.ann.clicks(await more_of(stage.ann, message), "Enlarge, 2×"))
    assert words.pictures.enlarged(4, 4 * small.width, 4 * small.height) in twice.text
    again = await delivered(bot, await stage.ann.clicks(twice, "Again"))
    assert opened_picture(again.attachments[0].bytes).size == small.size, "drawn anew, it is as it was asked for"


async def test_a_favourite_is_kept_and_taken_back(stage: Stage, bot: Bot, picture: Message) -> None:
    assert picture.interaction is not None
    job_id = picture.interaction.id
    card = await more_of(stage.ben, picture)
    assert card.labels == [*LARGER, "Favourite", "Save as preset", "Report", "Delete"]
    await stage.ben.clicks(card, "Favourite")
    await card.when(lambda card: words.pictures.IS_FAVOURITE in card.text)
    assert await bot.database.favourites.holds(stage.ben.id, job_id, 0)
    card = await more_of(stage.ben, picture)
    assert card.labels == [*LARGER, "No favourite any more", "Save as preset", "Report", "Delete"]
    assert (await more_of(stage.ann, picture)).labels == [*LARGER, "Favourite", "Save as preset", "Report", "Delete"], (
        "everybody has their own"
    )
    await stage.ben.clicks(card, "No favourite any more")
    await card.when(lambda card: words.pictures.NO_FAVOURITE in card.text)
    assert not await bot.database.favourites.holds(stage.ben.id, job_id, 0)


async def test_deleting_asks_once_and_takes_the_message_and_the_file(stage: Stage, bot: Bot) -> None:
    message = await drawn(stage, bot, prompt="a cat")
    assert message.interaction is not None
    card = await more_of(stage.ann, message)
    await stage.ann.clicks(card, "Delete")
    await card.when(lambda card: words.pictures.sure(several=False) in card.text)
    assert not message.deleted
    await stage.ann.clicks(card, "Keep")
    await card.when(lambda card: words.pictures.KEPT in card.text)
    card = await more_of(stage.ann, message)
    await erase(stage.ann, card)
    assert message.deleted
    assert await bot.database.pictures.of(message.interaction.id) == ()
    message.deleted = False  # the presser's client still shows it
    message.channel.messages[message.id] = message
    await erase(stage.ann, await more_of(stage.ann, message))
    assert message.deleted, "a message that was left behind goes too"


async def test_one_of_several_is_deleted_and_the_others_stay(stage: Stage, bot: Bot) -> None:
    grid = await drawn(stage, bot, prompt="a cat", seed=10, count=3)
    card = await told(await stage.ann.selects(grid, words.pictures.TAKE_ONE, "Picture 2"))
    card = await more_of(stage.ann, card)
    await erase(stage.ann, card)
    assert [file.filename for file in grid.attachments] == ["ninewords-10.png", "ninewords-12.png"]
    assert "Picture 2" not in str(grid.components)
    card = await more_of(stage.ann, grid)
    assert card.labels == ["Report", "Delete"]
    await stage.ann.clicks(card, "Delete")
    await card.when(lambda card: words.pictures.sure(several=True) in card.text)
    await stage.ann.clicks(card, "Yes, delete")
    await card.when(lambda card: card.text == words.pictures.DELETED)
    assert grid.deleted


async def test_moderators_may_delete_and_cancel_what_is_not_theirs(stage: Stage, bot: Bot) -> None:
    message = await drawn(stage, bot, prompt="a cat")
    stage.channel.allow(stage.ben, Permission.MANAGE_MESSAGES)
    try:
        card = await more_of(stage.ben, message)
        await erase(stage.ben, card)
        interaction = await stage.ann.uses("/imagine", channel=stage.channel, steps=150, size="96x96")
        waiting = await interaction.message_when(lambda message: "Cancel" in message.labels, within=PATIENCE)
        await stage.ben.clicks(waiting, "Cancel")
        await ended(interaction)
    finally:
        stage.channel.deny(stage.ben, Permission.MANAGE_MESSAGES)
    assert (await job_of(bot, interaction)).state is JobState.CANCELLED


async def test_whoever_has_a_role_that_moderates_the_bot_may_too(stage: Stage, bot: Bot) -> None:
    message = await drawn(stage, bot, prompt="a cat")
    wardens = stage.guild.add_role("wardens")
    eve = stage.guild.add_member("eve", roles=[wardens])
    card = await more_of(eve, message)
    refused = await told(await eve.clicks(card, "Delete"))
    assert words.pictures.NOT_YOURS_TO_DELETE in refused.text
    await bot.oversight.rulebook.change_role(stage.guild.id, wardens.id, {"moderates": True}, by=stage.ann.id)
    await erase(eve, await more_of(eve, message))
    assert message.deleted


async def test_a_covered_picture_is_covered_from_the_first_preview_on(stage: Stage, bot: Bot) -> None:
    interaction = await stage.ann.uses("/imagine", channel=stage.channel, steps=60, size="96x96", spoiler=True)
    message = await finished(interaction)
    shown = [item for version in message.history for item in galleries(list(version.components))]
    assert shown
    assert all(item["spoiler"] for item in shown)
    again = await finished(await stage.ben.clicks(message, "Again"))
    assert all(item["spoiler"] for item in galleries(list(again.components))), "and so is what comes of it"


def galleries(tree: list[dict]) -> list[dict]:
    return [item for part in tree for item in [*part.get("items", []), *galleries(part.get("components", []))]]


async def test_a_private_picture_is_seen_by_its_asker_alone(stage: Stage, bot: Bot) -> None:
    interaction = await stage.ann.uses("/imagine", channel=stage.channel, steps=2, private=True)
    message = await delivered(bot, interaction)
    assert message.ephemeral
    assert message not in stage.ben.sees(stage.channel)
    pressed = await stage.ann.clicks(message, "Again")
    assert (await finished(pressed)).ephemeral
    card = await more_of(stage.ann, message)
    await erase(stage.ann, card)
    assert message.deleted


async def test_a_private_picture_that_took_too_long_comes_directly(stage: Stage, bot: Bot) -> None:
    interaction = await stage.ann.uses("/imagine", channel=stage.channel, steps=30, size="96x96", private=True, seed=8)
    await interaction.acknowledged()
    stage.server.expire(interaction)
    message = await stage.ann.direct.message_when(lambda message: message.attachments, within=PATIENCE)
    await eventually(lambda: asyncio.sleep(0, bot.queue.on_the_way() == 0))
    assert [file.filename for file in message.attachments] == ["ninewords-8.png"]
    assert words.pictures.private_elsewhere(stage.ann.id) in message.text
    assert all(
        file.filename != "ninewords-8.png" for each in stage.channel.messages.values() for file in each.attachments
    )
    recipe = await told(await stage.ann.clicks(message, "Recipe"))
    assert "Seed: 8" in recipe.text
    refused = await told(await stage.ann.clicks(message, "Again"))
    assert words.ONLY_IN_SERVERS in refused.text
    card = await more_of(stage.ann, message)
    await erase(stage.ann, card)
    assert message.deleted


async def test_a_private_picture_goes_nowhere_else_when_direct_messages_are_closed(stage: Stage, bot: Bot) -> None:
    stage.ben.closed_to_messages = True
    interaction = await stage.ben.uses("/imagine", channel=stage.channel, steps=30, size="96x96", private=True)
    await interaction.acknowledged()
    stage.server.expire(interaction)

    async def over() -> bool:
        return (await job_of(bot, interaction)).state is JobState.FAILED

    await eventually(over)
    stage.ben.closed_to_messages = False
    assert len(await bot.database.pictures.of(interaction.id)) == 1, "it is kept"
    assert not [each for each in stage.channel.messages.values() if each.interaction is None]


async def test_a_larger_one_is_drawn_over_the_picture(stage: Stage, bot: Bot) -> None:
    grid = await drawn(stage, bot, prompt="a cat", seed=10, count=2, size="64x64", cfg="4")
    card = await told(await stage.ben.selects(grid, words.pictures.TAKE_ONE, "Picture 2"))
    pressed = await stage.ben.clicks(await more_of(stage.ben, card), "Larger, 1.5×")
    message = await finished(pressed)
    assert [(file.width, file.height) for file in message.attachments] == [(96, 96)]
    spec = (await job_of(bot, pressed)).spec
    assert (spec["seed"], spec["count"], spec["larger"], spec["larger_guidance_scale"]) == (11, 1, 1.5, 9.0)
    card = await more_of(stage.ben, message)
    assert card.labels == [
        "Larger, 2×",
        "Enlarge, 2×",
        "Enlarge, 4×",
        "Favourite",
        "Save as preset",
        "Report",
        "Delete",
    ]
    pressed = await stage.ben.clicks(card, "Larger, 2×")
    message = await finished(pressed)
    assert [(file.width, file.height) for file in message.attachments] == [(128, 128)]
    assert (await job_of(bot, pressed)).spec["larger_guidance_scale"] == 16.0


async def test_a_press_that_was_answered_too_late_is_one_line_in_the_log(
    stage: Stage, bot: Bot, picture: Message
) -> None:
    async def noted() -> bool:
        return any(line.get("interaction") == pressed.id for line in lines)

    with capture_logs() as lines:
        pressed = await stage.ben.clicks(picture, "Recipe")
        stage.server.clock.advance(3.1)
        await eventually(noted)
    assert [line["event"] for line in lines if line.get("interaction") == pressed.id] == ["answered too late"]
    assert not [line for line in lines if "exc_info" in line]


async def test_what_is_not_there_to_be_enlarged_is_said(stage: Stage, bot: Bot) -> None:
    # Last, as it lets go of every file.
    message = await drawn(stage, bot, prompt="a cat")
    card = await more_of(stage.ben, message)
    assert await bot.database.retention.thin_out(0) > 0
    refused = await told(await stage.ben.clicks(card, "Enlarge, 2×"))
    assert words.pictures.PUT_AWAY in refused.text
