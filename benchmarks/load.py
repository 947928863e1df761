"""Keeps the whole bot busy for an hour and looks at what it holds at the tenth minute and at the end.

``python -m benchmarks.load [--minutes 60] [--json FILE]``: the real program, client, database and drawing process with
the sketch model, at 64x64; Discord is the loopback of the tests. Some people at a time ask for pictures, take some of
them back, open recipes, and look at the queue and at their history; after a hundred requests somebody else takes their
place. At each look nobody is served and everything that can be given back has been.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from benchmarks.sketch_loop import parse_arguments, publish, table
from bot import words
from tests.bot.stage import PATIENCE, Stage
from tests.discord_server import ClientRefuses, Interaction, Message, Person

ROOT = Path(__file__).parents[1]
_TOGETHER = 12
#: Seconds after which somebody who waits is noted as wrong, on a machine that may have far too much else to do.
_LONGEST_WAIT = 600.0
_EACH = 100
_PAUSE = 0.5
#: Long enough for connections to close, and for a list of what is on the way to see that nothing is.
_REST_SECONDS = 6.0
#: An account from 2016: new ones are slowed down.
_OLD = 200_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Held:
    """What the bot holds: tasks, open handles and threads; its memory and the drawing process's in bytes."""

    tasks: int
    handles: int
    threads: int
    memory: int
    drawing: int


@dataclass
class Load:
    """What was done, what was wrong, and what was held at each look."""

    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    looks: list[Held] = field(default_factory=list)


class LoadedBot:
    """The bot's process as it is asked."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def running(cls, stage: Stage, *, drawing: float | None) -> AsyncIterator["LoadedBot"]:
        """Run it on ``stage``; a picture takes ``drawing`` seconds, or as long as the sketch model takes."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "benchmarks.loaded_bot", stage.server.address, str(stage.folder)),
            *(() if drawing is None else (str(drawing),)),
            cwd=ROOT,
            env=os.environ | {"DISCORD_TOKEN": stage.server.token, "HOME_GUILD": str(stage.guild.id)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=(stage.folder / "bot.log").open("ab"),
        )
        try:
            await stage.server.synced(within=PATIENCE)
            await stage.server.bot_ready(within=PATIENCE)
            yield cls(process)
        finally:
            process.stdin.close()  # type: ignore[union-attr] - it has one, being a pipe
            await process.wait()

    async def held(self) -> Held:
        """What it holds after a moment's rest."""
        await asyncio.sleep(_REST_SECONDS)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"?\n")
        return Held(**json.loads(await self._process.stdout.readline()))


Until = Callable[[Load], bool]


async def load(folder: Path, looks: list[Until], *, drawing: float | None = None, seed: int = 0) -> Load:
    """Keep the bot busy until each of ``looks`` says so, in order, and look at what it holds then."""
    found, chance = Load(), random.Random(seed)
    async with Stage.set_up(folder) as stage:
        stage.server.acknowledge_within = 60.0
        async with LoadedBot.running(stage, drawing=drawing) as bot:
            for until in looks:
                await asyncio.gather(*(_visitors(stage, found, until, chance) for _ in range(_TOGETHER)))
                found.looks.append(await bot.held())
    return found


async def _visitors(stage: Stage, found: Load, until: Until, chance: random.Random) -> None:
    """One person after the other, each with a hundred requests."""
    while not until(found):
        person = Person(stage.server, "somebody")
        person.id = _OLD + len(stage.server.people)
        stage.server.people[person.id] = person
        stage.guild.add_member(person)
        for _ in range(_EACH):
            if until(found):
                return
            try:
                await chance.choices((_draws, _takes_back, _looks_around), (8, 1, 1))[0](stage, person, found, chance)
            except AssertionError as fault:
                found.wrong.append(str(fault))
            await asyncio.sleep(chance.uniform(0, _PAUSE))


async def _asks(stage: Stage, person: Person, chance: random.Random) -> Interaction:
    options = {"prompt": "a red cat", "size": "64x64", "steps": 2, "seed": chance.randrange(2**32)}
    return await person.uses("/imagine", channel=stage.channel, options=options)


async def _draws(stage: Stage, person: Person, found: Load, chance: random.Random) -> None:
    """Ask for a picture, and for its recipe now and then."""
    interaction = await _asks(stage, person, chance)
    message = await interaction.message_when(_is_the_last, within=_LONGEST_WAIT)
    if words.DATABASE_BUSY in message.text:  # on a machine with too much to do; it is said, and nothing is kept
        found.done["refused, the database being busy"] += 1
    elif "Recipe" not in message.labels:
        found.wrong.append(f"No picture came: {message.text!r}")
    else:
        found.done["pictures"] += 1
        if chance.random() < 0.2:
            await _answered(stage, found, "recipes", person.clicks(message, "Recipe"))
    stage.server.forget(interaction)


async def _takes_back(stage: Stage, person: Person, found: Load, chance: random.Random) -> None:
    """Ask for a picture and take it back, unless it was faster."""
    interaction = await _asks(stage, person, chance)
    message = await interaction.message_when(lambda shown: not shown.loading, within=_LONGEST_WAIT)
    with suppress(ClientRefuses):
        await person.clicks(message, "Cancel")
    await interaction.message_when(_is_the_last, within=_LONGEST_WAIT)
    found.done["taken back, or too late"] += 1
    stage.server.forget(interaction)


async def _looks_around(stage: Stage, person: Person, found: Load, chance: random.Random) -> None:
    command = chance.choice(("/queue", "/history", "/quota"))
    await _answered(stage, found, "looks around", person.uses(command, channel=stage.channel))


async def _answered(stage: Stage, found: Load, what: str, doing: Awaitable[Interaction]) -> None:
    interaction = await doing
    await interaction.message_when(within=_LONGEST_WAIT)
    found.done[what] += 1
    stage.server.forget(interaction)


def _is_the_last(message: Message) -> bool:
    return not message.loading and "Cancel" not in message.labels


def kinds(wrong: Sequence[str]) -> dict[str, int]:
    """What was wrong, by its first words."""
    return dict(Counter(sentence.partition("<")[0].partition(":")[0].strip() for sentence in wrong))


def growth(before: Held, after: Held) -> dict[str, float]:
    """By what share each of what is held has grown."""
    return {each.name: getattr(after, each.name) / max(1, getattr(before, each.name)) - 1 for each in fields(Held)}


def at(begun: float, minutes: float) -> Until:
    """So many minutes after ``begun``, of the monotonic clock."""
    return lambda _: time.monotonic() >= begun + 60 * minutes


def main() -> None:
    parser = argparse.ArgumentParser(description="An hour of load, and what it leaves behind.")
    parser.add_argument("--minutes", type=float, default=60, help="how long (60)")
    arguments = parse_arguments(parser)
    begun, minutes = time.monotonic(), arguments.minutes
    with tempfile.TemporaryDirectory() as folder:
        looks = [at(begun, minutes * share) for share in (1 / 6, 1 / 2, 1)]
        found = asyncio.run(load(Path(folder), looks))
    grown = growth(found.looks[0], found.looks[-1])
    figures = {
        "minutes": minutes,
        "done": dict(found.done),
        "wrong": kinds(found.wrong),
        "held after a sixth, a half and all of the time": [asdict(look) for look in found.looks],
        "grown": {name: round(share, 4) for name, share in grown.items()},
    }
    rows = [(name, *(f"{getattr(look, name):,}" for look in found.looks), f"{grown[name]:+.1%}") for name in grown]
    head = ["", *(f"{minutes * share:.0f} min" for share in (1 / 6, 1 / 2, 1)), "grown"]
    done = table(["done", "how many"], [*found.done.items(), ("wrong", len(found.wrong))])
    publish("An hour of load", figures, [done, table(head, rows), *found.wrong[:20]], arguments.json)
    if found.wrong or max(grown.values()) > 0.05:
        sys.exit("Something was wrong, or grew.")


if __name__ == "__main__":
    main()
