"""Choices are kept as they were made, and only those."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from storage import preferences
from storage.database import Database
from storage.models import SettingsRow
from storage.records import Scope, ScopeKind, Settings

PERSON = Scope(ScopeKind.PERSON, 2**62)
SERVER = Scope(ScopeKind.SERVER, 2**62)
CHANNEL = Scope(ScopeKind.CHANNEL, 3)


async def rows(database: Database) -> int:
    async with database.reading() as session:
        return (await session.execute(text("SELECT count(*) FROM settings"))).scalar_one()


async def test_choices_come_back_exactly(database: Database) -> None:
    choices = {
        "prompt": "",
        "preset_weight": 1e-45,
        "guidance_scale": 7.1,
        "seed": 2**63 - 1,
        "size": "wide",
        "clip_skip": 2,
        "subseed_strength": 0.0,
    }
    assert (await database.preferences.choose(PERSON, choices)).choices == choices
    assert (await database.preferences.of(PERSON))[0].choices == choices


async def test_guidance_may_be_a_word(database: Database) -> None:
    await database.preferences.choose(PERSON, {"guidance_scale": "auto"})
    assert (await database.preferences.of(PERSON))[0].choices == {"guidance_scale": "auto"}


async def test_scopes_do_not_mix(database: Database) -> None:
    await database.preferences.choose(PERSON, {"steps": 1})
    await database.preferences.choose(SERVER, {"steps": 2}, hints=False)
    of = await database.preferences.of(SERVER, CHANNEL, PERSON)
    assert of == (Settings(choices={"steps": 2}, hints=False), Settings(), Settings(choices={"steps": 1}))


async def test_none_takes_a_choice_back_and_nothing_is_kept_of_nothing(database: Database) -> None:
    await database.preferences.choose(PERSON, {"steps": 1, "size": "wide"}, hints=True)
    assert (await database.preferences.choose(PERSON, {"steps": None})).choices == {"size": "wide"}
    assert await database.preferences.forget(PERSON, "hints") == Settings(choices={"size": "wide"})
    assert await database.preferences.forget(PERSON, "size") == Settings()
    assert await rows(database) == 0


async def test_forgetting_everything(database: Database) -> None:
    await database.preferences.choose(PERSON, {"steps": 1}, hints=False)
    await database.preferences.choose(SERVER, {"steps": 2})
    assert await database.preferences.forget(PERSON) == Settings()
    assert await database.preferences.of(PERSON, SERVER) == (Settings(), Settings(choices={"steps": 2}))
    assert await database.preferences.forget(CHANNEL, "steps") == Settings()


async def test_the_preset_that_holds_where_none_is_asked_for(database: Database) -> None:
    await database.preferences.use(PERSON, "night")
    await database.preferences.choose(PERSON, {"steps": 1})
    assert await database.preferences.of(PERSON) == (Settings(choices={"steps": 1}, preset="night"),)
    await database.preferences.forget(PERSON, "steps")
    await database.preferences.use(PERSON, None)
    assert await rows(database) == 0
    await database.preferences.use(SERVER, None)
    assert await rows(database) == 0


async def test_what_is_no_choice_is_refused(database: Database) -> None:
    with pytest.raises(KeyError):
        await database.preferences.choose(PERSON, {"scope_id": 5})
    assert await rows(database) == 0


async def test_two_first_choices_at_once_are_both_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server both look before either has written; here the second one is made to see nothing."""
    await database.preferences.choose(PERSON, {"steps": 1})
    looked = 0

    async def too_early(session: AsyncSession, scope: Scope) -> SettingsRow | None:
        nonlocal looked
        looked += 1
        return None if looked == 1 else await see(session, scope)

    see = preferences._row
    monkeypatch.setattr(preferences, "_row", too_early)
    chosen = await database.preferences.choose(PERSON, {"clip_skip": 2})
    assert chosen.choices == {"steps": 1, "clip_skip": 2}
