"""Whatever happens in whatever order, the record is never clobbered, and nobody gets what they must not, or twice.

Hypothesis makes histories of requests, drawing, delivery, review, cancels, a busy database and crashes, and looks after
every step at all that must hold. Between two steps everything comes to rest.
"""

import asyncio
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot import desk as desks
from bot import errand, insisting
from bot.desk import Desk
from bot.errors import Refused
from bot.gallery import Gallery
from bot.holding import Holding
from bot.moderation.rulebook import Rulebook
from bot.pace import Pace
from bot.policy import Policy
from bot.queue import Queue
from bot.quota import DAY, Quota
from bot.reports import Reports
from bot.review import Review
from bot.review_buttons import Act
from bot.scrutiny import Scrutiny
from generation.errors import DrawingFailed
from generation.profiles import load_profiles
from generation.spec import resolve
from storage import sqlite
from storage.database import Database
from storage.errors import StorageError
from storage.moderation.records import CaseState
from storage.records import ENDS, NEXT, JobState
from tests.faults.figures import Figures
from tests.faults.world import CLEAN, GUILD, SUGGESTIVE, Board, Discord, Everything, Process, Response, interaction

PROFILES = load_profiles()
OWNERS = (101, 102, 103)
POLICY = Policy(waiting_each=3, waiting_all=6, pictures_a_day=7)
#: What a start does, which no other move may do.
_ORPHANS = {(JobState.DRAWING, JobState.QUEUED), (JobState.DELIVERING, JobState.DRAWN)}
_LIVE = frozenset(set(NEXT) - ENDS - {JobState.HELD})
_TRAIL = """
CREATE TABLE trail (job INTEGER, was TEXT, is_now TEXT);
CREATE TRIGGER keep_trail AFTER UPDATE OF state ON jobs
BEGIN INSERT INTO trail VALUES (new.interaction_id, old.state, new.state); END;
"""


class Busy:
    """What goes on beside the loop: transactions, and work in threads."""

    def __init__(self) -> None:
        self.count = 0


class CountedDatabase(Database):
    """The database, with a count of its transactions that are under way."""

    busy = Busy()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        self.busy.count += 1
        try:
            async with super().reading() as session:
                yield session
        finally:
            self.busy.count -= 1

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        self.busy.count += 1
        try:
            async with super().writing() as session:
                yield session
        finally:
            self.busy.count -= 1


class CountedThreads(ThreadPoolExecutor):
    """Threads, with a count of the work in them."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        CountedDatabase.busy.count += 1
        submitted = super().submit(fn, *args, **kwargs)
        submitted.add_done_callback(lambda _: self._done())
        return submitted

    def _done(self) -> None:
        CountedDatabase.busy.count -= 1


class Bot:
    """The parts between the two ends, for one life."""

    def __init__(self, database: Database, discord: Discord) -> None:
        self.database, self.process = database, Process()
        stands_in: Any = discord
        self.stands_in: dict[str, Any] = {"process": self.process, "delivery": discord, "board": Board()}
        rulebook = Rulebook(configurations=database.configurations, entries=database.entries)
        gallery = Gallery(pictures=database.pictures, remarks=_no_remarks)
        cases, jobs, pictures = database.cases, database.jobs, database.pictures
        board = self.stands_in["board"]
        holding = Holding(cases=cases, jobs=jobs, rulebook=rulebook, gallery=gallery, board=board)
        reports = Reports(cases=cases, jobs=jobs, rulebook=rulebook, gallery=gallery, holding=holding, board=board)
        self.queue = Queue(
            jobs=jobs,
            pictures=pictures,
            process=self.stands_in["process"],
            delivery=stands_in,
            gallery=gallery,
            permit=_permitted,
            pace=Pace(),
            scrutiny=Scrutiny(
                whereabouts=stands_in,
                rulebook=rulebook,
                pictures=pictures,
                cases=cases,
                rejections=database.rejections,
                look=_not_looked_at,
            ),
            holding=holding,
            given=database.given,
        )
        self.review = Review(
            cases=cases,
            jobs=jobs,
            rulebook=rulebook,
            holding=holding,
            delivery=stands_in,
            queue=self.queue,
            reports=reports,
        )
        everything: Any = Everything()
        self.desk = Desk(
            profile=PROFILES["sketch"],
            preferences=database.preferences,
            presets=database.presets,
            permit=_permitted,
            policy=POLICY,
            oversight=everything,
            queue=self.queue,
            spending=database.spending,
        )


#: What came of all histories, for the figures.
SEEN: Counter[str] = Counter()


class Histories(RuleBasedStateMachine):
    """A bot, and everything that can happen to it; ``template`` is a folder with a database as it is at first."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(self.template, self.folder, dirs_exist_ok=True)
        self.runner = asyncio.Runner()
        self.file = self.folder / "ninewords.db"
        self.discord = Discord(self.file)
        self.cancelled: set[int] = set()
        self.ids = iter(range(1 << 40, 1 << 41))
        self.runner.get_loop().set_default_executor(CountedThreads(4))
        self.life = AsyncExitStack()
        self.bot = self.run(self._begin())

    def run(self, work: Awaitable[Any]) -> Any:
        """Do ``work``, and let everything come to rest."""

        async def all_of_it() -> Any:
            try:
                return await work
            finally:
                await _rest()

        return self.runner.run(all_of_it())

    async def _begin(self) -> Bot:
        opened = CountedDatabase.open(f"sqlite:///{self.file}", pictures=self.folder / "pictures")
        bot = Bot(await self.life.enter_async_context(opened), self.discord)
        await bot.queue.recover()
        await bot.review.recover()
        return bot

    def teardown(self) -> None:
        record = sqlite3.connect(self.file)
        SEEN.update(now for (now,) in record.execute("SELECT is_now FROM trail"))
        record.close()
        self.runner.run(self._crash())
        self.runner.close()
        shutil.rmtree(self.folder)

    async def _crash(self) -> None:
        """End at once, as a process does: nothing that is under way is finished, and nobody is told."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.discord.waiting.clear()
        await self.life.aclose()

    @initialize(owners=st.lists(st.sampled_from(OWNERS), min_size=2, max_size=4))
    def begin_with_some(self, owners: list[int]) -> None:
        """Some ask before anything else happens."""
        self.run(_together([self._take(next(self.ids), owner, 1, "heard") for owner in owners]))

    @rule(
        owner=st.sampled_from(OWNERS),
        count=st.sampled_from((1, 1, 2)),
        outcome=st.sampled_from(("heard", "heard", "heard", "late", "unanswered", "unheard")),
        times=st.sampled_from((1, 1, 2)),
    )
    def ask(self, owner: int, count: int, outcome: str, times: int) -> None:
        """Somebody asks, once or twice at the same moment; Discord may not hear that they are answered."""
        asked = [
            self._take(next(self.ids), owner, count, outcome if number == 0 else "heard") for number in range(times)
        ]
        self.run(asyncio.wait_for(_together(asked), 60))

    async def _take(self, job_id: int, owner: int, count: int, outcome: str, *, again: bool = False) -> None:
        asked = {"prompt": "a cat", "model": "sketch", "count": count, "seed": 1, "size": "64x64"}
        spec = resolve(asked, profiles=PROFILES)
        try:
            await self.bot.desk.take(interaction(job_id, owner, Response(job_id, self.discord, outcome)), spec)
        except (Refused, StorageError):
            assert again or job_id not in self.discord.told, "who is refused was not told that a picture comes"

    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        """Discord tells a second time of an interaction."""
        if known := sorted(self.discord.told):
            self.run(self._take(data.draw(st.sampled_from(known)), OWNERS[0], 1, "heard", again=True))

    @precondition(lambda self: self.bot.process.hands)
    @rule(data=st.data(), busy=st.booleans())
    def draw(self, data: st.DataObject, busy: bool) -> None:
        """A picture's first step is taken."""
        job_id = data.draw(st.sampled_from(sorted(self.bot.process.hands)))
        self._while_busy(lambda: self.bot.process.begin(job_id), busy)

    @precondition(lambda self: self.bot.process.hands)
    @rule(data=st.data(), scores=st.sampled_from((CLEAN, CLEAN, SUGGESTIVE, None)), busy=st.booleans())
    def finish(self, data: st.DataObject, scores: Any, busy: bool) -> None:
        """A job's pictures are finished, and clean, or to be held, or could not be checked."""
        job_id = data.draw(st.sampled_from(sorted(self.bot.process.hands)))
        if scores is not CLEAN:
            self.discord.suspect.add(job_id)
        self._while_busy(lambda: self.bot.process.finish(job_id, scores), busy)

    @precondition(lambda self: self.bot.process.hands)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        """A picture cannot be drawn."""
        job_id = data.draw(st.sampled_from(sorted(self.bot.process.hands)))
        self._while_busy(lambda: self.bot.process.fail(job_id, DrawingFailed("There is not enough memory.")), False)

    @precondition(lambda self: self.bot.process.hands)
    @rule(for_good=st.booleans())
    def lose_the_drawing_process(self, for_good: bool) -> None:
        """It dies, and another one begins anew; or none comes up for a while."""
        self._while_busy(self.bot.process.give_up if for_good else self.bot.process.die, False)

    @precondition(lambda self: self.discord.waiting)
    @rule(data=st.data(), takes=st.sampled_from((True, True, True, False)), busy=st.booleans())
    def deliver(self, data: st.DataObject, takes: bool, busy: bool) -> None:
        """Discord takes a job's pictures, or never will."""
        job_id = data.draw(st.sampled_from(sorted(self.discord.waiting)))
        self._while_busy(lambda: (self.discord.takes if takes else self.discord.refuses)(job_id), busy)

    @rule(data=st.data(), busy=st.booleans())
    def cancel(self, data: st.DataObject, busy: bool) -> None:
        """Somebody takes a job back, in whatever state it is."""
        if known := sorted(self.discord.told):
            job_id = data.draw(st.sampled_from(known))

            async def take_back() -> None:
                try:
                    if await self.bot.queue.cancel(job_id):
                        self.cancelled.add(job_id)
                except StorageError:
                    assert busy, "the database is there"

            self.run(self._locked(take_back()) if busy else take_back())

    @rule(data=st.data(), acts=st.lists(st.sampled_from(Act), min_size=1, max_size=3))
    def decide(self, data: st.DataObject, acts: list[Act]) -> None:
        """Moderators decide on a case, several of them at the same moment."""
        cases = self.run(self.bot.database.cases.newest(GUILD, [CaseState.OPEN]))
        if cases:
            case = data.draw(st.sampled_from(cases))
            won = self.run(_together([self.bot.review.decide(case, act, by=9) for act in acts]))
            assert sum(won) == 1, "one decision wins"

    @rule()
    def nobody_decides(self) -> None:
        """A day goes by."""
        self.run(self.bot.review.expire(datetime.now(UTC) + DAY))

    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        """The bot is killed, perhaps when Discord had taken a picture and had not said so; another one starts."""
        if self.discord.waiting and data.draw(st.booleans()):
            self.discord.takes(data.draw(st.sampled_from(sorted(self.discord.waiting))), answers=False)
        self.runner.run(self._crash())
        self.life = AsyncExitStack()
        self.bot = self.run(self._begin())

    def _while_busy(self, act: Callable[[], None], busy: bool) -> None:
        async def acting() -> None:
            act()

        self.run(self._locked(acting()) if busy else acting())

    async def _locked(self, work: Awaitable[None]) -> None:
        """Do ``work`` while another program has the database, which lets go of it a moment later."""
        database = sqlite3.connect(self.file, isolation_level=None)
        database.execute("BEGIN IMMEDIATE")
        try:
            await work
            await asyncio.sleep(0.01)
        finally:
            database.close()

    @invariant()
    def all_that_must_hold(self) -> None:
        record = sqlite3.connect(self.file)
        states = {job: JobState(state) for job, state in record.execute("SELECT interaction_id, state FROM jobs")}
        trail = [(JobState(was), JobState(now)) for was, now in record.execute("SELECT was, is_now FROM trail")]
        held = "SELECT job_id FROM cases WHERE kind = 'held' AND state = 'open'"
        open_cases = {job for (job,) in record.execute(held)}
        record.close()
        _no_state_was_clobbered(trail)
        self._nothing_was_shown_that_must_not_be(states)
        self._nobody_is_forgotten(states)
        assert {job for job, state in states.items() if state is JobState.HELD} <= open_cases
        assert {states[job] for job in open_cases} <= {JobState.HELD, JobState.CANCELLED}, "or taken back meanwhile"

    def _nothing_was_shown_that_must_not_be(self, states: Mapping[int, JobState]) -> None:
        assert self.discord.wrong == []
        assert all(count == 1 for count in self.discord.posted.values()), "one delivery a job"
        shown = {states[job] for job in self.discord.posted}
        assert shown <= {JobState.DONE, JobState.DELIVERING, JobState.DRAWN}
        assert {job for job, state in states.items() if state is JobState.DONE} <= set(self.discord.posted)
        assert {states[job] for job in self.cancelled} <= {JobState.CANCELLED}

    def _nobody_is_forgotten(self, states: Mapping[int, JobState]) -> None:
        """What is not at its end is on its way, or waits for a moderator."""
        live = {job for job, state in states.items() if state in _LIVE}
        assert live == set(self.bot.queue._owners) == set(self.bot.queue._tasks)
        assert len(live) <= POLICY.waiting_all

    @invariant()
    def quotas_hold(self) -> None:
        now = datetime.now(UTC)
        for owner, spent in self.run(self._spent(now)).items():
            quota = Quota(limit=POLICY.pictures_a_day, spent=spent, now=now)
            assert quota.used <= (POLICY.pictures_a_day or 0), f"{owner} has {quota.used} pictures"

    async def _spent(self, now: datetime) -> Mapping[int, Sequence[Any]]:
        return {owner: await self.bot.database.spending.of(owner, since=now - DAY) for owner in OWNERS}


def _no_state_was_clobbered(trail: Sequence[tuple[JobState, JobState]]) -> None:
    for was, now in trail:
        assert now in NEXT[was] or (was, now) in _ORPHANS, f"{was} became {now}"


async def _make_database(file: Path) -> None:
    """A database of today's shape, in which a trail is kept of every move, and a server whose moderators review."""
    async with Database.open(f"sqlite:///{file}", pictures=file.parent / "pictures") as database:
        await database.configurations.change(GUILD, {"moderators_channel": 77}, by=1)
    with sqlite3.connect(file) as trail:
        trail.executescript(_TRAIL)
    trail.close()


async def _rest() -> None:
    """Wait until nothing goes on beside the loop any more, and everybody in it waits for somebody outside."""
    quiet = 0
    while quiet < 4:
        await asyncio.sleep(0.0005)
        quiet = 0 if CountedDatabase.busy.count else quiet + 1


async def _together(work: Sequence[Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*work)


async def _permitted(*_: object) -> None:
    return None


async def _no_remarks(*_: object) -> list[str]:
    return []


async def _not_looked_at(_: bytes) -> Any:
    raise AssertionError("no preview is made here")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_whatever_happens_in_whatever_order(tmp_path: Path, full: bool, figures: Figures) -> None:
    Histories.template = tmp_path
    asyncio.run(_make_database(tmp_path / "ninewords.db"))
    histories, steps = (500, 50) if full else (16, 25)
    unhurried = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        derandomize=not full,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    with (
        patch.object(sqlite, "BUSY_MILLISECONDS", 1),
        patch.object(insisting, "_FIRST_PAUSE", 0.001),
        patch.object(errand, "_FIRST_PAUSE", 0.0),
        patch.object(desks, "_PAUSES", (0.0, 0.0)),
    ):
        run_state_machine_as_test(Histories, settings=unhurried)
    figures.note("stateful model test", histories=histories, steps_each=steps, moves=SEEN.total(), wrong=0)
    assert {JobState.DONE, JobState.HELD, JobState.FAILED, JobState.CANCELLED} <= set(SEEN), "something happened"
