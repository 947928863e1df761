"""Draws many pictures into a folder, a bar counting them; what is there already is not drawn again."""

import asyncio
from collections.abc import Mapping

from rich.console import Console

from bot.cli.drawing import bar_on, process_of
from bot.cli.exits import CommandFailed, Exit
from bot.cli.order import Order
from bot.studies.drawing import draw_each
from bot.studies.folder import Folder
from generation.spec import PromptSpec


def gather(order: Order, specs: Mapping[int, PromptSpec], folder: Folder, console: Console) -> None:
    """Draw those of ``specs`` that ``folder`` does not hold yet, with the model of ``order``.

    Raises CommandFailed when interrupted; what was finished by then stays.
    """
    there = folder.drawn()
    missing = {index: spec for index, spec in specs.items() if index not in there}
    if not missing:
        return
    try:
        asyncio.run(_gathered(order, missing, folder, console))
    except KeyboardInterrupt:
        raise CommandFailed(
            Exit.INTERRUPTED, f"Stopped; the pictures in {folder.path} stay, and the same command goes on with them."
        ) from None


async def _gathered(order: Order, missing: Mapping[int, PromptSpec], folder: Folder, console: Console) -> None:
    async with process_of(order) as process:
        with bar_on(console) as bar:
            task = bar.add_task("Pictures", total=len(missing))
            async for index, picture in draw_each(process, missing, owner="terminal", key="picture"):
                await asyncio.to_thread(folder.keep, index, picture.png)
                bar.advance(task)
