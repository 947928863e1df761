"""Who asks, and where: what policy needs to know of both, and no more."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who asks. ``roles`` are ids; ``manages`` says that they may manage the server."""

    id: int
    roles: frozenset[int]
    manages: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is asked. ``server_id`` is None in direct messages.

    ``parent_id`` is of the channel that a thread hangs from, and ``age_restricted`` is that channel's mark then.
    """

    server_id: int | None
    channel_id: int
    parent_id: int | None = None
    age_restricted: bool = False

    @property
    def channels(self) -> tuple[int, ...]:
        """The channel that a thread hangs from, if it is one, and the channel itself."""
        return (self.channel_id,) if self.parent_id is None else (self.parent_id, self.channel_id)
