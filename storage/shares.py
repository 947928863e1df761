"""The ways by which one person's preset reaches others: shown in a server, or copied by a code."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from storage.errors import NameTaken, TooMany
from storage.jobs import Clock, now
from storage.models import PresetCodeRow, PresetRow, ShownPresetRow
from storage.presets import key
from storage.records import Choice, Preset, SharedPreset
from storage.transactions import Transactions


class Shares:
    """The door to the tables of shown presets and of codes."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

    async def show(self, preset: Preset, guild_id: int) -> None:
        """Let all members of a server use a preset; raise NameTaken where they use another one of that name."""
        row = ShownPresetRow(guild_id=guild_id, name_key=key(preset.name), preset_id=preset.id)
        try:
            async with self._transactions.writing() as session:
                already = (ShownPresetRow.guild_id == guild_id, ShownPresetRow.preset_id == preset.id)
                if await session.scalar(select(ShownPresetRow).where(*already)) is None:
                    session.add(row)
        except IntegrityError as fault:
            raise NameTaken(f"A preset called {preset.name!r} is shown there already.") from fault

    async def shown_in(self, guild_id: int) -> frozenset[int]:
        """Return the ids of the presets that are shown in a server."""
        async with self._transactions.reading() as session:
            shown = select(ShownPresetRow.preset_id).where(ShownPresetRow.guild_id == guild_id)
            return frozenset(await session.scalars(shown))

    async def hide(self, preset: Preset, guild_id: int) -> bool:
        """Let the members of a server no longer use a preset; say whether they could."""
        gone = delete(ShownPresetRow).where(ShownPresetRow.guild_id == guild_id, ShownPresetRow.preset_id == preset.id)
        async with self._transactions.writing() as session:
            return (await session.scalar(gone.returning(ShownPresetRow.preset_id))) is not None

    async def withdraw(self, preset: Preset) -> bool:
        """Let nobody reach a preset any more but its holder; say whether somebody could."""
        shown = delete(ShownPresetRow).where(ShownPresetRow.preset_id == preset.id)
        codes = delete(PresetCodeRow).where(PresetCodeRow.preset_id == preset.id)
        async with self._transactions.writing() as session:
            ends = [
                await session.scalars(shown.returning(ShownPresetRow.preset_id)),
                await session.scalars(codes.returning(PresetCodeRow.preset_id)),
            ]
            return any(end.all() for end in ends)

    async def offer(self, preset: Preset, code: str, *, most: int | None = None) -> str:
        """Keep a copy of a preset under ``code`` and return it, or the code that it has as it is.

        Raises TooMany where its holder has ``most`` codes already.
        """
        choices = dict(preset.choices)
        async with self._transactions.writing() as session:
            known = await session.scalars(select(PresetCodeRow).where(PresetCodeRow.preset_id == preset.id))
            same = [row.code for row in known if (row.name, row.choices) == (preset.name, choices)]
            if same:
                return same[0]
            of_holder = (PresetRow.holder_kind == str(preset.holder.kind), PresetRow.holder_id == preset.holder.id)
            number = select(func.count()).select_from(PresetCodeRow).join(PresetRow).where(*of_holder)
            if most is not None and (await session.scalar(number) or 0) >= most:
                raise TooMany(f"There are {most} codes already.")
            session.add(
                PresetCodeRow(
                    code=code, preset_id=preset.id, name=preset.name, choices=choices, created_at=self._clock()
                )
            )
            return code

    async def behind(self, code: str) -> SharedPreset | None:
        """Return what is kept under ``code``."""
        async with self._transactions.reading() as session:
            row = await session.get(PresetCodeRow, code)
            if row is None:
                return None
            choices: Mapping[str, Choice] = MappingProxyType(dict(row.choices))
            return SharedPreset(code=row.code, name=row.name, choices=choices)
