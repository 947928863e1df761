"""Somebody new, who reads no documentation: from the list of commands to a preset of their own and a remix.

Each step uses only what the one before it has shown.
"""

import re
from pathlib import Path
from typing import Any

from bot import words
from generation.presets import BUILT_IN
from tests.bot.stage import PATIENCE, Stage, finished
from tests.discord_server import Interaction, Message

#: What is asked for most often stands first in the list of options.
_FIRST = ["prompt", "preset", "size", "count"]


async def read(interaction: Interaction) -> str:
    message = await interaction.message_when(lambda message: not message.loading, within=PATIENCE)
    return message.text


def field(modal: Any, label: str) -> Any:
    return next(part["component"] for part in modal.components if part.get("label") == label)


def told_commands(text: str) -> set[str]:
    return set(re.findall(r"/[a-z]+(?: [a-z]+)?", text))


async def find_out_how(stage: Stage) -> None:
    """The list of commands says what each is for, and one of them has it all on a page."""
    offered = {each["name"]: each for each in stage.server.commands.offered(stage.ann, stage.channel)}
    assert all(each["description"] for each in offered.values())
    assert [option["name"] for option in offered["imagine"]["options"]][:4] == _FIRST
    assert not any(option.get("required") for option in offered["imagine"]["options"])
    page = await read(await stage.ann.uses("/help", channel=stage.channel))
    assert {"/imagine", "/preset", "/history", "/queue"} <= told_commands(page)
    assert page.startswith("**/imagine** draws a picture: say in `prompt` what is to be seen")


async def begin_with_nothing(stage: Stage) -> None:
    """Where nothing is there yet, the answer says what makes it; what comes with the bot says what it is."""

    async def says(command: str, **options: object) -> str:
        return await read(await stage.ann.uses(command, channel=stage.channel, options=options))

    async def offers(option: str, text: str = "") -> list[str]:
        found = await stage.ann.autocompletes("/imagine", option=option, channel=stage.channel, text=text)
        return [choice.name for choice in found]

    assert "/imagine" in await says("/history")
    assert "/imagine" in await says("/preset save", name="mine", **{"from": "my last picture"})
    assert "such as size or steps" in await says("/settings set")
    assert await offers("preset") == [f"{name}: {what}" for name, what in words.presets.BUILT_IN.items()]
    assert "- **none**: no negative prompt at all" in await says("/preset list")
    assert (await offers("size", "50"))[0] == "48x48"
    assert await offers("size", "port") == ["portrait, 64x96"]


async def find_it_again(stage: Stage, picture: Message) -> None:
    """A favourite says where it is listed, and is there."""
    more = await (await stage.ann.clicks(picture, words.pictures.MORE)).message_when(within=PATIENCE)
    await stage.ann.clicks(more, words.pictures.FAVOURITE)
    card = await more.when(lambda card: words.pictures.IS_FAVOURITE in card.text, within=PATIENCE)
    assert "/history" in told_commands(card.text)
    favourites = await stage.ann.uses("/history", channel=stage.channel, favourites=True)
    assert (
        "1girl, red hair" in (await favourites.message_when(lambda message: not message.loading, within=PATIENCE)).text
    )


async def keep_how_it_was_drawn(stage: Stage, picture: Message) -> None:
    """Behind More is what keeps a picture's settings; the answer says how to use them."""
    more = await (await stage.ann.clicks(picture, words.pictures.MORE)).message_when(within=PATIENCE)
    form = await (await stage.ann.clicks(more, words.messages.OPEN["preset"])).modal_shown()
    kept = await read(await stage.ann.submits(form, {words.messages.PRESET_NAME: "my style"}))
    assert "**my style**" in kept
    assert "steps 3" in kept
    assert {"/imagine", "/preset use"} <= told_commands(kept)


async def draw_with_it(stage: Stage) -> None:
    """It is offered by name, with what it holds, and it holds."""
    (choice,) = await stage.ann.autocompletes("/imagine", option="preset", channel=stage.channel, text="my")
    assert "steps 3" in choice.name
    drawn = await stage.ann.uses("/imagine", channel=stage.channel, prompt="cat", preset=choice.value)
    assert "3 steps" in (await finished(drawn)).text
    for command in ("/preset use", "/preset show", "/preset delete"):
        mistyped = await read(await stage.ann.uses(command, channel=stage.channel, name="my stile"))
        assert "There is no preset called my stile; the nearest is my style." in mistyped
    mistyped = await read(await stage.ann.uses("/imagine", channel=stage.channel, preset="my stile"))
    assert "the nearest is my style." in mistyped
    assert "the list that opens" in await read(await stage.ann.uses("/preset use", channel=stage.channel, name="nope"))
    used = await read(await stage.ann.uses("/preset use", channel=stage.channel, name=choice.value))
    assert "`/preset use` with `none` takes it back" in used
    assert "**my style**" in await read(await stage.ann.uses("/settings show", channel=stage.channel))
    await read(await stage.ann.uses("/preset use", channel=stage.channel, name="none"))
    assert "**my style**" not in await read(await stage.ann.uses("/settings show", channel=stage.channel))


async def remix(stage: Stage, picture: Message) -> None:
    """Somebody else opens the picture's settings from its menu, changes a word, and has a picture of their own."""
    menu = [each["name"] for each in stage.server.commands.offered(stage.ben, stage.channel, 3)]
    assert "Remix" in menu
    form = await (await stage.ben.applies("Remix", picture)).modal_shown()
    assert form.title == words.messages.REMIX_TITLE
    assert field(form, words.editing.PROMPT)["value"] == "1girl, red hair"
    theirs = await finished(await stage.ben.submits(form, {words.editing.PROMPT: "1boy, blue hair"}))
    assert "1boy, blue hair" in theirs.text
    assert theirs.id != picture.id


async def err(stage: Stage) -> None:
    """Whatever is done wrong is answered with what to do."""
    nothing = await read(await stage.ann.uses("/preset save", channel=stage.channel, name="empty"))
    assert words.presets.NOTHING_TO_KEEP in nothing
    twice = await read(await stage.ann.uses("/preset save", channel=stage.channel, name="my style", steps=5))
    assert "/preset edit" in twice
    size = await read(await stage.ann.uses("/imagine", channel=stage.channel, size="big"))
    assert "square" in size
    talk = stage.ben.posts(stage.channel, "how nice")
    assert words.messages.NO_PICTURE_THERE in await read(await stage.ann.applies("Remix", talk))


def test_everything_that_comes_with_the_bot_is_described() -> None:
    assert words.presets.BUILT_IN.keys() == BUILT_IN.keys()


async def test_from_joining_to_a_preset_and_a_remix(tmp_path: Path) -> None:
    async with Stage.set_up(tmp_path) as stage, stage.bot():
        await find_out_how(stage)
        await begin_with_nothing(stage)
        asked = await stage.ann.uses("/imagine", channel=stage.channel, prompt="1girl, red hair", steps=3)
        picture = await finished(asked)
        await keep_how_it_was_drawn(stage, picture)
        await draw_with_it(stage)
        await find_it_again(stage, picture)
        await remix(stage, picture)
        await err(stage)
