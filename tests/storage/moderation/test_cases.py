"""Cases: the held job, the decision and the log move together, and the first decision wins."""

import asyncio
from datetime import timedelta

from storage.database import Database
from storage.moderation.records import CaseKind, CaseState, Penalty
from storage.records import Drawn, Job, JobState
from tests.storage.conftest import REPLY, SPEC

ANN, BEN, CLEO, MODERATOR = 1, 2, 3, 9
SCORES = {"explicit": 0.75, "suggestive": 0.8}


async def drawn_job(database: Database, job_id: int = 1) -> Job:
    await database.jobs.accept(job_id, owner=ANN, spec=SPEC, reply=REPLY)
    await database.jobs.move(job_id, JobState.QUEUED)
    await database.jobs.move(job_id, JobState.DRAWING)
    await database.pictures.keep(job_id, [Drawn(png=b"png", recipe="", seed=1, width=8, height=8)])
    return await found(database, job_id)


async def found(database: Database, job_id: int = 1) -> Job:
    job = await database.jobs.find(job_id)
    assert job is not None
    return job


async def decisions(database: Database) -> list[str]:
    return [entry.decision for entry in reversed(await database.log.newest(REPLY.guild_id, limit=100))]


async def test_a_refusal_is_a_case_that_nobody_needs_to_decide(database: Database) -> None:
    case = await database.cases.refuse(server_id=10, channel_id=7, person=ANN, rule="list")
    assert (case.kind, case.state, case.person, case.rule) == (CaseKind.REFUSED, CaseState.REFUSED, ANN, "list")
    assert await database.cases.find(case.id) == case
    assert not await database.cases.decide(case.id, CaseState.APPROVED, reviewer=MODERATOR)
    (entry,) = await database.log.newest(10)
    assert (entry.decision, entry.rule, entry.actor, entry.case_id) == ("refused", "list", ANN, case.id)


async def test_the_entry_that_hit_is_kept_with_its_case_and_not_in_the_log(database: Database) -> None:
    case = await database.cases.refuse(server_id=10, channel_id=7, person=ANN, rule="list", entry="*castle*")
    assert case.entry == "*castle*"
    (entry,) = await database.log.newest(10)
    assert entry.detail == {}


async def test_cases_are_counted_and_leafed_through(database: Database) -> None:
    made = [await database.cases.refuse(server_id=10, channel_id=7, person=who, rule="list") for who in (1, 2, 1, 1)]
    assert await database.cases.newest(10, person=1, limit=2, offset=1) == (made[2], made[0])
    assert (await database.cases.count(10), await database.cases.count(10, person=1)) == (4, 3)
    assert await database.cases.count(11) == 0


async def test_what_rejected_pictures_look_like_is_remembered_with_the_decision(database: Database) -> None:
    await database.jobs.accept(5, owner=ANN, spec=SPEC, reply=REPLY)
    for state in (JobState.QUEUED, JobState.DRAWING):
        await database.jobs.move(5, state)
    looks = [Drawn(png=b"png", recipe="", seed=1, width=8, height=8, likeness=2**64 - 1 - k) for k in (0, 1)]
    await database.pictures.keep(5, [*looks, Drawn(png=b"png", recipe="", seed=1, width=8, height=8)])
    case = await database.cases.hold(await found(database, 5), rule="suggestive", scores=SCORES)
    assert case is not None
    assert await database.rejections.nearest(REPLY.guild_id, [2**64 - 1], within=1) is None
    assert await database.cases.decide(case.id, CaseState.REJECTED, reviewer=MODERATOR)
    assert await database.rejections.nearest(REPLY.guild_id, [2**64 - 1], within=0) == case.id
    assert await database.rejections.nearest(REPLY.guild_id, [2**64 - 2], within=0) == case.id


async def test_holding_takes_the_job_with_it(database: Database) -> None:
    case = await database.cases.hold(await drawn_job(database), rule="gate", scores=SCORES)
    assert case is not None
    assert (case.state, case.job_id, case.scores) == (CaseState.OPEN, 1, SCORES)
    assert (await found(database)).state is JobState.HELD
    assert not await database.jobs.move(1, JobState.DELIVERING)
    (entry,) = await database.log.newest(REPLY.guild_id)
    assert (entry.decision, entry.rule, entry.detail) == ("held", "gate", {"scores": SCORES})


async def test_a_job_that_is_over_cannot_be_held(database: Database) -> None:
    job = await drawn_job(database)
    await database.jobs.move(1, JobState.DELIVERING)
    await database.jobs.move(1, JobState.DONE)
    assert await database.cases.hold(job, rule="gate", scores=None) is None
    assert await database.cases.of_job(1) == ()
    assert await decisions(database) == []


async def test_each_decision_sends_the_job_where_it_belongs(database: Database) -> None:
    ends = {
        CaseState.APPROVED: JobState.DRAWN,
        CaseState.REJECTED: JobState.CANCELLED,
        CaseState.EXPIRED: JobState.EXPIRED,
    }
    for job_id, (to, end) in enumerate(ends.items(), 1):
        case = await database.cases.hold(await drawn_job(database, job_id), rule="gate", scores=None)
        assert case is not None
        assert await database.cases.decide(case.id, to, reviewer=MODERATOR)
        assert (await found(database, job_id)).state is end
        (after,) = await database.cases.of_job(job_id)
        assert (after.state, after.reviewer) == (to, MODERATOR)
        assert after.decided_at is not None
    assert await decisions(database) == ["held", "approved", "held", "rejected", "held", "expired"]


async def test_a_job_that_was_approved_is_not_held_again(database: Database) -> None:
    job = await drawn_job(database)
    case = await database.cases.hold(job, rule="gate", scores=None)
    assert case is not None
    await database.cases.decide(case.id, CaseState.APPROVED, reviewer=MODERATOR)
    assert await database.cases.hold(job, rule="gate", scores=None) is None
    assert (await found(database)).state is JobState.DRAWN, "nothing was done"


async def test_the_first_decision_wins(database: Database) -> None:
    case = await database.cases.hold(await drawn_job(database), rule="gate", scores=None)
    assert case is not None
    choices = [CaseState.APPROVED, CaseState.REJECTED, CaseState.EXPIRED] * 5
    won = await asyncio.gather(*(database.cases.decide(case.id, to, reviewer=k) for k, to in enumerate(choices)))
    assert won.count(True) == 1
    after = await database.cases.find(case.id)
    assert after is not None
    assert (after.state, after.reviewer) == (choices[won.index(True)], won.index(True))
    assert len(await decisions(database)) == 2
    assert (await database.log.verify()).broken_at is None


async def test_what_a_rejection_brings_its_person_comes_with_it_or_not_at_all(database: Database) -> None:
    case = await database.cases.hold(await drawn_job(database), rule="gate", scores=None)
    assert case is not None
    penalty = Penalty(strike=timedelta(days=30), block=timedelta(days=7), reason="case 1")
    for won in (True, False):
        decided = await database.cases.decide(case.id, CaseState.REJECTED, reviewer=MODERATOR, penalty=penalty)
        assert decided is won
    standing = await database.sanctions.standing(REPLY.guild_id, ANN)
    (strike,) = standing.strikes
    assert strike.case_id == case.id
    assert strike.fades_at - strike.created_at == timedelta(days=30)
    assert standing.block is not None
    assert (standing.block.reason, standing.block.by, standing.block.case_id) == ("case 1", MODERATOR, case.id)
    assert standing.block.ends_at - standing.block.created_at == timedelta(days=7)
    assert await decisions(database) == ["held", "rejected", "struck", "blocked"]


async def test_refused_pictures_are_one_case(database: Database) -> None:
    job = await drawn_job(database)
    cases = {(await database.cases.refuse_pictures(job, rule="explicit", scores=SCORES)).id for _ in range(2)}
    (case,) = await database.cases.of_job(job.id)
    assert cases == {case.id}
    assert (case.kind, case.state, case.scores) == (CaseKind.REFUSED, CaseState.REFUSED, SCORES)
    assert await decisions(database) == ["refused"]


async def test_a_reported_picture_is_hidden_once_and_shown_again_when_approved(database: Database) -> None:
    job = await drawn_job(database)
    await database.jobs.move(job.id, JobState.DELIVERING)
    await database.jobs.move(job.id, JobState.DONE)
    told = await database.cases.report(job, reporter=BEN, reason="")
    assert told is not None
    (case, _), hidden = told, [await database.cases.hide(told[0].id) for _ in range(2)]
    assert hidden == [True, False]
    assert (await found(database)).hidden
    assert await database.history.count(ANN, REPLY.guild_id) == 0
    assert await database.people.picture_files(ANN) == ()
    assert await database.cases.decide(case.id, CaseState.APPROVED, reviewer=MODERATOR)
    assert not (await found(database)).hidden
    assert await database.history.count(ANN, REPLY.guild_id) == 1
    assert not await database.cases.hide(case.id), "what a moderator let be is not hidden by later reports"
    assert await decisions(database) == ["reported", "hidden", "approved"]


async def test_distinct_people_are_counted(database: Database) -> None:
    job = await drawn_job(database)
    told = [await database.cases.report(job, reporter=who, reason="odd") for who in (BEN, BEN, CLEO)]
    assert [None if each is None else each[1] for each in told] == [1, None, 2]
    (case,) = await database.cases.of_job(job.id)
    assert (case.kind, case.state) == (CaseKind.REPORTED, CaseState.OPEN)
    assert [report.reporter for report in await database.cases.reports(case.id)] == [BEN, CLEO]
    assert await decisions(database) == ["reported", "reported"]
    assert (await found(database)).state is JobState.DRAWN, "a report alone moves no job"


async def test_reports_made_at_once(database: Database) -> None:
    job = await drawn_job(database)
    told = await asyncio.gather(*(database.cases.report(job, reporter=k % 4, reason="") for k in range(12)))
    assert sorted(each[1] for each in told if each is not None) == [1, 2, 3, 4]


async def test_lists(database: Database) -> None:
    cases = [await database.cases.refuse(server_id=10, channel_id=7, person=who, rule="list") for who in (ANN, BEN)]
    held = await database.cases.hold(await drawn_job(database), rule="gate", scores=None)
    assert held is not None
    assert await database.cases.newest(10) == tuple(reversed(cases))
    assert await database.cases.newest(10, person=ANN) == (cases[0],)
    assert await database.cases.newest(10, [CaseState.OPEN]) == ()
    assert await database.cases.newest(10, since=held.created_at) == ()
    assert await database.cases.newest(10, limit=1) == (cases[1],)
    assert await database.cases.open_since(held.created_at) == (held,)
    assert await database.cases.open_since(cases[0].created_at) == ()


async def test_a_card_is_found_again(database: Database) -> None:
    held = await database.cases.hold(await drawn_job(database), rule="gate", scores=None)
    assert held is not None
    await database.cases.note_card(held.id, channel_id=70, message_id=71)
    after = await database.cases.find(held.id)
    assert after is not None
    assert (after.card_channel_id, after.card_message_id) == (70, 71)


async def test_forgetting_a_person_leaves_open_cases_alone(database: Database) -> None:
    refused = await database.cases.refuse(server_id=10, channel_id=7, person=ANN, rule="list")
    held = await database.cases.hold(await drawn_job(database), rule="gate", scores=None)
    assert held is not None
    await database.cases.forget(ANN)
    assert await database.cases.of(ANN) == (held,)
    after = await database.cases.find(refused.id)
    assert after is not None
    assert after.person is None
