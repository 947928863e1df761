"""Ends the bot over and over, at random moments and at named points, and looks at what became of every request."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

from tests.bot.stage import Stage
from tests.discord_server import Answer, Interaction, Message, Person
from tests.faults.nursery import Nursery, Point

#: An account from 2016: new ones are slowed down.
_OLD = 200_000_000_000_000_000
_PEOPLE = 40
_FREE = 4
_ROUND = 50
_LONGEST_LIFE = 0.5
_POINT_PATIENCE = 20.0
_DELIVERY_PATIENCE = 300.0

POINTS = tuple(
    Point(module, owner, method, before, turn)
    for module, owner, method, turns in (
        ("storage.jobs", "Jobs", "accept", (1, 2)),
        ("discord.interactions", "InteractionResponse", "defer", (1, 2)),
        ("storage.jobs", "Jobs", "move", (1, 2, 3, 4)),
        ("storage.pictures", "Pictures", "keep", (1,)),
        ("discord.webhook.async_", "Webhook", "edit_message", (1, 3)),
        ("storage.jobs", "Jobs", "recover", (1,)),
        ("bot.delivery", "JobMessage", "_send", (1,)),
    )
    for before in (True, False)
    for turn in turns
)


@dataclass
class Kills:
    """What was done, and what came of it."""

    kills: int = 0
    asked: int = 0
    acknowledged: int = 0
    expired: int = 0
    lost: list[int] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    points: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Self) -> Self:
        return type(self)(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})


def crowd(stage: Stage, people: int) -> list[Person]:
    """Members whose accounts are old enough for nobody to slow them down."""
    members = []
    for number in range(people):
        person = Person(stage.server, f"member {number}")
        person.id = _OLD + number
        stage.server.people[person.id] = person
        members.append(stage.guild.add_member(person))
    return members


def pictures_of(interaction: Interaction) -> list[Message]:
    """The messages that show the pictures of a request: its own, or in the channel."""
    sent = (each for each in interaction.channel.messages.values() if each.nonce == str(interaction.id))
    return [each for each in (*interaction.messages, *sent) if "Recipe" in each.labels]


async def kill(folder: Path, kills: int, *, note: Callable[[Kills], None], seed: int = 0) -> Kills:
    """End bots ``kills`` times: two bots side by side, 50 times each, and then two others.

    ``note`` is told of all so far whenever two have been looked at.
    """
    account, rounds = Kills(), -(-kills // (2 * _ROUND))
    for number in range(rounds):
        async with AsyncExitStack() as stack:
            sides = []
            for side in range(2):
                place = folder / f"{number}-{side}"
                place.mkdir(parents=True)
                stage = await stack.enter_async_context(Stage.set_up(place))
                sides.append(_kill(stage, kills // rounds // 2, seed + 2 * number + side))
            account = sum(await asyncio.gather(*sides), account)
            note(account)
    return account


async def _kill(stage: Stage, kills: int, seed: int) -> Kills:
    """End a bot ``kills`` times, each second time at a named point; then let one live, until all is delivered."""
    account, chance = Kills(), random.Random(seed)
    points = chance.sample(POINTS, len(POINTS))
    asked: list[Interaction] = []
    stage.server.nonce_lifetime = 0.0
    async with Nursery.open(stage) as nursery:
        people = crowd(stage, _PEOPLE)
        for number in range(kills):
            point = points[number // 2 % len(points)] if number % 2 else None
            pid = await nursery.born(point)
            asked += await requests(stage, people, chance)
            if point is None:
                await asyncio.sleep(chance.uniform(0, _LONGEST_LIFE))
            else:
                await _ask_on(stage, people, chance, asked, until=nursery.end_of(pid))
                account.points[str(point)] += nursery.end_of(pid).done()
            await nursery.killed(pid)
            account.kills += 1
            account.expired += _expire(asked, chance)
        await nursery.born()
        acknowledged = [each for each in asked if each.answer is Answer.DEFER]
        account.asked, account.acknowledged = len(asked), len(acknowledged)
        await all_delivered(acknowledged)
        await asyncio.sleep(1)  # for what may come a second time
        account.lost = [each.id for each in acknowledged if not pictures_of(each)]
        account.doubled = [each.id for each in acknowledged if len(pictures_of(each)) > 1]
    return account


async def _ask_on(
    stage: Stage,
    people: list[Person],
    chance: random.Random,
    asked: list[Interaction],
    *,
    until: asyncio.Future[int],
) -> None:
    """Go on asking, and let a token die now and then, until a life ends at its point; it may never come there."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_POINT_PATIENCE):
            while not until.done():
                await asyncio.wait({until}, timeout=0.2)
                _expire(asked, chance)
                asked += await requests(stage, people, chance, most=1)


async def requests(
    stage: Stage, people: list[Person], chance: random.Random, *, most: int = _FREE
) -> list[Interaction]:
    """Some requests, in quick succession, by some of the people."""
    made = []
    for person in chance.sample(people, chance.randint(min(2, most), most)):
        made.append(await person.uses("/imagine", channel=stage.channel, prompt="a cat", size="64x64", steps=2))
        await asyncio.sleep(chance.uniform(0, 0.05))
    return made


def _expire(asked: list[Interaction], chance: random.Random) -> int:
    """Let the tokens of some acknowledged requests die that have no picture yet."""
    waiting = [each for each in asked[-20:] if each.answer and not each.expired and not pictures_of(each)]
    dying = [each for each in waiting if chance.random() < 0.2]
    for each in dying:
        each.expired = True
    return len(dying)


async def all_delivered(acknowledged: list[Interaction]) -> None:
    """Wait until every request has its pictures; what never gets them is counted by whoever called."""
    waiting = acknowledged
    with suppress(TimeoutError):
        async with asyncio.timeout(_DELIVERY_PATIENCE):
            while waiting := [each for each in waiting if not pictures_of(each)]:  # noqa: ASYNC110  (no event for all)
                await asyncio.sleep(0.05)
