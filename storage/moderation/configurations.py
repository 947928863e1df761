"""Servers' configurations; only what deviates is kept, and every change is in the log before it holds."""

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.jobs import Clock, now
from storage.models import Base
from storage.moderation.log import Line, append
from storage.moderation.models import ChannelRow, RoleRow, ServerRow
from storage.moderation.records import ChannelConfiguration, ReviewMode, RoleConfiguration, ServerConfiguration
from storage.transactions import Transactions

Value = str | int | float | bool | None

_OF_CHANNEL = tuple(each.name for each in fields(ChannelConfiguration))
_OF_ROLE = tuple(each.name for each in fields(RoleConfiguration))
_OF_SERVER = tuple(each.name for each in fields(ServerConfiguration) if each.name not in ("channels", "roles"))


class Configurations:
    """The door to what servers decided for themselves, their channels and their roles."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

    async def of(self, server_id: int) -> ServerConfiguration:
        """Return what a server decided."""
        async with self._transactions.reading() as session:
            return await _read(session, server_id)

    async def change(self, server_id: int, changes: Mapping[str, Value], *, by: int) -> ServerConfiguration:
        """Lay ``changes`` over what a server decided; None takes a decision back. ``by`` is who does it."""
        async with self._transactions.writing() as session:
            key = {"server_id": server_id}
            made = await _write(session, ServerRow, key, _OF_SERVER, changes)
            await self._log(session, server_id, by, made)
            return await _read(session, server_id)

    async def change_channel(
        self, server_id: int, channel_id: int, changes: Mapping[str, Value], *, by: int
    ) -> ServerConfiguration:
        """As :meth:`change`, for one channel."""
        async with self._transactions.writing() as session:
            key = {"server_id": server_id, "channel_id": channel_id}
            made = await _write(session, ChannelRow, key, _OF_CHANNEL, changes)
            await self._log(session, server_id, by, made, channel=channel_id)
            return await _read(session, server_id)

    async def change_role(
        self, server_id: int, role_id: int, changes: Mapping[str, Value], *, by: int
    ) -> ServerConfiguration:
        """As :meth:`change`, for one role."""
        async with self._transactions.writing() as session:
            key = {"server_id": server_id, "role_id": role_id}
            made = await _write(session, RoleRow, key, _OF_ROLE, changes)
            await self._log(session, server_id, by, made, role=role_id)
            return await _read(session, server_id)

    async def replace(self, server_id: int, whole: ServerConfiguration, *, by: int) -> ServerConfiguration:
        """Put ``whole`` in the place of all that a server decided."""
        async with self._transactions.writing() as session:
            was = _flat(await _read(session, server_id))
            for row in (ServerRow, ChannelRow, RoleRow):
                await session.execute(delete(row).where(row.server_id == server_id))
            session.expunge_all()
            await _write(session, ServerRow, {"server_id": server_id}, _OF_SERVER, _values(whole, _OF_SERVER))
            for channel_id, channel in whole.channels.items():
                key = {"server_id": server_id, "channel_id": channel_id}
                await _write(session, ChannelRow, key, _OF_CHANNEL, _values(channel, _OF_CHANNEL))
            for role_id, role in whole.roles.items():
                key = {"server_id": server_id, "role_id": role_id}
                await _write(session, RoleRow, key, _OF_ROLE, _values(role, _OF_ROLE))
            configuration = await _read(session, server_id)
            becomes = _flat(configuration)
            names = sorted(was.keys() | becomes.keys())
            made = {name: [was.get(name), becomes.get(name)] for name in names if was.get(name) != becomes.get(name)}
            await self._log(session, server_id, by, made)
            return configuration

    async def _log(
        self, session: AsyncSession, server_id: int, by: int, made: Mapping[str, list[Any]], **where: int
    ) -> None:
        if made:
            detail = {"changes": made, **where}
            line = Line(server_id=server_id, decision="configured", actor=by, detail=detail)
            await append(session, line, self._clock())


async def _write(
    session: AsyncSession,
    kind: type[Base],
    key: Mapping[str, int],
    known: tuple[str, ...],
    changes: Mapping[str, Value],
) -> dict[str, list[Any]]:
    """Write ``changes`` into the row at ``key``, and return what became of what; raise KeyError for an unknown name."""
    if unknown := changes.keys() - set(known):
        raise KeyError(min(unknown))
    row = await session.get(kind, tuple(key.values()))
    if row is None:
        row = kind(**key)
        session.add(row)
    made = {name: [getattr(row, name), value] for name, value in changes.items() if getattr(row, name) != value}
    for name, value in changes.items():
        setattr(row, name, value)
    await session.flush()
    if all(getattr(row, name) is None for name in known):
        await session.delete(row)  # what says nothing is not kept
        await session.flush()
    return made


async def _read(session: AsyncSession, server_id: int) -> ServerConfiguration:
    row = await session.get(ServerRow, server_id)
    channels = await session.scalars(select(ChannelRow).where(ChannelRow.server_id == server_id))
    roles = await session.scalars(select(RoleRow).where(RoleRow.server_id == server_id))
    own: dict[str, Any] = {} if row is None else {name: getattr(row, name) for name in _OF_SERVER}
    if own.get("review") is not None:
        own["review"] = ReviewMode(own["review"])
    return ServerConfiguration(
        **own,
        channels=MappingProxyType(
            {each.channel_id: ChannelConfiguration(**_values(each, _OF_CHANNEL)) for each in channels}
        ),
        roles=MappingProxyType({each.role_id: RoleConfiguration(**_values(each, _OF_ROLE)) for each in roles}),
    )


def _values(holder: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(holder, name) for name in names}


def _flat(configuration: ServerConfiguration) -> dict[str, Any]:
    """Everything a server decided by one name each, for the log."""
    flat = {name: value for name, value in _values(configuration, _OF_SERVER).items() if value is not None}
    for kind, names, rows in (
        ("channel", _OF_CHANNEL, configuration.channels),
        ("role", _OF_ROLE, configuration.roles),
    ):
        for key, row in rows.items():
            chosen = _values(row, names).items()
            flat |= {f"{kind} {key} {name}": value for name, value in chosen if value is not None}
    return flat
