"""Named sets of choices; each belongs to a person or to a server, and is found whatever its capitals."""

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from storage.errors import NameTaken
from storage.models import PresetRow
from storage.preferences import read_choices, write_choices
from storage.records import Choices, Preset, Scope, ScopeKind
from storage.transactions import Transactions


class Presets:
    """The door to the table of presets."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def save(self, holder: Scope, name: str, choices: Choices) -> Preset:
        """Keep ``choices`` under ``name``; raise NameTaken where ``holder`` has a preset of that name."""
        row = PresetRow(holder_kind=str(holder.kind), holder_id=holder.id, name=name, name_key=_key(name))
        write_choices(row, choices)
        try:
            async with self._transactions.writing() as session:
                session.add(row)
                await session.flush()
                return _preset(row)
        except IntegrityError as fault:
            raise NameTaken(f"There is a preset called {name!r} already.") from fault

    async def find(self, name: str, *holders: Scope) -> Preset | None:
        """Return the preset of that name which the first of ``holders`` that has one keeps."""
        for holder in holders:
            wanted = select(PresetRow).where(*_of(holder), PresetRow.name_key == _key(name))
            async with self._transactions.reading() as session:
                if row := await session.scalar(wanted):
                    return _preset(row)
        return None

    async def beginning(self, start: str, *holders: Scope, limit: int) -> tuple[Preset, ...]:
        """Return up to ``limit`` presets of ``holders`` whose names begin with ``start``, by name."""
        found: list[Preset] = []
        for holder in holders:
            key = PresetRow.name_key
            begins = func.substr(key, 1, len(_key(start))) == _key(start)
            wanted = select(PresetRow).where(*_of(holder), begins).order_by(key).limit(limit)
            async with self._transactions.reading() as session:
                found += [_preset(row) for row in await session.scalars(wanted)]
        return tuple(found[:limit])

    async def delete(self, holder: Scope, name: str) -> bool:
        """Let go of a preset; say whether there was one."""
        async with self._transactions.writing() as session:
            gone = delete(PresetRow).where(*_of(holder), PresetRow.name_key == _key(name)).returning(PresetRow.id)
            return (await session.scalar(gone)) is not None


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _of(holder: Scope) -> tuple:
    return PresetRow.holder_kind == str(holder.kind), PresetRow.holder_id == holder.id


def _preset(row: PresetRow) -> Preset:
    holder = Scope(ScopeKind(row.holder_kind), row.holder_id)
    return Preset(id=row.id, holder=holder, name=row.name, choices=read_choices(row))
