"""No state is ever clobbered, whoever is quicker."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from storage.database import Database
from storage.records import NEXT, JobState, before
from tests.storage.conftest import REPLY, SPEC

ENDS = [state for state, following in NEXT.items() if not following]


async def put(database: Database, job_id: int, *way: JobState) -> None:
    assert await database.jobs.accept(job_id, owner=1, spec=SPEC, reply=REPLY)
    for state in way:
        assert await database.jobs.move(job_id, state)


async def state_of(database: Database, job_id: int) -> JobState:
    job = await database.jobs.find(job_id)
    assert job is not None
    return job.state


async def test_a_job_comes_back_as_it_was_accepted(database: Database) -> None:
    accepted = await database.jobs.accept(2**62, owner=5, spec=SPEC, reply=REPLY)
    assert accepted is not None
    assert accepted == await database.jobs.find(2**62)
    assert (accepted.state, accepted.spec, accepted.reply) == (JobState.ACCEPTING, SPEC, REPLY)
    assert abs(datetime.now(UTC) - accepted.created_at).total_seconds() < 60


async def test_an_interaction_makes_one_job_at_most(database: Database) -> None:
    made = await asyncio.gather(*(database.jobs.accept(1, owner=n, spec=SPEC, reply=REPLY) for n in range(5)))
    assert sum(job is not None for job in made) == 1


async def test_only_the_arrows_can_be_followed(database: Database) -> None:
    ways: dict[JobState, tuple[JobState, ...]] = {}
    ahead: list[tuple[JobState, ...]] = [()]
    while ahead:
        way = ahead.pop(0)
        state = way[-1] if way else JobState.ACCEPTING
        if state not in ways:
            ways[state] = way
            ahead += [(*way, following) for following in NEXT[state]]
    assert set(ways) == set(JobState), "every state can be reached"
    job_id = 0
    for state, way in ways.items():
        for to in JobState:
            job_id += 1
            await put(database, job_id, *way)
            assert await database.jobs.move(job_id, to) == (to in NEXT[state])
            assert await state_of(database, job_id) == (to if to in NEXT[state] else state)


async def test_of_two_that_move_the_same_job_one_succeeds(database: Database) -> None:
    await put(database, 1, JobState.QUEUED)
    moved = await asyncio.gather(
        *(database.jobs.move(1, to) for to in (JobState.CANCELLED, JobState.FAILED, JobState.CANCELLED))
    )
    assert sum(moved) == 1


async def test_moving_keeps_what_is_known(database: Database) -> None:
    await put(database, 1)
    assert await database.jobs.move(1, JobState.QUEUED, message_id=77)
    assert await database.jobs.move(1, JobState.DRAWING)
    assert await database.jobs.move(1, JobState.FAILED, error_id="abcd")
    job = await database.jobs.find(1)
    assert job is not None
    assert (job.reply.message_id, job.error_id, job.attempts) == (77, "abcd", 1)


async def test_a_start_hands_orphans_back(database: Database) -> None:
    drawn = (JobState.QUEUED, JobState.DRAWING, JobState.DRAWN)
    await put(database, 1, *drawn[:2])
    await put(database, 2, *drawn, JobState.DELIVERING)
    await put(database, 3, *drawn, JobState.DELIVERING, JobState.DONE)
    await put(database, 4)
    await database.jobs.recover()
    states = [await state_of(database, job_id) for job_id in (1, 2, 3, 4)]
    assert states == [JobState.QUEUED, JobState.DRAWN, JobState.DONE, JobState.ACCEPTING]
    waiting = await database.jobs.among({JobState.QUEUED, JobState.DRAWN})
    assert [job.id for job in waiting] == [1, 2]
    assert await database.jobs.among({JobState.QUEUED}, owner=2) == ()


@given(st.sampled_from(JobState))
def test_arrows_read_backwards(state: JobState) -> None:
    assert all(state in NEXT[here] for here in before(state))
    assert all(state not in NEXT[here] for here in set(JobState) - before(state))


@pytest.mark.parametrize("state", ENDS)
def test_ends_are_ends(state: JobState) -> None:
    assert state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


async def test_how_a_job_is_answered_is_kept(database: Database) -> None:
    reply = replace(REPLY, private=True, spoiler=True)
    await database.jobs.accept(1, owner=1, spec=SPEC, reply=reply)
    await database.jobs.accept(2, owner=1, spec=SPEC, reply=REPLY)
    kept = [job.reply for job in await database.jobs.among({JobState.ACCEPTING})]
    assert kept == [reply, REPLY]


async def test_a_job_is_found_by_its_message(database: Database) -> None:
    await database.jobs.accept(1, owner=2, spec=SPEC, reply=REPLY)
    for state in (JobState.QUEUED, JobState.DRAWING, JobState.DRAWN, JobState.DELIVERING):
        await database.jobs.move(1, state)
    assert await database.jobs.of_message(77) is None
    await database.jobs.move(1, JobState.DONE, message_id=77)
    found = await database.jobs.of_message(77)
    assert found is not None
    assert found.id == 1


async def test_a_crowd_shares_a_few_transactions(database: Database) -> None:
    begun = 0

    def count(_: object) -> None:
        nonlocal begun
        begun += 1

    for engine in (database._writer, database._reader):
        event.listen(engine.sync_engine, "begin", count)
    ids = range(1, 101)
    accepted = await asyncio.gather(*(database.jobs.accept(n, owner=n, spec=SPEC, reply=REPLY) for n in ids))
    assert [job.id for job in accepted if job] == list(ids)
    assert await asyncio.gather(*map(database.jobs.find, ids)) == accepted
    moved = await asyncio.gather(*(database.jobs.move(n, JobState.QUEUED) for n in (*ids, 1, 1000)))
    assert moved == [True] * 100 + [False, False]
    assert begun == 3
