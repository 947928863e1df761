"""A purge is kept until it is done, however often it is asked for, and is in the log once."""

from dataclasses import replace

from storage.database import Database
from storage.moderation.records import Purge
from storage.records import JobState, Reply
from tests.storage.conftest import REPLY, SPEC

ANN, BEN, MODERATOR = 1, 2, 9
DONE = (JobState.QUEUED, JobState.DRAWING, JobState.DRAWN, JobState.DELIVERING, JobState.DONE)


async def job(database: Database, job_id: int, *, owner: int = ANN, reply: Reply = REPLY) -> None:
    await database.jobs.accept(job_id, owner=owner, spec=SPEC, reply=reply)
    for state in DONE:
        assert await database.jobs.move(job_id, state, message_id=job_id * 10 if state is JobState.DONE else None)


async def test_it_is_wanted_once_and_until_it_is_done(database: Database) -> None:
    first = await database.purges.ask(REPLY.guild_id, ANN, by=MODERATOR)
    assert await database.purges.ask(REPLY.guild_id, ANN, by=BEN) == first == Purge(server_id=8, person=ANN, by=9)
    assert await database.purges.unfinished() == (first,)
    (line,) = await database.log.newest(REPLY.guild_id)
    assert (line.decision, line.actor, line.reviewer) == ("purged", ANN, MODERATOR)
    await database.purges.finish(first)
    assert await database.purges.unfinished() == ()
    await database.purges.ask(REPLY.guild_id, ANN, by=BEN)
    assert len(await database.log.newest(REPLY.guild_id)) == 2


async def test_it_concerns_what_one_person_has_in_the_channels_of_one_server(database: Database) -> None:
    await job(database, 1)
    await job(database, 2, owner=BEN)
    await job(database, 3, reply=replace(REPLY, guild_id=99))
    await job(database, 4, reply=replace(REPLY, private=True))
    await job(database, 5)
    await database.jobs.accept(6, owner=ANN, spec=SPEC, reply=REPLY)
    purge = Purge(server_id=REPLY.guild_id, person=ANN, by=MODERATOR)
    assert [each.id for each in await database.purges.jobs(purge)] == [5, 1]
    await database.purges.taken_down(5)
    assert [each.id for each in await database.purges.jobs(purge)] == [1]
