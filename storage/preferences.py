"""People's, channels' and servers' choices; only what deviates is kept."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import delete, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import CHOICES, ChoiceColumns, SettingsRow
from storage.records import Choice, Choices, Scope, Settings
from storage.transactions import Transactions

_NONE = Settings()


class Preferences:
    """The door to the table of settings."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def of(self, *scopes: Scope) -> tuple[Settings, ...]:
        """Return what each of ``scopes`` has chosen, in their order."""
        keys = [(str(scope.kind), scope.id) for scope in scopes]
        wanted = select(SettingsRow).where(tuple_(SettingsRow.scope_kind, SettingsRow.scope_id).in_(keys))
        async with self._transactions.reading() as session:
            found = {(row.scope_kind, row.scope_id): _settings(row) for row in await session.scalars(wanted)}
        return tuple(found.get(key, _NONE) for key in keys)

    async def choose(
        self, scope: Scope, choices: Mapping[str, Choice | None], *, hints: bool | None = None
    ) -> Settings:
        """Lay ``choices`` over what ``scope`` has chosen; None takes a choice back. ``hints`` None changes nothing."""
        try:
            return await self._choose(scope, choices, hints)
        except IntegrityError:  # on a server somebody else may have made the row meanwhile; now it is there
            return await self._choose(scope, choices, hints)

    async def _choose(self, scope: Scope, choices: Mapping[str, Choice | None], hints: bool | None) -> Settings:
        async with self._transactions.writing() as session:
            row = await _made_row(session, scope)
            write_choices(row, choices)
            row.hints = row.hints if hints is None else hints
            return await _tidied(session, row)

    async def use(self, scope: Scope, preset: str | None) -> None:
        """Let the preset of that name hold where none is asked for; None lets none."""
        try:
            await self._use(scope, preset)
        except IntegrityError:  # as above
            await self._use(scope, preset)

    async def _use(self, scope: Scope, preset: str | None) -> None:
        async with self._transactions.writing() as session:
            row = await _made_row(session, scope)
            row.default_preset = preset
            await _tidied(session, row)

    async def forget(self, scope: Scope, *names: str) -> Settings:
        """Take back the choices called ``names`` (``hints`` among them), or all where none is named."""
        async with self._transactions.writing() as session:
            if not names:
                await session.execute(delete(SettingsRow).where(*_is(scope)))
                return _NONE
            row = await _row(session, scope)
            if row is None:
                return _NONE
            write_choices(row, {name: None for name in names if name != "hints"})
            row.hints = None if "hints" in names else row.hints
            return await _tidied(session, row)


def read_choices(row: ChoiceColumns) -> Choices:
    """The choices of a row, those without one left out."""
    made = {name: getattr(row, name) for name in CHOICES}
    return MappingProxyType({name: choice for name, choice in made.items() if choice is not None})


def write_choices(row: ChoiceColumns, choices: Mapping[str, Choice | None]) -> None:
    """Write ``choices`` into a row; raise KeyError for a name that is no choice."""
    for name, choice in choices.items():
        if name not in CHOICES:
            raise KeyError(name)
        setattr(row, name, choice)


async def _row(session: AsyncSession, scope: Scope) -> SettingsRow | None:
    return await session.scalar(select(SettingsRow).where(*_is(scope)))


async def _made_row(session: AsyncSession, scope: Scope) -> SettingsRow:
    """The row of ``scope``, a new one where there is none."""
    row = await _row(session, scope)
    if row is None:
        row = SettingsRow(scope_kind=str(scope.kind), scope_id=scope.id)
        session.add(row)
    return row


async def _tidied(session: AsyncSession, row: SettingsRow) -> Settings:
    """What the row now says; a row that says nothing is not kept."""
    await session.flush()
    settings = _settings(row)
    if settings == _NONE:
        await session.delete(row)
    return settings


def _is(scope: Scope) -> tuple:
    return SettingsRow.scope_kind == str(scope.kind), SettingsRow.scope_id == scope.id


def _settings(row: SettingsRow) -> Settings:
    return Settings(choices=read_choices(row), hints=row.hints, preset=row.default_preset)
