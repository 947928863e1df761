"""Word lists: entries come back in order, once each, and no list outgrows its bound."""

import pytest

from storage.database import Database
from storage.errors import TooMany
from storage.moderation.records import ListEntry, ListKind

SERVER, MODERATOR = 10, 5
BLOCK, ALLOW = ListKind.BLOCK, ListKind.ALLOW


async def test_entries_come_back_as_written_once_each(database: Database) -> None:
    added = await database.entries.add(SERVER, BLOCK, ["Castle*", "red   moon", "castle*"], by=MODERATOR)
    assert added == ("Castle*", "red moon")
    assert await database.entries.add(SERVER, BLOCK, ["CASTLE*", "sun"], by=MODERATOR) == ("sun",)
    await database.entries.add(SERVER, BLOCK, ["castle*"], by=MODERATOR, channel_id=7)
    await database.entries.add(SERVER, ALLOW, ["castle*"], by=MODERATOR)
    assert await database.entries.of(SERVER) == (
        ListEntry(kind=BLOCK, text="Castle*"),
        ListEntry(kind=BLOCK, text="red moon"),
        ListEntry(kind=BLOCK, text="sun"),
        ListEntry(kind=BLOCK, text="castle*", channel_id=7),
        ListEntry(kind=ALLOW, text="castle*"),
    )
    assert await database.entries.of(SERVER + 1) == ()


async def test_taking_off(database: Database) -> None:
    await database.entries.add(SERVER, BLOCK, ["Castle"], by=MODERATOR)
    assert not await database.entries.remove(SERVER, ALLOW, "castle", by=MODERATOR)
    assert not await database.entries.remove(SERVER, BLOCK, "castle", by=MODERATOR, channel_id=7)
    assert await database.entries.remove(SERVER, BLOCK, "CASTLE", by=MODERATOR)
    assert await database.entries.of(SERVER) == ()


async def test_changes_are_logged_and_what_changes_nothing_is_not(database: Database) -> None:
    await database.entries.add(SERVER, BLOCK, ["castle"], by=MODERATOR)
    await database.entries.add(SERVER, BLOCK, ["castle"], by=MODERATOR)
    await database.entries.remove(SERVER, BLOCK, "castle", by=MODERATOR)
    await database.entries.remove(SERVER, BLOCK, "castle", by=MODERATOR)
    removed, added = await database.log.newest(SERVER)
    assert (added.decision, added.actor, added.detail["entries"]) == ("entries added", MODERATOR, ["castle"])
    assert (removed.decision, removed.detail["entries"]) == ("entries removed", ["castle"])


async def test_a_list_has_a_thousand_entries_at_most_its_channels_included(database: Database) -> None:
    await database.entries.add(SERVER, BLOCK, (f"word{k}" for k in range(990)), by=MODERATOR)
    with pytest.raises(TooMany, match="990"):
        await database.entries.add(SERVER, BLOCK, (f"other{k}" for k in range(11)), by=MODERATOR, channel_id=7)
    assert len(await database.entries.of(SERVER)) == 990, "all or none"
    await database.entries.add(SERVER, BLOCK, (f"other{k}" for k in range(10)), by=MODERATOR, channel_id=7)
    await database.entries.add(SERVER, ALLOW, ["another list"], by=MODERATOR)


@pytest.mark.parametrize("text", ["", "  ", "x" * 61])
async def test_an_entry_has_a_length(database: Database, text: str) -> None:
    with pytest.raises(ValueError, match="60"):
        await database.entries.add(SERVER, BLOCK, ["castle", text], by=MODERATOR)
    await database.entries.add(SERVER, BLOCK, ["x" * 60], by=MODERATOR)
