"""Servers' configurations: only what deviates, never across servers, and every change in the log."""

from dataclasses import fields

import pytest

from storage.database import Database
from storage.moderation.models import ChannelRow, RoleRow, ServerRow
from storage.moderation.records import ChannelConfiguration, ReviewMode, RoleConfiguration, ServerConfiguration

ATELIER, OTHER, ADMIN = 2**62, 2**62 + 1, 5


async def test_nothing_is_decided_at_first(database: Database) -> None:
    assert await database.configurations.of(ATELIER) == ServerConfiguration()


async def test_decisions_are_laid_over_one_another_and_taken_back(database: Database) -> None:
    await database.configurations.change(ATELIER, {"steps": 40, "review": "flagged", "explicit": 0.1}, by=ADMIN)
    made = await database.configurations.change(ATELIER, {"steps": None, "age_restricted": True}, by=ADMIN)
    assert made == ServerConfiguration(review=ReviewMode.FLAGGED, explicit=0.1, age_restricted=True)
    assert await database.configurations.of(ATELIER) == made
    assert await database.configurations.of(OTHER) == ServerConfiguration(), "ids are not floats"


async def test_channels_and_roles_have_their_own(database: Database) -> None:
    await database.configurations.change_channel(ATELIER, 7, {"answers": True}, by=ADMIN)
    await database.configurations.change_channel(ATELIER, 8, {"negative": "gore"}, by=ADMIN)
    made = await database.configurations.change_role(ATELIER, 9, {"daily": 0, "moderates": True}, by=ADMIN)
    assert made.channels == {7: ChannelConfiguration(answers=True), 8: ChannelConfiguration(negative="gore")}
    assert made.roles == {9: RoleConfiguration(daily=0, moderates=True)}
    made = await database.configurations.change_channel(ATELIER, 7, {"answers": None}, by=ADMIN)
    assert made.channels.keys() == {8}, "what says nothing is not kept"


async def test_every_change_is_logged_with_who_and_what(database: Database) -> None:
    await database.configurations.change(ATELIER, {"steps": 40}, by=ADMIN)
    await database.configurations.change(ATELIER, {"steps": 40}, by=ADMIN)
    await database.configurations.change(ATELIER, {"steps": 50}, by=ADMIN + 1)
    await database.configurations.change_role(ATELIER, 9, {"daily": 3}, by=ADMIN)
    entries = await database.log.newest(ATELIER)
    assert [(entry.actor, entry.detail) for entry in reversed(entries)] == [
        (ADMIN, {"changes": {"steps": [None, 40]}}),
        (ADMIN + 1, {"changes": {"steps": [40, 50]}}),
        (ADMIN, {"changes": {"daily": [None, 3]}, "role": 9}),
    ]
    assert {entry.decision for entry in entries} == {"configured"}
    assert (await database.log.verify()).broken_at is None


async def test_a_whole_configuration_takes_the_place_of_another(database: Database) -> None:
    await database.configurations.change(ATELIER, {"steps": 40, "cooldown": 9}, by=ADMIN)
    await database.configurations.change_channel(ATELIER, 7, {"answers": True}, by=ADMIN)
    whole = ServerConfiguration(
        steps=50,
        review=ReviewMode.EVERYTHING,
        channels={8: ChannelConfiguration(answers=True)},
        roles={9: RoleConfiguration(draws=True)},
    )
    assert await database.configurations.replace(ATELIER, whole, by=ADMIN) == whole
    assert await database.configurations.of(ATELIER) == whole
    entry, *_ = await database.log.newest(ATELIER)
    assert entry.detail["changes"] == {
        "steps": [40, 50],
        "cooldown": [9, None],
        "review": [None, "everything"],
        "channel 7 answers": [True, None],
        "channel 8 answers": [None, True],
        "role 9 draws": [None, True],
    }


async def test_unknown_names_are_refused(database: Database) -> None:
    with pytest.raises(KeyError):
        await database.configurations.change(ATELIER, {"floor": False}, by=ADMIN)


@pytest.mark.parametrize(
    ("record", "row"),
    [(ServerConfiguration, ServerRow), (ChannelConfiguration, ChannelRow), (RoleConfiguration, RoleRow)],
)
def test_records_and_columns_have_the_same_names(record: type, row: type) -> None:
    names = {field.name for field in fields(record)} - {"channels", "roles"}
    assert names == set(row.__table__.columns.keys()) - {"server_id", "channel_id", "role_id"}
