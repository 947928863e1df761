"""The two ends of the bot's queue, each of which does only what it is told: the drawing process, and Discord.

What lies between them is the program's own: desk, queue, errands, review, storage with a real SQLite file. Whatever
Discord is shown is noted, and what it must never be shown is noted as wrong.
"""

import asyncio
import itertools
import sqlite3
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import discord

from bot.moderation.circumstances import Place
from bot.patience import Undeliverable
from bot.presenting import Card
from generation.drawing import Finished, Job, Picture, Progress, Waiting
from generation.errors import Cancelled, DrawerDied, NinewordsError
from generation.gate import GateScores
from generation.job import Hand
from generation.messages import Draw
from generation.spec import PromptSpec, picture
from storage.records import Job as Record
from storage.records import JobState
from tests.faults import drawer

GUILD, CHANNEL = 8, 9
CLEAN = GateScores(drawing=1.0, hentai=0.0, neutral=0.0, porn=0.0, sexy=0.0)
SUGGESTIVE = GateScores(drawing=0.05, hentai=0.0, neutral=0.0, porn=0.0, sexy=0.95)


class Process:
    """A drawing process with jobs in it that go on only when somebody says so."""

    def __init__(self) -> None:
        self.hands: dict[int, Job] = {}

    def submit(self, spec: PromptSpec, *, owner: int, key: str, image: bytes | None = None) -> Job:
        """Take a job."""
        assert int(key) not in self.hands, "a job is drawn by one errand at a time"
        order = Draw(key=key, owner=str(owner), spec=spec, body=image or b"")
        hand = self.hands[int(key)] = Job(
            order, owner=owner, look=lambda _: None, cancel=self._cancel, reprioritise=lambda *_: None
        )
        hand.slot.put(Waiting(1))
        return hand

    def begin(self, job_id: int) -> None:
        """Take the first step."""
        self.hands[job_id].slot.put(Progress(step=1, steps=2))

    def finish(self, job_id: int, scores: GateScores | None) -> None:
        """Finish a job's pictures, of which the picture check says ``scores``."""
        hand = self.hands.pop(job_id)
        specs = [picture(hand.spec, index) for index in range(hand.spec.count)]
        hand.slot.put(Finished(tuple(Picture(png=drawer.file(each), spec=each, scores=scores) for each in specs)))

    def fail(self, job_id: int, error: NinewordsError) -> None:
        """End a job by ``error``."""
        self.hands.pop(job_id).slot.put(error)

    def die(self) -> None:
        """Begin anew with every job."""
        for hand in self.hands.values():
            hand.slot.put(Waiting(1))

    def give_up(self) -> None:
        """Not be there any more; whoever asks again is served again."""
        for job_id in list(self.hands):
            self.fail(job_id, DrawerDied("The drawing process does not start."))

    def _cancel(self, hand: Hand) -> None:
        if self.hands.get(int(hand.key)) is hand:
            del self.hands[int(hand.key)]
        hand.slot.put(Cancelled("This picture was taken back."))


class Discord:
    """What people were told and shown. It outlives the bot."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self.told: set[int] = set()
        self.suspect: set[int] = set()
        self.posted: Counter[int] = Counter()
        self.messages: dict[int, int] = {}
        self.wrong: list[str] = []
        self._ids = itertools.count(10**6)
        self.waiting: dict[int, asyncio.Future[bool]] = {}

    # What a history does.

    def takes(self, job_id: int, *, answers: bool = True) -> None:
        """Show the pictures that wait to be shown; where it ``answers``, say so."""
        self._post(job_id)
        if answers:
            self.waiting.pop(job_id).set_result(True)

    def refuses(self, job_id: int) -> None:
        """Take the pictures neither now nor ever."""
        self.waiting.pop(job_id).set_result(False)

    # What the bot calls.

    def message_of(self, job: Record) -> "Message":
        """The way to a job's message."""
        return Message(job, self)

    async def show(self, job: Record) -> int:
        """Bring a job's pictures to its message, once it is said what comes of it."""
        if job.id in self.posted and job.state is JobState.DRAWN:
            return self.messages[job.id]  # an earlier run's: the channel is looked through first
        self.waiting[job.id] = asyncio.get_running_loop().create_future()
        if not await self.waiting[job.id]:
            raise Undeliverable(_refusal())
        return self.messages[job.id]

    async def of(self, job: Record) -> Place:
        """Where a job's pictures go."""
        return Place(server_id=GUILD, channel_id=CHANNEL)

    def _post(self, job_id: int) -> None:
        self.posted[job_id] += 1
        self.messages[job_id] = next(self._ids)
        with sqlite3.connect(self._database) as database:
            (state,) = database.execute("SELECT state FROM jobs WHERE interaction_id = ?", (job_id,)).fetchone()
            cases = "SELECT state FROM cases WHERE kind = 'held' AND job_id = ?"
            decided = [case for (case,) in database.execute(cases, (job_id,))]
        database.close()
        if state != JobState.DELIVERING:
            self.wrong.append(f"Job {job_id} was shown while it was {state}.")
        if set(decided) - {"approved"} or (job_id in self.suspect and not decided):
            self.wrong.append(f"Job {job_id} was shown although nobody let it through: {decided}.")


class Board:
    """The bot's own messages in channels, of which nobody takes notice."""

    def __init__(self) -> None:
        self._ids = itertools.count(10**9)

    async def post(self, *_: object, **__: object) -> int:
        """Post a moderators' card."""
        return next(self._ids)

    async def change(self, *_: object, **__: object) -> None:
        """Change it."""

    async def show(self, *_: object, **__: object) -> None:
        """Let a message that is not waited by any more say so."""


class Message:
    """A job's message."""

    def __init__(self, job: Record, there: Discord) -> None:
        self._job, self._there = job, there

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    def show(self, card: Card) -> None:
        """Show how far a picture is."""
        if self._job.id not in self._there.told:
            self._there.wrong.append(f"Job {self._job.id} goes on although nobody was told.")

    async def reaches(self, card: Card) -> bool:
        """Whether the person was told that their picture comes."""
        return self._job.id in self._there.told

    async def try_once(self, card: Card) -> None:
        """Say something last."""

    async def complete(self, card: Card, *, elsewhere: str | None, ending: str = "", **_: object) -> int:
        """Show pictures, or say why there are none."""
        return await self._there.show(self._job) if card.uploads else self._job.id


class Response:
    """The way to acknowledge an interaction, of which one of three things comes."""

    def __init__(self, job_id: int, there: Discord, outcome: str) -> None:
        self._job_id, self._there, self._outcome = job_id, there, outcome
        self._done = False

    async def defer(self, **_: object) -> None:
        """Acknowledge it: ``heard``, ``late``, or with no answer, ``unanswered`` or ``unheard``."""
        if self._outcome == "late":
            raise discord.NotFound(_answer(404), {"code": 10062, "message": "Unknown interaction"})
        if self._outcome != "unheard":
            self._there.told.add(self._job_id)
        if self._outcome != "heard":
            raise ConnectionResetError
        self._done = True

    def is_done(self) -> bool:
        """Whether it is known that it was acknowledged."""
        return self._done


class Everything:
    """A server in which everything is allowed."""

    async def negatives(self, *_: object) -> tuple[str, ...]:
        return ()

    async def admit(self, *_: object, **__: object) -> None:
        return None


def interaction(job_id: int, owner: int, response: Response) -> Any:
    """What the desk needs of an interaction."""
    user = SimpleNamespace(id=owner, created_at=discord.utils.snowflake_time(1 << 40))
    return SimpleNamespace(
        id=job_id,
        user=user,
        response=response,
        application_id=7,
        token="token",
        guild_id=GUILD,
        channel_id=CHANNEL,
        filesize_limit=10 * 2**20,
        permissions=discord.Permissions.none(),
        app_permissions=discord.Permissions.all(),
        guild=None,
        channel=None,
    )


def _answer(status: int) -> Any:
    return SimpleNamespace(status=status, reason="no")


def _refusal() -> discord.HTTPException:
    return discord.Forbidden(_answer(403), {"code": 50013, "message": "Missing Permissions"})
