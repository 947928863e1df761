"""Finished pictures are judged by what is kept of them, for the place as it is now; previews pass the same check."""

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Refused
from bot.moderation.circumstances import Place
from bot.moderation.policy import Decision, Rule
from bot.moderation.rulebook import Rulebook
from bot.scrutiny import Scrutiny
from bot.words import moderation as sentences
from generation.errors import GateFailed
from generation.gate import GateScores
from storage.database import Database
from storage.moderation.records import CaseState
from storage.records import Drawn, Job, JobState, Reply

SERVER, CHANNEL, PARENT, ANN, MO = 10, 20, 21, 1, 9
CLEAN = GateScores(drawing=1.0, hentai=0.0, neutral=0.0, porn=0.0, sexy=0.0)
SEXY = replace(CLEAN, drawing=0.1, sexy=0.9)
EXPLICIT = replace(CLEAN, drawing=0.1, hentai=0.9)


class Surroundings:
    """The place where pictures go, as a test sets it; and what the picture check says of a preview."""

    def __init__(self) -> None:
        self.place = Place(server_id=SERVER, channel_id=CHANNEL)
        self.preview: GateScores | None = CLEAN

    async def of(self, job: Job) -> Place:
        return self.place

    async def look(self, file: bytes) -> GateScores:
        if self.preview is None:
            raise GateFailed("out of order")
        return self.preview


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(f"sqlite:///{tmp_path / 'ninewords.db'}", pictures=tmp_path) as database:
        yield database


@pytest.fixture
def rulebook(database: Database) -> Rulebook:
    return Rulebook(configurations=database.configurations, entries=database.entries)


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


@pytest.fixture
def scrutiny(database: Database, rulebook: Rulebook, around: Surroundings) -> Scrutiny:
    whereabouts: Any = around
    return Scrutiny(
        whereabouts=whereabouts,
        rulebook=rulebook,
        pictures=database.pictures,
        cases=database.cases,
        rejections=database.rejections,
        look=around.look,
    )


async def drawn(
    database: Database, *scores: GateScores | None, job_id: int = 1, likeness: int | None = None, server: int = SERVER
) -> Job:
    reply = Reply(application_id=1, token="t", guild_id=server, channel_id=CHANNEL, upload_limit=1)
    await database.jobs.accept(job_id, owner=ANN, spec={}, reply=reply)
    for state in (JobState.QUEUED, JobState.DRAWING):
        await database.jobs.move(job_id, state)
    kept = [
        Drawn(
            png=b"png",
            recipe="",
            seed=1,
            width=8,
            height=8,
            scores=None if each is None else asdict(each),
            likeness=likeness,
        )
        for each in scores
    ]
    assert await database.pictures.keep(job_id, kept)
    job = await database.jobs.find(job_id)
    assert job is not None
    return job


async def refused(scrutiny: Scrutiny, job: Job) -> Refused:
    with pytest.raises(Refused) as refusal:
        await scrutiny.rule(job)
    return refusal.value


async def test_clean_ones_are_allowed(database: Database, scrutiny: Scrutiny) -> None:
    ruling = await scrutiny.rule(await drawn(database, CLEAN, CLEAN))
    assert ruling.verdict.decision is Decision.ALLOW
    assert await database.cases.newest(SERVER) == ()


async def test_one_that_was_not_checked_is_held_and_never_taken_for_clean(
    database: Database, rulebook: Rulebook, scrutiny: Scrutiny
) -> None:
    job = await drawn(database, CLEAN, None)
    assert (await refused(scrutiny, job)).rule is Rule.UNCHECKED
    await rulebook.change(SERVER, {"moderators_channel": 5}, by=MO)
    ruling = await scrutiny.rule(job)
    assert (ruling.verdict.decision, ruling.verdict.rule, ruling.scores) == (Decision.HOLD, Rule.UNCHECKED, None)


async def test_a_refusal_is_one_case_however_often_it_is_found(database: Database, scrutiny: Scrutiny) -> None:
    job = await drawn(database, CLEAN, EXPLICIT)
    first, second = await refused(scrutiny, job), await refused(scrutiny, job)
    assert first.case_id == second.case_id is not None
    (case,) = await database.cases.newest(SERVER)
    assert (case.state, case.rule, case.scores) == (
        CaseState.REFUSED,
        "explicit",
        {"explicit": 0.9, "suggestive": 0.9},
    )


async def test_a_channel_that_is_no_longer_named(database: Database, rulebook: Rulebook, scrutiny: Scrutiny) -> None:
    await rulebook.change_channel(SERVER, CHANNEL + 5, {"answers": True}, by=MO)
    assert (await refused(scrutiny, await drawn(database, CLEAN))).rule is Rule.CHANNEL


async def test_a_thread_is_what_its_channel_is(
    database: Database, rulebook: Rulebook, scrutiny: Scrutiny, around: Surroundings
) -> None:
    await rulebook.change(SERVER, {"age_restricted": True}, by=MO)
    await rulebook.change_channel(SERVER, PARENT, {"answers": True}, by=MO)
    around.place = Place(server_id=SERVER, channel_id=CHANNEL, parent_id=PARENT, age_restricted=True)
    ruling = await scrutiny.rule(await drawn(database, EXPLICIT))
    assert ruling.verdict.decision is Decision.ALLOW
    assert ruling.explicit_allowed
    assert not ruling.directly, "never in direct messages"


async def test_an_approval_goes_with_the_mark_it_was_given_for(
    database: Database, rulebook: Rulebook, scrutiny: Scrutiny, around: Surroundings
) -> None:
    await rulebook.change(SERVER, {"age_restricted": True, "moderators_channel": 5, "review": "everything"}, by=MO)
    around.place = replace(around.place, age_restricted=True)
    job = await drawn(database, EXPLICIT)
    ruling = await scrutiny.rule(job)
    assert ruling.verdict.decision is Decision.HOLD
    case = await database.cases.hold(job, rule="review", scores=ruling.scores, explicit_allowed=ruling.explicit_allowed)
    assert case is not None
    await database.cases.decide(case.id, CaseState.APPROVED, reviewer=MO)
    assert (await scrutiny.rule(job)).verdict.decision is Decision.ALLOW
    around.place = replace(around.place, age_restricted=False)
    assert (await refused(scrutiny, job)).rule is Rule.EXPLICIT


@pytest.mark.parametrize(
    ("seen", "decided", "shown"),
    [
        (CLEAN, {}, True),
        (SEXY, {}, False),
        (EXPLICIT, {"age_restricted": True}, False),
        (None, {}, False),
        (CLEAN, {"review": "everything"}, False),
    ],
)
async def test_previews(
    database: Database,
    rulebook: Rulebook,
    scrutiny: Scrutiny,
    around: Surroundings,
    seen: GateScores | None,
    decided: dict[str, Any],
    shown: bool,
) -> None:
    if decided:
        await rulebook.change(SERVER, decided, by=MO)
    around.preview = seen
    assert await scrutiny.passes(await drawn(database, CLEAN), b"jpeg") is shown


async def test_what_looks_like_a_rejected_picture_is_held_or_refused(
    database: Database, rulebook: Rulebook, scrutiny: Scrutiny
) -> None:
    seen, near, far = 2**63 + 5, 2**63 + 5 ^ 0b1111, 2**63 + 5 ^ 0b11111
    case = await database.cases.hold(await drawn(database, CLEAN, likeness=seen), rule="review", scores=None)
    assert case is not None
    await database.cases.decide(case.id, CaseState.REJECTED, reviewer=MO)
    like = await drawn(database, CLEAN, job_id=2, likeness=near)
    assert str(await refused(scrutiny, like)) == sentences.LIKE_REJECTED, "nobody could look at it"
    await rulebook.change(SERVER, {"moderators_channel": 5}, by=MO)
    ruling = await scrutiny.rule(like)
    assert (ruling.verdict.decision, ruling.verdict.rule) == (Decision.HOLD, Rule.LIKENESS)
    for other in (
        await drawn(database, CLEAN, job_id=3, likeness=far),
        await drawn(database, CLEAN, job_id=4, likeness=None),
        await drawn(database, CLEAN, job_id=5, likeness=seen, server=SERVER + 1),
    ):
        assert (await scrutiny.rule(other)).verdict.decision is Decision.ALLOW
    held = await database.cases.hold(like, rule="likeness", scores=None)
    assert held is not None
    await database.cases.decide(held.id, CaseState.APPROVED, reviewer=MO)
    assert (await scrutiny.rule(like)).verdict.decision is Decision.ALLOW, "a moderator let it through"
    await rulebook.change(SERVER, {"review": "off"}, by=MO)
    refusal = await refused(scrutiny, await drawn(database, CLEAN, job_id=6, likeness=near))
    assert (refusal.rule, refusal.case_id is not None) == (Rule.LIKENESS, True)
