"""Draws an order through the drawing process, its steps on a progress bar."""

import asyncio
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from bot.cli.exits import CommandFailed, Exit
from bot.cli.order import Order
from generation.drawing import DrawingProcess, Finished, Picture, Update, Waiting


def draw_order(order: Order, console: Console) -> Sequence[Picture]:
    """Draw the pictures of ``order``; raise CommandFailed when interrupted, and what the drawing process raises."""
    try:
        return asyncio.run(_drawn(order, console))
    except KeyboardInterrupt:
        raise CommandFailed(Exit.INTERRUPTED, "Stopped; nothing was written.") from None


async def _drawn(order: Order, console: Console) -> Sequence[Picture]:
    pictures: Sequence[Picture] = ()
    async with process_of(order) as process:
        job = process.submit(order.spec, owner="terminal", key="pictures", image=order.image)
        with bar_on(console) as bar:
            task = bar.add_task("Loading the model", total=None)
            async for update in job.updates():
                pictures = _show(bar, task, update)
    return pictures


def process_of(order: Order) -> DrawingProcess:
    """The drawing process that an order asks for."""
    return DrawingProcess(
        profile=order.profile,
        model=order.model,
        vae=order.vae,
        device=order.device,
        dtype=order.dtype,
        download=order.download,
        reproducible=not order.fast,
        acceleration=order.acceleration,
    )


def _show(bar: Progress, task: TaskID, update: Update) -> Sequence[Picture]:
    """Move the bar; return the pictures with the last update, and none before."""
    match update:
        case Waiting():
            return ()
        case Finished(pictures=pictures):
            return pictures
    bar.update(task, description="Drawing", completed=update.step, total=update.steps)
    return ()


def bar_on(console: Console) -> Progress:
    """A progress bar that leaves nothing behind."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
