"""The database: opened once, brought up to date, and closed; the tables' own doors hang from it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from storage import sqlite
from storage.errors import DatabaseUnfit, translated
from storage.favourites import Favourites
from storage.files import PictureFiles
from storage.given import Given
from storage.history import History
from storage.jobs import Jobs
from storage.migrating import migrate
from storage.moderation.appeals import Appeals
from storage.moderation.cases import Cases
from storage.moderation.configurations import Configurations
from storage.moderation.entries import Entries
from storage.moderation.histories import Histories
from storage.moderation.log import Log
from storage.moderation.purges import Purges
from storage.moderation.rejections import Rejections
from storage.moderation.sanctions import Sanctions
from storage.moderation.summaries import Summaries
from storage.people import People
from storage.pictures import Pictures
from storage.preferences import Preferences
from storage.presets import Presets
from storage.retention import Retention
from storage.shares import Shares
from storage.spending import Spending
from storage.studies import Studies

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


class Database:
    """What is kept, through ``preferences``, ``presets``, ``shares``, ``jobs``, ``pictures``, ``given``,
    ``favourites``, ``history``, ``spending``, ``people`` and moderation's doors.

    On SQLite, one process at a time is meant to write; others may read.
    """

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, pictures: Path) -> None:
        self._writer = writer
        self._reader = reader
        self.preferences = Preferences(self)
        self.presets = Presets(self)
        self.shares = Shares(self)
        self.jobs = Jobs(self)
        self.spending = Spending(self)
        files = PictureFiles(pictures)
        self.pictures = Pictures(self, files)
        self.people = People(self, files)
        self.given = Given(self, files)
        self.retention = Retention(self, files)
        self.favourites = Favourites(self)
        self.history = History(self)
        self.studies = Studies(self, PictureFiles(pictures.with_name("studies")))
        self.configurations = Configurations(self)
        self.entries = Entries(self)
        self.cases = Cases(self)
        self.histories = Histories(self)
        self.sanctions = Sanctions(self)
        self.appeals = Appeals(self)
        self.rejections = Rejections(self)
        self.purges = Purges(self)
        self.summaries = Summaries(self)
        self.log = Log(self)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, *, pictures: Path) -> AsyncIterator[Self]:
        """Open the database at ``url`` (``sqlite:///FILE`` or ``postgresql://…``), migrated to today's shape.

        ``pictures`` is the folder for finished pictures; it is made when the first one comes.
        Raises DatabaseUnfit for a URL or a database that cannot be used.
        """
        address = parse_url(url)
        _check_driver(address)
        await _migrate(address)
        writer, reader = _engines(address)
        try:
            yield cls(writer, reader, pictures)
        finally:
            await reader.dispose()
            if writer is not reader:
                await writer.dispose()

    @property
    def description(self) -> str:
        """What it is, for the log: ``SQLite 3.40.1`` or ``PostgreSQL``."""
        return f"SQLite {sqlite.version()}" if self._writer.dialect.name == "sqlite" else "PostgreSQL"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A snapshot to read from."""
        with translated():
            async with AsyncSession(self._reader) as session, session.begin():
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction, committed at the end unless something was raised; keep it short, all others wait."""
        with translated():
            async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
                yield session


def parse_url(url: str) -> URL:
    """Read a database's address and choose the asynchronous driver; raise DatabaseUnfit for one that cannot be."""
    try:
        address = make_url(url)
    except ArgumentError as fault:
        raise DatabaseUnfit(f"{url!r} is no database URL. Write one like sqlite:///data/ninewords.db.") from fault
    name = address.get_backend_name()
    if name not in _DRIVERS:
        raise DatabaseUnfit(f"{name} databases are not supported; use sqlite:///FILE or postgresql://….")
    if name == "sqlite" and address.database in (None, "", ":memory:"):
        raise DatabaseUnfit(
            "A database in memory keeps nothing; write a file's name, like sqlite:///data/ninewords.db."
        )
    return address.set(drivername=_DRIVERS[name])


def _check_driver(address: URL) -> None:
    if address.get_backend_name() == "postgresql" and find_spec("asyncpg") is None:
        raise DatabaseUnfit(
            "PostgreSQL needs the package asyncpg; install it with: .venv/bin/pip install -c constraints.txt asyncpg"
        )


def _engines(address: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """The engine that writes and the one that reads."""
    if address.get_backend_name() == "sqlite":
        return sqlite.writing_engine(address), sqlite.reading_engine(address)
    engine = create_async_engine(address, pool_timeout=sqlite.TURN_SECONDS, pool_pre_ping=True)
    return engine, engine


async def _migrate(address: URL) -> None:
    if address.get_backend_name() == "sqlite":
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = sqlite.writing_engine(address, foreign_keys=False)
    else:
        engine = create_async_engine(address)
    try:
        await migrate(engine)
    finally:
        await engine.dispose()
