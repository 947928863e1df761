"""Ends the bot over and over, at random moments and at named points, and looks at what became of every request."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.bot.stage import PATIENCE, Stage
from tests.discord_server import Answer, Interaction, Message, Person
from tests.faults.nursery import Nursery, Point

#: An account from 2016: new ones are slowed down.
_OLD = 200_000_000_000_000_000
_PEOPLE = 16
_FREE = 4
_POINT_PATIENCE = 20.0

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


def crowd(stage: Stage, people: int = _PEOPLE) -> list[Person]:
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


async def kill(folder: Path, kills: int, *, seed: int = 0, points: tuple[Point, ...] = POINTS) -> Kills:
    """End a bot ``kills`` times, each second time at one of ``points``; then let one live, until all is delivered."""
    account, chance = Kills(), random.Random(seed)
    points = tuple(chance.sample(points, len(points)))
    asked: list[Interaction] = []
    async with Stage.set_up(folder) as stage, Nursery.open(stage) as nursery:
        stage.server.nonce_lifetime = 0.0
        people = crowd(stage)
        for number in range(kills):
            point = points[number // 2 % len(points)] if number % 2 and points else None
            pid = await nursery.born(point)
            asked += await _requests(stage, people, chance)
            if point is None:
                await asyncio.sleep(chance.uniform(0, 0.6))
            else:
                done, _ = await asyncio.wait({nursery.end_of(pid)}, timeout=_POINT_PATIENCE)
                account.points[str(point)] += len(done)
            await nursery.killed(pid)
            account.kills += 1
            account.expired += _expire(asked, chance)
        await nursery.born()
        acknowledged = [each for each in asked if each.answer is Answer.DEFER]
        account.asked, account.acknowledged = len(asked), len(acknowledged)
        await _all_delivered(stage, acknowledged)
        await asyncio.sleep(1)  # for what may come a second time
        account.lost = [each.id for each in acknowledged if not pictures_of(each)]
        account.doubled = [each.id for each in acknowledged if len(pictures_of(each)) > 1]
    return account


async def _requests(stage: Stage, people: list[Person], chance: random.Random) -> list[Interaction]:
    """Some requests, in quick succession, by whoever has few pictures on the way."""
    made = []
    for person in chance.sample(people, chance.randint(2, _FREE)):
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


async def _all_delivered(stage: Stage, acknowledged: list[Interaction]) -> None:
    """Wait until every request has its pictures; what never gets them is counted by whoever called."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not all(map(pictures_of, acknowledged)):  # noqa: ASYNC110  (many messages, and no event for all)
                await asyncio.sleep(0.05)
    except TimeoutError:
        return
