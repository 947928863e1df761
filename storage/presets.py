"""Named sets of choices; each belongs to a person or to a server, and is found whatever its capitals.

Where several are asked for, they come in the order of their holders; then those that members show in a server.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.errors import NameTaken, TooMany
from storage.models import PresetRow, SettingsRow, ShownPresetRow
from storage.preferences import read_choices, write_choices
from storage.records import Choice, Choices, Preset, Scope, ScopeKind
from storage.transactions import Transactions


class Presets:
    """The door to the table of presets."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def save(self, holder: Scope, name: str, choices: Choices, *, most: int | None = None) -> Preset:
        """Keep ``choices`` under ``name``.

        Raises NameTaken where ``holder`` has a preset of that name, TooMany where they have ``most`` already.
        """
        row = PresetRow(holder_kind=str(holder.kind), holder_id=holder.id, name=name, name_key=key(name))
        write_choices(row, choices)
        try:
            async with self._transactions.writing() as session:
                if most is not None and await _count(session, and_(*_of(holder))) >= most:
                    raise TooMany(f"There are {most} presets already.")
                session.add(row)
                await session.flush()
                return read_preset(row)
        except IntegrityError as fault:
            raise NameTaken(f"There is a preset called {name!r} already.") from fault

    async def find(self, name: str, *holders: Scope, shown_in: int | None = None) -> Preset | None:
        """Return the preset of that name which the first of ``holders`` that has one keeps.

        Where none of them has, one that somebody shows in the server ``shown_in``.
        """
        among, rank = _reach(holders, shown_in)
        wanted = select(PresetRow).where(among, PresetRow.name_key == key(name)).order_by(rank).limit(1)
        async with self._transactions.reading() as session:
            row = await session.scalar(wanted)
            return None if row is None else read_preset(row)

    async def matching(
        self, typed: str, *holders: Scope, shown_in: int | None = None, limit: int, offset: int = 0
    ) -> tuple[Preset, ...]:
        """Return up to ``limit`` presets with ``typed`` in their names; those that begin so come first."""
        among, rank = _reach(holders, shown_in)
        name = PresetRow.name_key
        begins = case((name.startswith(key(typed), autoescape=True), 0), else_=1)
        wanted = select(PresetRow).where(among, name.contains(key(typed), autoescape=True))
        page = wanted.order_by(begins, rank, name, PresetRow.id).limit(limit).offset(offset)
        async with self._transactions.reading() as session:
            return tuple(read_preset(row) for row in await session.scalars(page))

    async def count(self, *holders: Scope, shown_in: int | None = None) -> int:
        """Return how many presets there are to choose from."""
        async with self._transactions.reading() as session:
            return await _count(session, _reach(holders, shown_in)[0])

    async def taken(self, names: Collection[str], *holders: Scope, shown_in: int | None = None) -> frozenset[str]:
        """Return those of ``names``, as they are compared, that lead to a preset."""
        among, _ = _reach(holders, shown_in)
        found = select(PresetRow.name_key).where(among, PresetRow.name_key.in_([key(name) for name in names]))
        async with self._transactions.reading() as session:
            return frozenset(await session.scalars(found))

    async def change(
        self, preset: Preset, choices: Mapping[str, Choice | None], *, name: str | None = None
    ) -> Preset | None:
        """Lay ``choices`` over a preset's, None taking one back, and call it ``name`` from now on.

        Where it is its holder's default it stays so. Returns None where it is gone, or another's; raises NameTaken.
        """
        try:
            async with self._transactions.writing() as session:
                row = await session.scalar(select(PresetRow).where(*_is(preset)))
                if row is None:
                    return None
                write_choices(row, choices)
                if name is not None:
                    await _follow_name(session, row, name)
                    row.name, row.name_key = name, key(name)
                await session.flush()
                return read_preset(row)
        except IntegrityError as fault:
            raise NameTaken(f"There is a preset called {name!r} already.") from fault

    async def delete(self, preset: Preset) -> bool:
        """Let go of a preset, and of all that leads to it; say whether it was there."""
        async with self._transactions.writing() as session:
            row = await session.scalar(select(PresetRow).where(*_is(preset)))
            if row is None:
                return False
            await _follow_name(session, row, None)
            await session.execute(delete(PresetRow).where(PresetRow.id == row.id))
            return True


def key(name: str) -> str:
    """A name as it is compared."""
    return " ".join(name.split()).casefold()


def read_preset(row: PresetRow) -> Preset:
    """The record of a row."""
    holder = Scope(ScopeKind(row.holder_kind), row.holder_id)
    return Preset(id=row.id, holder=holder, name=row.name, choices=read_choices(row))


async def _count(session: AsyncSession, among: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).select_from(PresetRow).where(among)) or 0


async def _follow_name(session: AsyncSession, row: PresetRow, name: str | None) -> None:
    """Let what calls a preset by its name follow to its new one, or to nothing."""
    settings = await session.scalar(
        select(SettingsRow).where(
            SettingsRow.scope_kind == row.holder_kind,
            SettingsRow.scope_id == row.holder_id,
            SettingsRow.default_preset.is_not(None),
        )
    )
    if settings is not None and key(str(settings.default_preset)) == row.name_key:
        settings.default_preset = name
    if name is not None:
        shown = update(ShownPresetRow).where(ShownPresetRow.preset_id == row.id)
        await session.execute(shown.values(name_key=key(name)))


def _reach(holders: tuple[Scope, ...], shown_in: int | None) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    """Which presets are meant, and the place of each in their order."""
    whose = [and_(*_of(holder)) for holder in holders]
    if shown_in is not None:
        shown = select(ShownPresetRow.preset_id).where(ShownPresetRow.guild_id == shown_in)
        whose.append(PresetRow.id.in_(shown))
    return or_(*whose), case(*((among, place) for place, among in enumerate(whose)))


def _of(holder: Scope) -> tuple:
    return PresetRow.holder_kind == str(holder.kind), PresetRow.holder_id == holder.id


def _is(preset: Preset) -> tuple:
    return PresetRow.id == preset.id, *_of(preset.holder)
