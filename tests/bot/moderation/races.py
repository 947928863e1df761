"""Reviews by the thousand, with everything happening at once, through the program's own storage, errands and review.

Stand-ins are only where the outside world begins: for Discord's messages (:mod:`tests.bot.moderation.posting`) and for
the drawing process. Requests are drawn, judged, held and decided on by two moderators at once, while the day ends,
channels change their mark or are deleted, tokens die, people take back what they asked for, answers of Discord are
lost, messages arrive late, and the program is killed and begins anew.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import discord
from PIL import Image

from bot import job_message, layout, patience, review
from bot.breaker import Breaker
from bot.delivery import Delivery
from bot.gallery import Gallery
from bot.holding import Holding
from bot.insisting import insist
from bot.moderation.rulebook import Rulebook
from bot.pace import Pace
from bot.queue import Queue
from bot.reports import Reports
from bot.review import Review
from bot.review_buttons import Act
from bot.scrutiny import Scrutiny
from bot.whereabouts import Gateway
from generation import png
from generation.gate import GateScores
from generation.spec import PromptSpec, picture
from generation.updates import Finished, Picture, Progress, Waiting
from storage.database import Database
from storage.jobs import now
from storage.moderation.cases import Cases
from storage.moderation.records import Case, CaseKind, CaseState
from storage.records import ENDS, Job, JobState, Reply
from tests.bot.moderation.posting import Posting, Showing
from tests.bot.specs import spec

CLEAN = GateScores(drawing=1.0, hentai=0.0, neutral=0.0, porn=0.0, sexy=0.0)
KINDS = (CLEAN, replace(CLEAN, drawing=0.05, sexy=0.95), replace(CLEAN, drawing=0.1, hentai=0.9), None)
SERVERS: dict[int, dict[str, Any]] = {
    1: {"moderators_channel": -1001},
    2: {"moderators_channel": -1002, "review": "everything"},
    3: {"moderators_channel": -1003, "review": "everything", "age_restricted": True},
    4: {"moderators_channel": -1004, "age_restricted": True},
    5: {"moderators_channel": -1005, "review": "off"},
    6: {},
}
_DECISIONS = {"approved", "rejected", "expired"}
_ALL = 10**6
_DAY_AND_MORE = timedelta(hours=25)


@dataclass
class Account:
    """What was done, and what came of it; ``wrong`` names each job of which a promise was broken.

    ``cut_off`` counts jobs that were on their way when the program was killed.
    """

    runs: int = 0
    restarts: int = 0
    cut_off: int = 0
    lost_answers: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    posted: int = 0
    held_and_posted: int = 0
    wrong: list[str] = field(default_factory=list)
    broken_at: int | None = None


@dataclass(frozen=True)
class Run:
    """One request, and what the picture check says of its pictures."""

    job_id: int
    server_id: int
    private: bool
    scores: tuple[GateScores | None, ...]

    @property
    def token(self) -> str:
        return f"token {self.job_id}"


class Drawer:
    """Stands in for the drawing process: draws at once, what the picture check sees as it was told."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.runs: dict[str, Run] = {}
        self.drawn_at: dict[int, datetime] = {}

    def submit(self, spec: PromptSpec, *, owner: int, key: str, **_: Any) -> "Hand":
        """Take a job."""
        return Hand(spec, self.runs[key], self._chance, self.drawn_at)


@dataclass
class Hand:
    """A job that is being drawn."""

    spec: PromptSpec
    run: Run
    chance: random.Random
    drawn_at: dict[int, datetime]

    def cancel(self) -> None:
        """It is too late for that: everything is drawn at once."""

    async def updates(self, **_: Any) -> AsyncIterator[Any]:
        """Wait, draw, finish."""
        yield Waiting(1)
        await asyncio.sleep(self.chance.uniform(0, 0.004))
        yield Progress(step=1, steps=2)
        pictures = [picture(self.spec, index) for index in range(self.spec.count)]
        self.drawn_at[self.run.job_id] = now()
        yield Finished(
            tuple(
                Picture(png=_png(self.chance), spec=each, scores=scores)
                for each, scores in zip(pictures, self.run.scores, strict=True)
            )
        )


def _png(chance: random.Random) -> bytes:
    """A picture that looks like no other."""
    return png.embed(Image.frombytes("RGB", (32, 32), chance.randbytes(32 * 32 * 3)), "a race")


class Door:
    """A door of storage through which every transaction comes to its end, as it does whenever a process is killed.

    A transaction that a kill cuts off is rolled back, as if it had not begun; what matters is what was written and
    what the program had no time to hear of. A database that is busy is asked again.
    """

    def __init__(self, door: Any, open_ones: set[asyncio.Future[Any]]) -> None:
        self._door, self._open = door, open_ones

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._door, name)

        async def whole(*given: Any, **named: Any) -> Any:
            transaction = asyncio.ensure_future(insist(lambda: method(*given, **named)))
            self._open.add(transaction)
            transaction.add_done_callback(self._open.discard)
            return await asyncio.shield(transaction)

        return whole


class Program:
    """The program, from its start to its end, as far as pictures and their review go."""

    def __init__(self, database: Database, posting: Posting, drawer: Drawer, rulebook: Rulebook) -> None:
        rest: Any = posting
        breaker = Breaker()
        delivery = Delivery(rest, view=layout.view, breaker=breaker, edit_pause=0.0)
        self._open: set[asyncio.Future[Any]] = set()
        self.cases: Any = Door(database.cases, self._open)
        self.people: Any = Door(database.people, self._open)
        pictures: Any = Door(database.pictures, self._open)
        jobs: Any = Door(database.jobs, self._open)
        given: Any = Door(database.given, self._open)
        rejections: Any = Door(database.rejections, self._open)
        gallery = Gallery(pictures=pictures, remarks=_no_remarks)
        holding = Holding(cases=self.cases, jobs=jobs, rulebook=rulebook, gallery=gallery, board=delivery.board)
        scrutiny = Scrutiny(
            whereabouts=delivery.whereabouts(Gateway()),
            rulebook=rulebook,
            pictures=pictures,
            cases=self.cases,
            rejections=rejections,
            look=_never_asked,
        )
        process: Any = drawer
        self.queue = Queue(
            jobs=jobs,
            pictures=pictures,
            process=process,
            delivery=delivery,
            gallery=gallery,
            given=given,
            permit=_permitted,
            pace=Pace(),
            scrutiny=scrutiny,
            holding=holding,
        )
        reports = Reports(
            cases=self.cases, jobs=jobs, rulebook=rulebook, gallery=gallery, holding=holding, board=delivery.board
        )
        self.review = Review(
            cases=self.cases,
            jobs=jobs,
            rulebook=rulebook,
            holding=holding,
            delivery=delivery,
            queue=self.queue,
            reports=reports,
        )
        self._doing: set[asyncio.Task[Any]] = set()

    async def begin(self) -> None:
        """Take up what the last one left."""
        await self.queue.recover()
        self.soon(self.review.recover())

    def soon(self, work: Any) -> None:
        """Do something beside all else; a kill ends it."""
        task = asyncio.create_task(work)
        self._doing.add(task)

    async def kill(self) -> None:
        """End it in the midst of everything."""
        for task in self._doing:
            task.cancel()
        await asyncio.gather(*self._doing, return_exceptions=True)
        await self.review.close()
        await self.queue.drain(0)
        await asyncio.gather(*self._open, return_exceptions=True)

    async def at_rest(self) -> None:
        """Wait until nothing is on its way."""
        while self._doing or self.queue.on_the_way():
            if self._doing:
                done, self._doing = await asyncio.wait(self._doing)
                for task in done:
                    task.result()
            for each in self.queue.standing():
                await self.queue.at_rest(each.job.id)
            await self.review.settled()
            await asyncio.sleep(0)


async def race(
    folder: Path,
    runs: int,
    *,
    seed: int = 0,
    losses: float = 0.06,
    at_once: int = 50,
    to_the_first_fault: bool = False,
) -> Account:
    """Do ``runs`` requests, so many at once, and look at what became of each.

    ``losses`` is the part of Discord's answers that do not arrive. Where it is ``to_the_first_fault``, no more are
    begun once something is wrong.
    """
    account, chance = Account(), random.Random(seed)
    posting = Posting(chance, losses, moderators={-1000 - server for server in SERVERS})
    drawer = Drawer(chance)
    address = f"sqlite:///{folder / 'ninewords.db'}"
    with _hurried(posting):
        async with Database.open(address, pictures=folder / "pictures") as database:
            rulebook = Rulebook(configurations=database.configurations, entries=database.entries)
            for server, decided in SERVERS.items():
                if decided:
                    await rulebook.change(server, decided, by=1)
            for first in range(1, runs + 1, at_once):
                made = [_run(number, chance) for number in range(first, min(first + at_once, runs + 1))]
                await _group(made, account, database, posting, drawer, rulebook, chance)
                if to_the_first_fault and (account.wrong or (await database.log.verify()).broken_at is not None):
                    break
            account.wrong += await _decided_twice(database)
            account.broken_at = (await database.log.verify()).broken_at
    account.lost_answers = posting.lost
    return account


async def _group(
    made: list[Run],
    account: Account,
    database: Database,
    posting: Posting,
    drawer: Drawer,
    rulebook: Rulebook,
    chance: random.Random,
) -> None:
    """Some requests at once, one kill or two in the midst of them, a new start, and an end to all that is open then."""
    drawer.runs = {str(run.job_id): run for run in made}
    program = Program(database, posting, drawer, rulebook)
    await asyncio.gather(*(_request(run, program, posting, chance) for run in made))
    await asyncio.sleep(chance.choice((0.0, 0.1, 0.5, 1.5)))
    for _ in range(chance.randint(1, 2)):
        account.cut_off += len(program.queue.standing())
        await program.kill()
        account.restarts += 1
        program = Program(database, posting, drawer, rulebook)
        await program.begin()
        for run in made:
            program.soon(_disturb(run, program, posting, chance))
            program.soon(_moderate(run, program, chance))
        await asyncio.sleep(chance.choice((0.0, 0.1, 0.5, 1.5)))
    await program.at_rest()
    await program.review.expire(now() + _DAY_AND_MORE)
    await program.at_rest()
    await program.kill()
    await posting.arrived()
    for run in made:
        await _look_at(run, account, database, posting, drawer)


async def _request(run: Run, program: Program, posting: Posting, chance: random.Random) -> None:
    """Ask for pictures, with all that may happen meanwhile."""
    posting.marks[run.job_id] = chance.random() < 0.5
    posting.answer(run.token, run.job_id, private=run.private)
    reply = Reply(
        application_id=1,
        token=run.token,
        guild_id=run.server_id,
        channel_id=run.job_id,
        upload_limit=10**7,
        private=run.private,
    )
    asked = spec(width=64, height=64, count=len(run.scores))
    job = await program.queue.accept(run.job_id, owner=run.job_id, spec=asked, reply=reply)
    assert job is not None
    program.queue.begin(job)
    program.soon(_disturb(run, program, posting, chance))
    program.soon(_moderate(run, program, chance))


async def _disturb(run: Run, program: Program, posting: Posting, chance: random.Random) -> None:
    """Let something happen to a request while it is on its way."""
    await asyncio.sleep(chance.uniform(0, 0.5))
    match chance.randint(0, 9):
        case 0 | 1:
            posting.marks[run.job_id] = not posting.marks[run.job_id]
        case 2 | 3 | 4:
            posting.dead.add(run.token)
        case 5:
            posting.gone.add(run.job_id)
        case 6:
            await program.queue.cancel(run.job_id)
        case 7:
            await program.review.expire(now() + (_DAY_AND_MORE if chance.random() < 0.2 else timedelta()))
        case 8:
            if await program.queue.take_back(run.job_id, within=1.0):
                await program.people.erase(run.job_id)


async def _moderate(run: Run, program: Program, chance: random.Random) -> None:
    """Two moderators, who press whatever they find, now and then at the same moment; some never do."""
    if chance.random() < 0.2:
        return
    coming = True
    while not (case := await _held(run, program.cases)):
        if not coming:
            return
        await asyncio.sleep(0.05)
        coming = any(each.job.id == run.job_id for each in program.queue.standing())
    await asyncio.sleep(chance.uniform(0, 0.1))
    acts = chance.choices(list(Act), weights=(3, 1, 1), k=2)
    await asyncio.gather(*(program.review.decide(case, act, by=number) for number, act in enumerate(acts, 2)))


async def _held(run: Run, cases: Cases) -> Case | None:
    held = [each for each in await cases.of_job(run.job_id) if each.kind is CaseKind.HELD]
    return held[0] if held else None


async def _decided_twice(database: Database) -> list[str]:
    """The cases of which the log says that they were decided more than once."""
    decided: Counter[int | None] = Counter()
    for server in SERVERS:
        lines = await database.log.newest(server, limit=_ALL)
        decided.update(line.case_id for line in lines if line.decision in _DECISIONS)
    return [f"case {case_id}: decided {times} times" for case_id, times in decided.items() if times > 1]


async def _look_at(run: Run, account: Account, database: Database, posting: Posting, drawer: Drawer) -> None:
    """Count a request, and note whatever should not have come of it."""
    job, case = await database.jobs.find(run.job_id), await _held(run, database.cases)
    shown = [each for each in posting.shown if each.channel_id in (run.job_id, -run.job_id)]
    account.runs += 1
    account.ends["erased" if job is None else str(job.state)] += 1
    account.decisions["none" if case is None else str(case.state)] += 1
    messages = {each.message_id for each in shown}
    account.posted += len(messages)
    account.held_and_posted += bool(messages) and case is not None
    for wrong in _complaints(run, job, case, shown, drawer.drawn_at.get(run.job_id)):
        account.wrong.append(f"{run}: {wrong}; {job and job.state}, {case and case.state}")
    posting.shown = [each for each in posting.shown if each not in shown]


def _complaints(
    run: Run, job: Job | None, case: Case | None, shown: list[Showing], drawn_at: datetime | None
) -> Iterator[str]:
    if len({each.message_id for each in shown}) > 1:
        yield "posted twice"
    if job is not None and job.state not in ENDS:
        yield "left behind"
    if job is not None and job.state is JobState.DONE and not shown:
        yield "done and never posted"
    if case is not None and case.state is CaseState.OPEN:
        yield "never decided"
    for each in shown:
        if drawn_at is None or not _may_be_seen(run, case, each, drawn_at):
            yield f"seen although it must not be, {each.mark}"


def _may_be_seen(run: Run, case: Case | None, showing: Showing, drawn_at: datetime) -> bool:
    """The promise, in other words than the program's. A mark counts that was looked at for this very delivery."""
    server = SERVERS[run.server_id]
    since = drawn_at if case is None or case.decided_at is None else case.decided_at
    marked = showing.mark.restricted and showing.mark.at >= since
    adult_place = bool(server.get("age_restricted")) and marked and showing.channel_id > 0
    unknown = None in run.scores
    known = [each for each in run.scores if each is not None]
    harmless = not unknown and all(each.explicit < 0.5 and each.suggestive < 0.85 for each in known)
    if case is not None:
        approved = case.state is CaseState.APPROVED and case.decided_at is not None and case.decided_at <= showing.at
        return approved and (not case.explicit_allowed or adult_place or harmless)
    if server.get("review") == "everything":
        return False
    return harmless or (adult_place and not unknown)


def _run(number: int, chance: random.Random) -> Run:
    scores = tuple(chance.choices(KINDS, weights=(5, 4, 2, 1), k=chance.randint(1, 2)))
    return Run(number, chance.choice(list(SERVERS)), chance.random() < 0.15, scores)


@contextmanager
def _hurried(posting: Posting) -> Iterator[None]:
    """Let the program wait for Discord, and for its own end, as briefly as a stand-in deserves."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(discord.Webhook, "partial", posting.webhook))
        for module, name, value in (
            (patience, "FIRST_PAUSE", 0.002),
            (patience, "LONGEST_PAUSE", 0.02),
            (review, "_LAST_WORDS", 0.0),
            (job_message, "_LAST_EDIT_PATIENCE", 0.5),
        ):
            stack.enter_context(patch.object(module, name, value))
        yield


async def _no_remarks(*_: Any) -> list[str]:
    return []


async def _permitted(_: PromptSpec) -> None:
    return None


async def _never_asked(_: bytes) -> GateScores:
    raise AssertionError("there are no previews")
