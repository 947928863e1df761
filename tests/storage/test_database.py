"""The database opens, migrates, and behaves as SQLite must be made to behave."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_mock_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage.database import Database, parse_url
from storage.errors import DatabaseBusy, DatabaseFull, DatabaseUnfit
from storage.models import Base
from storage.records import JobState, Scope, ScopeKind
from tests.storage.conftest import REPLY, SPEC

PERSON = Scope(ScopeKind.PERSON, 1)


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


async def test_migrations_make_what_the_models_say(database: Database, url: str) -> None:
    def differences(connection: Connection) -> list:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)

    engine = create_async_engine(url.replace("sqlite", "sqlite+aiosqlite", 1))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql+asyncpg"])
def test_models_compile_for(dialect: str) -> None:
    statements: list[str] = []
    engine = create_mock_engine(f"{dialect}://", lambda sql, *_, **__: statements.append(str(sql.compile(engine))))
    Base.metadata.create_all(engine, checkfirst=False)
    made = "\n".join(statements)
    assert all(f"CREATE TABLE {table}" in made for table in ("settings", "presets", "jobs", "pictures"))
    assert ("JSONB" in made) == dialect.startswith("postgresql")


async def test_every_connection_is_told_how_to_behave(database: Database) -> None:
    async def pragma(name: str) -> object:
        async with database.writing() as session:
            return (await session.execute(text(f"PRAGMA {name}"))).scalar_one()

    assert await pragma("busy_timeout") == 500
    assert await pragma("journal_mode") == "wal"
    assert await pragma("foreign_keys") == 1
    assert await pragma("synchronous") == 2  # FULL
    async with database.reading() as session:
        assert (await session.execute(text("PRAGMA busy_timeout"))).scalar_one() == 500
        assert (await session.execute(text("PRAGMA query_only"))).scalar_one() == 1
    assert sqlite3.sqlite_version in database.description


async def test_opening_again_finds_what_was_kept(url: str, tmp_path: Path) -> None:
    async with Database.open(url, pictures=tmp_path) as database:
        await database.preferences.choose(PERSON, {"steps": 12})
    async with Database.open(url, pictures=tmp_path) as database:
        assert (await database.preferences.of(PERSON))[0].choices == {"steps": 12}


async def test_reading_first_and_writing_later_never_fails(database: Database) -> None:
    await database.preferences.choose(PERSON, {"steps": 0})

    async def add_one() -> None:
        async with database.writing() as session:
            steps = (await session.execute(text("SELECT steps FROM settings"))).scalar_one()
            await session.execute(text("UPDATE settings SET steps = :steps"), {"steps": steps + 1})

    await asyncio.gather(*(add_one() for _ in range(50)))
    assert (await database.preferences.of(PERSON))[0].choices == {"steps": 50}


async def test_says_so_when_another_program_holds_the_lock(database: Database, url: str) -> None:
    other = sqlite3.connect(file_of(url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy, match="locked"):
        await database.jobs.accept(1, owner=1, spec=SPEC, reply=REPLY)
    assert await database.jobs.find(1) is None, "readers do not wait for writers"
    other.execute("ROLLBACK")
    other.close()
    assert await database.jobs.accept(1, owner=1, spec=SPEC, reply=REPLY), "and it mends by itself"


async def test_says_so_when_there_is_no_room(database: Database) -> None:
    async with database.writing() as session:
        pages = (await session.execute(text("PRAGMA page_count"))).scalar_one()
        await session.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(DatabaseFull, match="full"):
        await database.jobs.accept(1, owner=1, spec={"prompt": "long " * 100_000}, reply=REPLY)


async def test_a_writer_that_is_cancelled_leaves_the_connection_usable(database: Database) -> None:
    async def write() -> None:
        async with database.writing() as session:
            await session.execute(text("INSERT INTO settings (scope_kind, scope_id) VALUES ('person', 5)"))
            await asyncio.sleep(60)

    task = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.jobs.accept(1, owner=1, spec=SPEC, reply=REPLY)
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM settings"))).scalar_one() == 0


async def test_refuses_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("these are notes, and more than a hundred bytes of them " * 40)
    with pytest.raises(DatabaseUnfit, match="cannot be used"):
        async with Database.open(f"sqlite:///{tmp_path / 'notes.db'}", pictures=tmp_path):
            pass


async def test_refuses_a_database_of_a_newer_version(url: str, tmp_path: Path) -> None:
    async with Database.open(url, pictures=tmp_path) as database, database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnfit, match="another version"):
        async with Database.open(url, pictures=tmp_path):
            pass


@pytest.mark.parametrize("url", ["", "mysql://host/db", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_refuses_addresses_that_keep_nothing(url: str) -> None:
    with pytest.raises(DatabaseUnfit):
        parse_url(url)


@pytest.mark.parametrize("url", ["postgresql://a@b/c", "postgres://a@b/c", "postgresql+asyncpg://a@b/c"])
def test_chooses_the_asynchronous_driver(url: str) -> None:
    assert parse_url(url).drivername == "postgresql+asyncpg"


async def test_states_outside_the_list_are_refused_by_the_table(database: Database) -> None:
    from sqlalchemy.exc import IntegrityError

    await database.jobs.accept(1, owner=1, spec=SPEC, reply=REPLY)
    with pytest.raises(IntegrityError):
        async with database.writing() as session:
            await session.execute(text("UPDATE jobs SET state = 'lost'"))
    job = await database.jobs.find(1)
    assert job is not None
    assert job.state is JobState.ACCEPTING


async def test_postgresql_without_its_driver_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.find_spec", lambda name: None)
    with pytest.raises(DatabaseUnfit, match="needs the package asyncpg"):
        async with Database.open("postgresql://a@127.0.0.1/c", pictures=tmp_path):
            pass
