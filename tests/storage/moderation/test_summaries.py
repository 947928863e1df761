"""A server has each week's summary once; what is in it is counted from the log and the cases."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database
from storage.moderation.appeals import Appeals
from storage.moderation.cases import Cases
from storage.moderation.configurations import Configurations
from storage.moderation.records import AppealState, Tally

SERVER, OTHER, ANN, MODERATOR = 10, 11, 1, 9
START = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
async def configured(database: Database) -> Configurations:
    await database.configurations.change(SERVER, {"moderators_channel": 70}, by=MODERATOR)
    await database.configurations.change(OTHER, {"steps": 7}, by=MODERATOR)
    return database.configurations


async def test_each_week_once_where_there_are_moderators(database: Database, configured: Configurations) -> None:
    summaries = database.summaries
    assert await summaries.due("2026-03-02") == ((SERVER, 70, False),)
    await summaries.begin(SERVER, "2026-03-02")
    assert await summaries.due("2026-03-02") == ((SERVER, 70, True),), "begun, and perhaps there already"
    await summaries.finish(SERVER, "2026-03-02")
    assert await summaries.due("2026-03-02") == ()
    assert await summaries.due("2026-03-09") == ((SERVER, 70, False),)
    assert await summaries.due("2026-02-23") == (), "a clock that goes back brings no week again"


async def test_one_that_was_never_finished_does_not_hold_up_the_next(
    database: Database, configured: Configurations
) -> None:
    await database.summaries.begin(SERVER, "2026-03-02")
    assert await database.summaries.due("2026-03-09") == ((SERVER, 70, False),)


async def test_what_is_counted(database: Database) -> None:
    moment = START
    cases, appeals = Cases(database, lambda: moment), Appeals(database, lambda: moment)
    for days, rule, entry in ((-1, "list", "owl"), (0, "list", "owl"), (3, "list", "owl"), (6, "explicit", None)):
        moment = START + timedelta(days=days)
        case = await cases.refuse(server_id=SERVER, channel_id=1, person=ANN + days, rule=rule, entry=entry)
        if days >= 0:
            appeal = await appeals.lodge(case, person=ANN + days, text="no")
            await appeals.decide(appeal.id, AppealState.UPHELD, reviewer=MODERATOR)
    moment = START + WEEK
    await cases.refuse(server_id=SERVER, channel_id=1, person=ANN, rule="list")
    counted = await database.summaries.decisions(SERVER, START, START + WEEK)
    assert {(each.decision, each.rule): each.count for each in counted} == {
        ("refused", "list"): 2,
        ("refused", "explicit"): 1,
        ("appealed", "list"): 2,
        ("appealed", "explicit"): 1,
        ("appeal upheld", None): 3,
        ("overturned", "list"): 2,
        ("overturned", "explicit"): 1,
    }
    assert await database.summaries.false_alarms(SERVER, START, START + WEEK) == (
        Tally(decision="overturned", rule="list", entry="owl", count=2),
        Tally(decision="overturned", rule="explicit", count=1),
    )
    assert await database.summaries.decisions(OTHER, START, START + WEEK) == ()
