"""Rules are read once, kept, and read anew after every change, whoever asked meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.moderation.rulebook import Rulebook
from bot.moderation.rules import DEFAULTS
from storage.database import Database
from storage.errors import DatabaseBusy
from storage.moderation.configurations import Configurations
from storage.moderation.records import ListKind, ServerConfiguration
from tests.bot.moderation.situations import SERVER, place

MODERATOR = 5


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(f"sqlite:///{tmp_path / 'ninewords.db'}", pictures=tmp_path) as database:
        yield database


@pytest.fixture
def rulebook(database: Database) -> Rulebook:
    return Rulebook(configurations=database.configurations, entries=database.entries)


async def test_where_nothing_was_decided_the_defaults_hold(rulebook: Rulebook) -> None:
    rules = await rulebook.of(SERVER)
    assert rules.configuration == DEFAULTS
    assert rules.filters_in(place())[0].find("anything") is None


async def test_rules_are_read_once(rulebook: Rulebook) -> None:
    first, second = await asyncio.gather(rulebook.of(SERVER), rulebook.of(SERVER))
    assert first is second is await rulebook.of(SERVER)
    assert await rulebook.of(SERVER + 1) is not first


async def test_each_kind_of_change_holds_at_once(rulebook: Rulebook) -> None:
    async def decided() -> ServerConfiguration:
        return (await rulebook.of(SERVER)).configuration

    await rulebook.of(SERVER)
    await rulebook.change(SERVER, {"steps": 40}, by=MODERATOR)
    assert (await decided()).steps == 40
    await rulebook.change_channel(SERVER, 20, {"answers": True}, by=MODERATOR)
    assert (await decided()).channels.keys() == {20}
    await rulebook.change_role(SERVER, 30, {"daily": 3}, by=MODERATOR)
    assert (await decided()).roles.keys() == {30}
    await rulebook.add(SERVER, ListKind.BLOCK, ["castle"], by=MODERATOR)
    assert (await rulebook.of(SERVER)).filters_in(place())[0].find("a castle")
    await rulebook.remove(SERVER, ListKind.BLOCK, "castle", by=MODERATOR)
    assert (await rulebook.of(SERVER)).filters_in(place())[0].find("a castle") is None
    await rulebook.replace(SERVER, ServerConfiguration(count=2), by=MODERATOR)
    assert (await decided()).count == 2
    assert (await decided()).steps is None
    assert await rulebook.configuration(SERVER) == ServerConfiguration(count=2)


async def test_a_change_made_while_rules_are_read_is_not_missed(rulebook: Rulebook) -> None:
    reading = asyncio.create_task(rulebook.of(SERVER))
    await asyncio.sleep(0)
    await rulebook.change(SERVER, {"steps": 40}, by=MODERATOR)
    await reading
    assert (await rulebook.of(SERVER)).configuration.steps == 40


async def test_a_database_that_is_busy_is_asked_again(
    rulebook: Rulebook, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(self: Configurations, server_id: int) -> ServerConfiguration:
        raise DatabaseBusy("busy")

    with monkeypatch.context() as patch:
        patch.setattr(Configurations, "of", busy)
        with pytest.raises(DatabaseBusy):
            await rulebook.of(SERVER)
    assert (await rulebook.of(SERVER)).configuration == DEFAULTS


async def test_one_who_stops_waiting_does_not_stop_the_reading(rulebook: Rulebook) -> None:
    impatient = asyncio.create_task(rulebook.of(SERVER))
    await asyncio.sleep(0)
    patient = asyncio.create_task(rulebook.of(SERVER))
    impatient.cancel()
    assert (await patient).configuration == DEFAULTS
