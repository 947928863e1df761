"""Servers' word lists, as their moderators wrote them; what an entry means is not known here."""

from collections.abc import Iterable

from sqlalchemy import delete, func, select

from storage.errors import TooMany
from storage.jobs import Clock, now
from storage.moderation.log import Line, append
from storage.moderation.models import EntryRow
from storage.moderation.records import EVERYWHERE, LONGEST_ENTRY, MOST_ENTRIES, ListEntry, ListKind
from storage.transactions import Transactions


class Entries:
    """The door to the word lists."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

    async def of(self, server_id: int) -> tuple[ListEntry, ...]:
        """Return every entry of a server's lists, its channels' among them, in the order in which they came."""
        wanted = select(EntryRow).where(EntryRow.server_id == server_id).order_by(EntryRow.id)
        async with self._transactions.reading() as session:
            return tuple(_entry(row) for row in await session.scalars(wanted))

    async def add(
        self, server_id: int, kind: ListKind, texts: Iterable[str], *, by: int, channel_id: int = EVERYWHERE
    ) -> tuple[str, ...]:
        """Add entries to a list, all or none; return those that were not there already.

        Raises TooMany where the list would have more than MOST_ENTRIES, ValueError for an entry that is empty or too
        long.
        """
        wanted: dict[str, str] = {}
        for text in texts:
            wanted.setdefault(_key(text), " ".join(text.split()))
        if any(not 0 < len(text) <= LONGEST_ENTRY for text in wanted.values()):
            raise ValueError("an entry has 1 to 60 characters")
        async with self._transactions.writing() as session:
            of_list = (EntryRow.server_id == server_id, EntryRow.kind == str(kind))
            there = await session.scalars(select(EntryRow.text_key).where(*of_list, EntryRow.channel_id == channel_id))
            known = set(there)
            new = {key: text for key, text in wanted.items() if key not in known}
            count = await session.scalar(select(func.count()).select_from(EntryRow).where(*of_list)) or 0
            if count + len(new) > MOST_ENTRIES:
                raise TooMany(f"The list has {count} entries; with {len(new)} more it would pass {MOST_ENTRIES}.")
            for key, text in new.items():
                row = {"server_id": server_id, "kind": str(kind), "channel_id": channel_id}
                session.add(EntryRow(**row, text=text, text_key=key))
            if new:
                detail = {"list": str(kind), "channel": channel_id, "entries": list(new.values())}
                line = Line(server_id=server_id, decision="entries added", actor=by, detail=detail)
                await append(session, line, self._clock())
        return tuple(new.values())

    async def remove(self, server_id: int, kind: ListKind, text: str, *, by: int, channel_id: int = EVERYWHERE) -> bool:
        """Take an entry off a list, whatever its capitals; say whether it was there."""
        async with self._transactions.writing() as session:
            gone = delete(EntryRow).where(
                EntryRow.server_id == server_id,
                EntryRow.kind == str(kind),
                EntryRow.channel_id == channel_id,
                EntryRow.text_key == _key(text),
            )
            removed = await session.scalar(gone.returning(EntryRow.text))
            if removed is not None:
                detail = {"list": str(kind), "channel": channel_id, "entries": [removed]}
                line = Line(server_id=server_id, decision="entries removed", actor=by, detail=detail)
                await append(session, line, self._clock())
            return removed is not None


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


def _entry(row: EntryRow) -> ListEntry:
    return ListEntry(kind=ListKind(row.kind), text=row.text, channel_id=row.channel_id)
