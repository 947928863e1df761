"""Favourites are a person's own, and go with the picture."""

from sqlalchemy import func, select

from storage.database import Database
from storage.models import FavouriteRow
from storage.records import Drawn, JobState
from tests.storage.conftest import REPLY, SPEC

ANN, BEN = 1, 2


async def drawn(database: Database, count: int = 2) -> None:
    await database.jobs.accept(1, owner=ANN, spec=SPEC, reply=REPLY)
    for state in (JobState.QUEUED, JobState.DRAWING):
        await database.jobs.move(1, state)
    pictures = [Drawn(png=b"png", recipe="a cat", seed=n, width=64, height=64) for n in range(count)]
    assert await database.pictures.keep(1, pictures)


async def test_a_favourite_is_ones_own(database: Database) -> None:
    await drawn(database)
    assert await database.favourites.add(BEN, 1, 1)
    assert not await database.favourites.add(BEN, 1, 1), "once is enough"
    assert await database.favourites.holds(BEN, 1, 1)
    assert not await database.favourites.holds(BEN, 1, 0)
    assert not await database.favourites.holds(ANN, 1, 1)
    assert not await database.favourites.remove(ANN, 1, 1)
    assert await database.favourites.remove(BEN, 1, 1)
    assert not await database.favourites.holds(BEN, 1, 1)


async def test_there_is_no_favourite_of_nothing(database: Database) -> None:
    await drawn(database)
    assert not await database.favourites.add(BEN, 1, 2)


async def test_a_picture_that_is_deleted_is_nobodys_favourite(database: Database) -> None:
    await drawn(database)
    await database.favourites.add(ANN, 1, 0)
    await database.favourites.add(BEN, 1, 1)
    first, second = await database.pictures.of(1)
    await database.pictures.delete([first])
    assert await database.pictures.of(1) == (second,)
    assert await database.pictures.read(first) is None
    assert await database.pictures.read(second) == b"png"
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(FavouriteRow)) == 1
