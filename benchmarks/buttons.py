"""Measures how soon the bot acknowledges a hundred people who press buttons at once, while pictures are drawn.

``python -m benchmarks.buttons [--people N] [--json FILE]``. The real client, a real SQLite file and the real drawing
process talk to the loopback Discord of the tests, which shares the bot's event loop, so the bot alone is quicker. The
time is from the making of the interaction to its acknowledgement, as the server saw it. Beside it stands what the
process took of its processor until then, server and all: other work on the machine does not change that. Each button is
pressed once before; then all press at the same moment, under the same picture: Again, Vary, Recipe, More, in turn.
Nothing may be lost: every press is acknowledged, and every picture that was asked for is in the record. Fails where the
p99 of all is above half a second, or one is lost.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.sketch_loop import publish, table
from bot import logs
from bot.application import Bot
from bot.lifetime import settle
from tests.bot.stage import PATIENCE, Stage, finished
from tests.discord_server import Interaction, Message, StillWaiting

_BUTTONS = ("Again", "Vary", "Recipe", "More")
_LIMIT = 0.5
_ROUNDS = 5
_HEADINGS = ("median, ms", "p99, ms", "most, ms")
#: Seconds. New accounts that come in a crowd are slowed on purpose, and would be refused here.
_YEAR = 365 * 86400.0


async def measure(people: int, rounds: int) -> dict[str, Any]:
    """Press in rounds, and count what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        async with Stage.set_up(Path(folder)) as stage, stage.bot() as bot:
            await bot.process.start()
            picture = await finished(await stage.ann.uses("/imagine", channel=stage.channel, steps=2))
            await _keep_busy(stage, bot)
            crowd = [
                stage.guild.add_member(stage.server.add_person(f"person{number}", age=_YEAR))
                for number in range(people)
            ]
            await _press(crowd[: len(_BUTTONS)], picture)  # the first of each kind makes what the others find made
            settle()  # as the bot does when it has started
            times: dict[str, list[tuple[float, float]]] = {button: [] for button in _BUTTONS}
            lost = 0
            for _ in range(rounds):
                pressed = await _press(crowd, picture)
                for button, interaction, processor in pressed:
                    if interaction.answered_after is None or processor is None:
                        lost += 1
                    else:
                        times[button].append((interaction.answered_after, processor))
                lost += await _unrecorded(bot, [each for button, each, _ in pressed if button in ("Again", "Vary")])
                await _clear(bot)
                await _keep_busy(stage, bot)
            return {"people": people, "rounds": rounds, "lost": lost, "seconds": times}


async def _press(crowd: list[Any], picture: Message) -> list[tuple[str, Interaction, float | None]]:
    """Have all press, and wait until each is acknowledged; beside each, the processor time until then."""
    pressed = [
        (button, await person.clicks(picture, button), time.process_time())
        for person, button in zip(crowd, _BUTTONS * len(crowd), strict=False)
    ]
    times = await asyncio.gather(*(_processor_time(each, since) for _, each, since in pressed))
    return [(button, each, taken) for (button, each, _), taken in zip(pressed, times, strict=True)]


async def _processor_time(interaction: Interaction, since: float) -> float | None:
    try:
        await interaction.acknowledged(within=30)
    except StillWaiting:
        return None
    return time.process_time() - since


async def _unrecorded(bot: Bot, asked: list[Interaction]) -> int:
    return sum([await bot.database.jobs.find(each.id) is None for each in asked])


async def _keep_busy(stage: Stage, bot: Bot) -> None:
    """Have pictures drawn and shown all the while."""
    options = {"steps": 150, "size": "128x128"}
    asked = [await stage.ben.uses("/imagine", channel=stage.channel, options=options) for _ in range(4)]
    await asked[-1].message_when(lambda message: "Cancel" in message.labels, within=PATIENCE)


async def _clear(bot: Bot) -> None:
    for each in bot.queue.standing():
        await bot.queue.cancel(each.job.id)
    async with asyncio.timeout(PATIENCE):
        while bot.queue.on_the_way():  # noqa: ASYNC110  (a counter has no event to wait for)
            await asyncio.sleep(0.01)


def quantile(values: list[float], share: float) -> float:
    """The value that ``share`` of all lie at or below."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    logs.configure(level="WARNING")
    found = asyncio.run(measure(arguments.people, arguments.rounds))
    everything = [pair for pairs in found["seconds"].values() for pair in pairs]
    rows = [
        (name, len(pairs), *_figures([wall for wall, _ in pairs]), *_figures([processor for _, processor in pairs]))
        for name, pairs in [*found["seconds"].items(), ("all", everything)]
    ]
    shown = table(("button", "presses", *_HEADINGS, *(f"processor, {each}" for each in _HEADINGS)), rows)
    publish(f"{arguments.people} people press at once", found, [shown, f"Lost: {found['lost']}"], arguments.json)
    return int(found["lost"] > 0 or quantile([wall for wall, _ in everything], 0.99) > _LIMIT)


def _figures(seconds: list[float]) -> tuple[str, ...]:
    return tuple(f"{1000 * each:.0f}" for each in (statistics.median(seconds), quantile(seconds, 0.99), max(seconds)))


if __name__ == "__main__":
    raise SystemExit(main())
