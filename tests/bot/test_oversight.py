"""Refusals about content are written down before they are told; those about pace are not; nothing fails open."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Refused
from bot.moderation.floor import Floor
from bot.moderation.policy import Decision, Rule
from bot.moderation.rulebook import Rulebook
from bot.oversight import Oversight
from bot.words import moderation as sentences
from storage.database import Database
from storage.errors import DatabaseBusy
from storage.moderation.histories import Histories
from storage.moderation.records import CaseState, History, ListKind
from storage.records import Reply
from tests.bot.moderation.situations import CHANNEL, SERVER, person, place
from tests.bot.specs import spec

MODERATOR = 5


@pytest.fixture(scope="module")
def floor() -> Floor:
    return Floor.load()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(f"sqlite:///{tmp_path / 'ninewords.db'}", pictures=tmp_path) as database:
        yield database


@pytest.fixture
def oversight(database: Database, floor: Floor) -> Oversight:
    rulebook = Rulebook(configurations=database.configurations, entries=database.entries)
    return Oversight(floor=floor, rulebook=rulebook, histories=database.histories, cases=database.cases)


async def refused(oversight: Oversight, prompt: str = "a lake", **known: Any) -> Refused:
    known = {"who": person(), "where": place(), "waiting": 0} | known
    with pytest.raises(Refused) as refusal:
        await oversight.admit(spec(prompt=prompt), **known)
    return refusal.value


async def test_a_refusal_by_the_list_is_a_case_to_appeal_against(database: Database, oversight: Oversight) -> None:
    await oversight.rulebook.add(SERVER, ListKind.BLOCK, ["castle"], by=MODERATOR)
    refusal = await refused(oversight, "a castle")
    assert refusal.rule is Rule.LIST
    assert refusal.case_id is not None
    case = await database.cases.find(refusal.case_id)
    assert case is not None
    assert (case.state, case.rule, case.person, case.channel_id) == (CaseState.REFUSED, "list", 1, CHANNEL)
    assert case.entry == "castle"
    entry, *_ = await database.log.newest(SERVER)
    assert (entry.decision, entry.rule, entry.actor, entry.case_id) == ("refused", "list", 1, case.id)
    assert "castle" not in str(entry), "what was asked is not in the log"


async def test_the_floors_refusal_is_written_down_and_no_case_is_named(
    database: Database, oversight: Oversight, forbidden: str
) -> None:
    refusal = await refused(oversight, forbidden)
    assert (refusal.rule, refusal.case_id) == (Rule.FLOOR, None)
    (case,) = await database.cases.newest(SERVER)
    assert case.rule == "floor"


async def test_pace_is_no_case(database: Database, oversight: Oversight) -> None:
    await oversight.rulebook.change(SERVER, {"waiting": 1}, by=MODERATOR)
    assert (await refused(oversight, waiting=1)).rule is Rule.WAITING
    assert await database.cases.newest(SERVER) == ()


async def test_what_would_be_held_is_refused_while_nobody_can_look_at_it(
    database: Database, oversight: Oversight
) -> None:
    verdict = await oversight.admit(spec(), person(), place(), waiting=0)
    assert verdict.decision is Decision.ALLOW
    await oversight.rulebook.change(SERVER, {"review": "everything"}, by=MODERATOR)
    assert (await oversight.judge(spec(), person(), place(), waiting=0)).decision is Decision.HOLD
    refusal = await refused(oversight)
    assert refusal.rule is Rule.REVIEW
    assert str(refusal) == sentences.NO_REVIEW
    assert await database.cases.newest(SERVER) == ()
    await oversight.rulebook.change(SERVER, {"moderators_channel": 30}, by=MODERATOR)
    assert (await oversight.admit(spec(), person(), place(), waiting=0)).decision is Decision.HOLD


async def test_the_record_of_jobs_is_what_counts(database: Database, oversight: Oversight) -> None:
    await oversight.rulebook.change(SERVER, {"daily": 2}, by=MODERATOR)
    reply = Reply(application_id=1, token="t", guild_id=SERVER, channel_id=CHANNEL, upload_limit=1)
    await database.jobs.accept(1, owner=1, spec={"count": 2}, reply=reply)
    assert (await refused(oversight)).rule is Rule.DAILY
    assert (await oversight.admit(spec(), person(id=2), place(), waiting=0)).decision is Decision.ALLOW


async def test_a_burst_is_of_accounts_that_are_new_by_their_ids(database: Database, oversight: Oversight) -> None:
    now = datetime.now(UTC)
    young = int((now - timedelta(days=1)).timestamp() * 1000 - 1420070400000) << 22
    for k in range(20):
        reply = Reply(application_id=1, token="t", guild_id=SERVER, channel_id=CHANNEL, upload_limit=1)
        await database.jobs.accept(k, owner=young + k, spec={"count": 1}, reply=reply)
    newcomer = person(id=young + 99, created_at=now - timedelta(days=1))
    assert (await refused(oversight, who=newcomer)).rule is Rule.BRAKE
    assert (await oversight.admit(spec(), person(), place(), waiting=0)).decision is Decision.ALLOW


async def test_what_cannot_be_read_or_written_down_is_not_drawn(
    oversight: Oversight, monkeypatch: pytest.MonkeyPatch, forbidden: str
) -> None:
    async def busy(*_: object, **__: object) -> History:
        raise DatabaseBusy("busy")

    monkeypatch.setattr(Histories, "of", busy)
    with pytest.raises(DatabaseBusy):
        await oversight.admit(spec(), person(), place(), waiting=0)
