"""The log is a chain: whatever is changed, taken out or cut off afterwards is noticed."""

import asyncio

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.errors import DatabaseUnfit
from storage.moderation.log import BEGINNING, Line

SERVER, ANN, BEN = 10, 1, 2


async def written(database: Database, count: int = 5) -> None:
    for number in range(count):
        line = Line(server_id=SERVER, decision="refused", rule="list", actor=ANN, reviewer=BEN, detail={"n": number})
        await database.log.add(line)


async def execute(database: Database, statement: str) -> None:
    async with database.writing() as session:
        await session.execute(text(statement))


async def test_an_entry_says_who_what_by_which_rule_and_when(database: Database) -> None:
    entry = await database.log.add(
        Line(
            server_id=SERVER, decision="held", rule="gate", actor=ANN, reviewer=BEN, case_id=3, detail={"é": [1, None]}
        )
    )
    assert (entry.number, entry.decision, entry.rule, entry.actor, entry.reviewer) == (1, "held", "gate", ANN, BEN)
    assert (entry.case_id, entry.detail) == (3, {"é": [1, None]})
    assert entry.at.tzinfo is not None
    assert await database.log.newest(SERVER) == (entry,)
    assert await database.log.newest(SERVER + 1) == ()


async def test_an_empty_log_is_whole(database: Database) -> None:
    verification = await database.log.verify()
    assert (verification.entries, verification.digest, verification.broken_at) == (0, BEGINNING, None)


async def test_many_at_once_make_one_chain(database: Database) -> None:
    for first in range(0, 40, 8):  # no more at once than take their turn in time on a busy machine
        lines = (Line(server_id=SERVER, decision="x", actor=first + k) for k in range(8))
        await asyncio.gather(*(database.log.add(line) for line in lines))
    verification = await database.log.verify()
    assert (verification.entries, verification.broken_at) == (40, None)


@pytest.mark.parametrize(
    ("tampering", "at"),
    [
        ("UPDATE moderation_log SET rule = 'gate' WHERE number = 2", 2),
        ("UPDATE moderation_log SET decision = 'approved' WHERE number = 5", 5),
        ("UPDATE moderation_log SET actor = reviewer WHERE number = 1", 1),
        ("UPDATE moderation_log SET reviewer = NULL WHERE number = 3", 3),
        ("UPDATE moderation_log SET at = '2020-01-01 00:00:00' WHERE number = 4", 4),
        ("UPDATE moderation_log SET detail = '{}' WHERE number = 4", 4),
        ("UPDATE moderation_log SET server_id = 11 WHERE number = 4", 4),
        ("UPDATE moderation_log SET case_id = 1 WHERE number = 4", 4),
        ("UPDATE moderation_log SET digest = (SELECT digest FROM moderation_log WHERE number = 1) WHERE number = 2", 2),
        ("DELETE FROM moderation_log WHERE number = 3", 3),
        ("DELETE FROM moderation_log WHERE number = 1", 1),
        ("DELETE FROM moderation_log WHERE number > 3", 4),
        ("DELETE FROM moderation_log", 1),
        ("DELETE FROM moderation_log_head", 6),
        ("UPDATE pseudonyms SET person = 3 WHERE person = 1", 1),
    ],
)
async def test_tampering_is_noticed(database: Database, tampering: str, at: int) -> None:
    await written(database)
    assert (await database.log.verify()).broken_at is None
    await execute(database, tampering)
    assert (await database.log.verify()).broken_at == at


async def test_a_log_without_its_head_takes_no_more(database: Database) -> None:
    await execute(database, "DELETE FROM moderation_log_head")
    with pytest.raises(DatabaseUnfit, match="log"):
        await database.log.add(Line(server_id=SERVER, decision="held"))


async def test_a_person_can_be_forgotten_and_the_chain_stays_whole(database: Database) -> None:
    await written(database, 2)
    assert len(await database.log.of(ANN)) == len(await database.log.of(BEN)) == 2
    before = await database.log.verify()
    await database.log.forget(ANN)
    assert await database.log.verify() == before
    assert [(entry.actor, entry.reviewer) for entry in await database.log.newest(SERVER)] == [(None, BEN)] * 2
    assert await database.log.of(ANN) == ()
    await written(database, 1)
    assert [entry.number for entry in await database.log.of(ANN)] == [3], "and nobody can tell the two apart"


async def test_pages(database: Database) -> None:
    await written(database)
    first = await database.log.newest(SERVER, limit=2)
    assert [entry.number for entry in first] == [5, 4]
    rest = await database.log.newest(SERVER, before=first[-1].number)
    assert [entry.number for entry in rest] == [3, 2, 1]
    assert [entry.number for entry in await database.log.newest(SERVER, since=first[0].at)] == [5]
