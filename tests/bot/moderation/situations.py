"""Who asks, where, and what is known of them, for tests: an ordinary member in an ordinary channel, with changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.moderation.circumstances import Person, Place
from bot.moderation.policy import judge
from bot.moderation.rules import Rules
from storage.moderation.records import History, ListEntry, ServerConfiguration

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
SERVER, CHANNEL, ROLE = 10, 20, 30


def person(**changes: Any) -> Person:
    """Somebody whose account is a year old."""
    usual = {"id": 1, "roles": frozenset(), "manages": False, "created_at": NOW - timedelta(days=365)}
    return Person(**usual | changes)


def place(**changes: Any) -> Place:
    """A text channel."""
    usual: dict[str, Any] = {"server_id": SERVER, "channel_id": CHANNEL}
    return Place(**usual | changes)


def rules(*entries: ListEntry, **decided: Any) -> Rules:
    """The rules of a server that decided so, with these entries on its lists."""
    return Rules.of(ServerConfiguration(**decided), entries)


def judged(spec: Any, *, floor: Any, **known: Any) -> Any:
    """What policy says, of ordinary circumstances but for those named."""
    usual = {"who": person(), "where": place(), "history": History(), "rules": rules(), "waiting": 0, "now": NOW}
    return judge(spec, floor=floor, **usual | known)
