"""The rules of every server, read once and kept compiled; whoever changes them does it here, so none are stale."""

import asyncio
from collections.abc import Iterable, Mapping

from bot.moderation.rules import Rules
from storage.moderation.configurations import Configurations, Value
from storage.moderation.entries import Entries
from storage.moderation.records import EVERYWHERE, ListEntry, ListKind, ServerConfiguration

#: Servers whose rules are kept; those read longest ago are read again.
MOST_KEPT = 1000


class Rulebook:
    """Servers' rules, and the only way to change them; ``by`` is always who does it, for the log."""

    def __init__(self, *, configurations: Configurations, entries: Entries) -> None:
        self._configurations = configurations
        self._entries = entries
        self._read: dict[int, asyncio.Task[Rules]] = {}

    async def of(self, server_id: int) -> Rules:
        """Return the rules of a server; only the first question after a change waits for them to be read."""
        task = self._read.get(server_id)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._read[server_id] = asyncio.create_task(self._compile(server_id))
            if len(self._read) > MOST_KEPT:
                self._read.pop(next(iter(self._read)))
        return await asyncio.shield(task)

    async def configuration(self, server_id: int) -> ServerConfiguration:
        """Return what a server decided, without the defaults."""
        return await self._configurations.of(server_id)

    async def change(self, server_id: int, changes: Mapping[str, Value], *, by: int) -> None:
        """Change what holds in a server; None takes a decision back."""
        await self._configurations.change(server_id, changes, by=by)
        self._read.pop(server_id, None)

    async def change_channel(self, server_id: int, channel_id: int, changes: Mapping[str, Value], *, by: int) -> None:
        """Change what holds in one channel."""
        await self._configurations.change_channel(server_id, channel_id, changes, by=by)
        self._read.pop(server_id, None)

    async def change_role(self, server_id: int, role_id: int, changes: Mapping[str, Value], *, by: int) -> None:
        """Change what holds for one role."""
        await self._configurations.change_role(server_id, role_id, changes, by=by)
        self._read.pop(server_id, None)

    async def replace(self, server_id: int, whole: ServerConfiguration, *, by: int) -> None:
        """Put a whole configuration in the place of the one that holds."""
        await self._configurations.replace(server_id, whole, by=by)
        self._read.pop(server_id, None)

    async def entries(self, server_id: int) -> tuple[ListEntry, ...]:
        """Return the entries of a server's lists."""
        return await self._entries.of(server_id)

    async def add(
        self, server_id: int, kind: ListKind, texts: Iterable[str], *, by: int, channel_id: int = EVERYWHERE
    ) -> tuple[str, ...]:
        """Add entries to a list; return those that are new. Raises TooMany where the list has no room for them."""
        added = await self._entries.add(server_id, kind, texts, by=by, channel_id=channel_id)
        self._read.pop(server_id, None)
        return added

    async def remove(self, server_id: int, kind: ListKind, text: str, *, by: int, channel_id: int = EVERYWHERE) -> bool:
        """Take an entry off a list; say whether it was there."""
        removed = await self._entries.remove(server_id, kind, text, by=by, channel_id=channel_id)
        self._read.pop(server_id, None)
        return removed

    async def _compile(self, server_id: int) -> Rules:
        configuration, entries = await self._configurations.of(server_id), await self._entries.of(server_id)
        return await asyncio.to_thread(Rules.of, configuration, entries)
