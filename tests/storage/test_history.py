"""One's own finished pictures and favourites, of one server, the newest first."""

from dataclasses import replace
from typing import Any

from storage.database import Database
from storage.records import Drawn, JobState
from tests.storage.conftest import REPLY, SPEC

ANN, BEN = 1, 2
HERE, ELSEWHERE = REPLY.guild_id, 99
WAY = (JobState.QUEUED, JobState.DRAWING, JobState.DRAWN, JobState.DELIVERING, JobState.DONE)


async def drawn(database: Database, job_id: int, owner: int, guild_id: int = HERE, *, count: int = 1) -> None:
    await database.jobs.accept(job_id, owner=owner, spec=SPEC, reply=replace(REPLY, guild_id=guild_id))
    pictures = [Drawn(png=b"png", recipe="a cat", seed=n, width=64, height=64) for n in range(count)]
    for state in WAY:
        if state is JobState.DRAWN:
            assert await database.pictures.keep(job_id, pictures)
        else:
            assert await database.jobs.move(job_id, state)


async def names(database: Database, owner: int, **which: Any) -> list[tuple[int, int]]:
    which.setdefault("limit", 9)
    found = await database.history.page(owner, HERE, **which)
    return [(picture.job_id, picture.index) for job, picture in found if job.id == picture.job_id]


async def test_ones_own_pictures_come_newest_first(database: Database) -> None:
    await drawn(database, 1, ANN)
    await drawn(database, 2, ANN, count=3)
    await drawn(database, 3, BEN)
    await drawn(database, 4, ANN, ELSEWHERE)
    await database.jobs.accept(5, owner=ANN, spec=SPEC, reply=REPLY)
    assert await names(database, ANN) == [(2, 0), (2, 1), (2, 2), (1, 0)]
    assert await names(database, ANN, limit=2, offset=2) == [(2, 2), (1, 0)]
    assert await database.history.count(ANN, HERE) == 4
    assert await database.history.count(ANN, ELSEWHERE) == 1
    assert await names(database, 77) == []
    assert await database.history.count(77, HERE) == 0


async def test_favourites_are_whoever_drew_them_and_the_newest_is_first(database: Database) -> None:
    await drawn(database, 1, ANN)
    await drawn(database, 2, BEN, count=2)
    await drawn(database, 3, BEN, ELSEWHERE)
    for job_id, index in ((2, 1), (3, 0), (1, 0)):
        assert await database.favourites.add(ANN, job_id, index)
    assert await names(database, ANN, favourites=True) == [(1, 0), (2, 1)]
    assert await database.history.count(ANN, HERE, favourites=True) == 2
    assert await database.history.count(BEN, HERE, favourites=True) == 0
