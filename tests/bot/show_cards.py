"""Pages of all cards, to be looked at: ``python -m tests.bot.show_cards FOLDER`` runs the bot and writes them."""

import asyncio
import sys
import tempfile
from pathlib import Path

from bot import words
from bot.application import Bot
from tests.bot.stage import PATIENCE, Stage, ended, finished
from tests.discord_server import Message, Upload
from tests.discord_server.page import DESKTOP, PHONE, page

GIRL = "1girl, red hair, long hair, smile, blue eyes, white shirt"


async def show(folder: Path) -> None:
    """Go through the states of a request, and write a page of each."""
    with tempfile.TemporaryDirectory() as data:
        async with Stage.set_up(Path(data)) as stage, stage.bot() as bot:
            await bot.process.start()
            await _under_way(stage, bot, folder)
            await _finished(stage, folder)
            await _ended(stage, bot, folder)


async def _under_way(stage: Stage, bot: Bot, folder: Path) -> None:
    asked = [
        await stage.ann.uses("/imagine", channel=stage.channel, prompt=GIRL, steps=120, size="128x128", count=4)
        for _ in range(6)
    ]
    waiting = await asked[-1].message_when(lambda message: "in the queue" in message.text, within=PATIENCE)
    _write(folder / "waiting", waiting)
    drawing = await asked[0].message_when(lambda message: message.attachments, within=PATIENCE)
    _write(folder / "drawing", drawing)
    line = await (await stage.ann.uses("/queue", channel=stage.channel)).message_when(within=PATIENCE)
    _write(folder / "queue", line)
    for each in asked:
        await bot.queue.cancel(each.id)
    _write(folder / "cancelled", await ended(asked[0]))


async def _finished(stage: Stage, folder: Path) -> None:
    message = await finished(await stage.ann.uses("/imagine", channel=stage.channel, prompt=GIRL, seed=7))
    _write(folder / "one", message)
    more = await (await stage.ann.clicks(message, "More")).message_when(within=PATIENCE)
    _write(folder / "more", more)
    large = await finished(await stage.ann.clicks(more, "Enlarge, 2×"))
    _write(folder / "enlarged", large)
    given = Upload("girl.png", message.attachments[0].bytes)
    over = {"image": given, "strength": 0.6, "prompt": GIRL.replace("red", "blue")}
    _write(folder / "over", await finished(await stage.ann.uses("/imagine", channel=stage.channel, options=over)))
    grid = await finished(await stage.ann.uses("/imagine", channel=stage.channel, prompt=GIRL, seed=7, count=4))
    _write(folder / "four", grid)
    taken = await stage.ann.selects(grid, words.pictures.TAKE_ONE, "Picture 2")
    _write(folder / "taken", await taken.message_when(within=PATIENCE))
    long = ", ".join([GIRL] * 12)
    covered = await stage.ann.uses("/imagine", channel=stage.channel, prompt=long, seed=7, spoiler=True, count=3)
    _write(folder / "covered", await finished(covered))


async def _ended(stage: Stage, bot: Bot, folder: Path) -> None:
    interaction = await stage.ann.uses("/imagine", channel=stage.channel, size="32x32", steps=64)
    await interaction.acknowledged()
    stage.server.expire(interaction)
    _write(folder / "elsewhere", await stage.channel.message_when(_is_sent, within=PATIENCE))
    bot.database.pictures.read = _nothing  # type: ignore[method-assign]  (a lost file, to see what is said)
    failed = await ended(await stage.ann.uses("/imagine", channel=stage.channel, steps=2))
    _write(folder / "failed", failed)


def _is_sent(message: Message) -> bool:
    return message.interaction is None and bool(message.attachments)


async def _nothing(_: object) -> None:
    return None


def _write(place: Path, message: Message) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.with_suffix(".html").write_text(page(message, width=DESKTOP), encoding="utf-8")
    place.with_name(f"{place.name}-phone").with_suffix(".html").write_text(page(message, width=PHONE), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(show(Path(sys.argv[1])))
