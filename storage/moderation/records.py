"""What moderation's doors hand out: frozen records, plain values; None in a configuration is no choice.

A case's life (``NEXT`` holds the arrows; everything else is refused by the update itself):

refused     a request that was not drawn, by a rule                    stands, until an appeal is upheld
open        a held or reported picture that waits for a moderator      24 hours
approved    a moderator let it be                                      an end
rejected    a moderator took it down, or never let it out              stands, until an appeal is upheld
expired     nobody answered in time; never posted                      an end
overturned  an appeal against it was upheld                            an end
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from storage.records import Spent


class ReviewMode(StrEnum):
    """Which finished pictures wait for a moderator."""

    OFF = "off"
    FLAGGED = "flagged"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfiguration:
    """What a server decided for one channel.

    Where ``answers`` is true of any channel, the bot answers only in those. ``negative`` is added to every negative
    prompt there, after the server's own.
    """

    answers: bool | None = None
    negative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleConfiguration:
    """What a server decided for one role.

    Where ``draws`` is true of any role, only members with one of those may ask for pictures. ``moderates`` makes its
    members moderators of the bot. ``daily`` (pictures) and ``cooldown`` (seconds) take the place of the server's for
    them; of several roles the most generous counts.
    """

    draws: bool | None = None
    moderates: bool | None = None
    daily: int | None = None
    cooldown: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfiguration:
    """What a server decided for itself.

    ``explicit`` and ``suggestive`` are thresholds from 0 to 1 for the picture gate's scores; ``age_restricted`` opts
    in to explicit pictures, in channels that Discord marks so and nowhere else. ``steps``, ``side`` (pixels, of a
    square as large as the picture may be), ``count`` and ``guidance`` are limits; ``daily`` (pictures a person a day),
    ``cooldown`` (seconds between two requests) and ``waiting`` (jobs of one person on the way) are too. ``reporters``
    distinct people hide a picture. ``strikes`` in force keep a person from drawing, each for ``strike_days``.
    ``brake`` slows bursts from new accounts.
    """

    review: ReviewMode | None = None
    explicit: float | None = None
    suggestive: float | None = None
    moderators_channel: int | None = None
    age_restricted: bool | None = None
    steps: int | None = None
    side: int | None = None
    count: int | None = None
    guidance: float | None = None
    daily: int | None = None
    cooldown: int | None = None
    waiting: int | None = None
    reporters: int | None = None
    strikes: int | None = None
    strike_days: int | None = None
    brake: bool | None = None
    negative: str | None = None
    channels: Mapping[int, ChannelConfiguration] = field(default_factory=lambda: MappingProxyType({}))
    roles: Mapping[int, RoleConfiguration] = field(default_factory=lambda: MappingProxyType({}))


class ListKind(StrEnum):
    """Which of a server's word lists."""

    BLOCK = "block"
    ALLOW = "allow"


#: The ``channel_id`` of what holds in all channels of a server.
EVERYWHERE = 0
#: Entries that each list of a server may have, those of its channels included, and the characters of one.
MOST_ENTRIES, LONGEST_ENTRY = 1000, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One line of a list; ``channel_id`` is EVERYWHERE or the only channel where it holds."""

    kind: ListKind
    text: str
    channel_id: int = EVERYWHERE


class CaseKind(StrEnum):
    """How something came to the moderators."""

    REFUSED = "refused"
    HELD = "held"
    REPORTED = "reported"


class CaseState(StrEnum):
    """Where a case stands."""

    REFUSED = "refused"
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    OVERTURNED = "overturned"


#: From each state, the states a case may go to.
NEXT: Mapping[CaseState, frozenset[CaseState]] = MappingProxyType(
    {
        CaseState.REFUSED: frozenset({CaseState.OVERTURNED}),
        CaseState.OPEN: frozenset({CaseState.APPROVED, CaseState.REJECTED, CaseState.EXPIRED}),
        CaseState.APPROVED: frozenset(),
        CaseState.REJECTED: frozenset({CaseState.OVERTURNED}),
        CaseState.EXPIRED: frozenset(),
        CaseState.OVERTURNED: frozenset(),
    }
)


def before(state: CaseState) -> frozenset[CaseState]:
    """Return the states from which a case may go to ``state``."""
    return frozenset(here for here, following in NEXT.items() if state in following)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something that a rule or a member brought up. ``person`` is None once that person's data was deleted.

    ``scores`` are the picture gate's, where there is a picture and it could be checked. ``explicit_allowed`` says
    whether explicit pictures might be in the channel when the case was opened. ``hidden_at`` is when a reported
    picture was taken out of sight. ``told_at`` is when the person of a held picture had been told that it does not
    come, or could not be. ``entry`` is the one of the server's list that hit. ``card_channel_id`` and
    ``card_message_id`` are of the card in the moderators' channel, once there is one.
    """

    id: int
    kind: CaseKind
    state: CaseState
    server_id: int
    channel_id: int
    person: int | None
    rule: str
    job_id: int | None
    scores: Mapping[str, float] | None
    card_channel_id: int | None
    card_message_id: int | None
    reviewer: int | None
    created_at: datetime
    decided_at: datetime | None
    explicit_allowed: bool | None = None
    hidden_at: datetime | None = None
    told_at: datetime | None = None
    entry: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """What a decision brings its person: a strike that fades after ``strike``, a block that lasts ``block``, or both.

    ``reason`` is shown to whoever is blocked.
    """

    strike: timedelta | None = None
    block: timedelta | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """That one member found a picture wrong, and why."""

    case_id: int
    reporter: int
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One decision against somebody, until ``fades_at``."""

    id: int
    server_id: int
    person: int
    case_id: int | None
    created_at: datetime
    fades_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """That somebody may not use the bot in a server, until ``ends_at``."""

    server_id: int
    person: int
    ends_at: datetime
    reason: str
    by: int
    case_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands against somebody in a server at one moment: strikes not yet faded, oldest first, and the block."""

    strikes: tuple[Strike, ...] = ()
    block: Block | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What somebody did in a server, and what stands against them, at one moment.

    ``spent`` is what they asked for within 24 hours, less what came to nothing; ``last_at`` is when they last asked.
    ``newcomers`` counts the new accounts that asked for any just now, ``newcomers_last_at`` is when the last of them
    did.
    """

    spent: tuple[Spent, ...] = ()
    last_at: datetime | None = None
    newcomers: int = 0
    newcomers_last_at: datetime | None = None
    standing: Standing = Standing()


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """That somebody asked the moderators to look again at a case of theirs."""

    id: int
    case_id: int
    server_id: int
    person: int
    text: str
    state: AppealState
    reviewer: int | None
    created_at: datetime
    decided_at: datetime | None
    card_channel_id: int | None = None
    card_message_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """That a moderator, ``by``, wants all pictures of a person in a server taken down."""

    server_id: int
    person: int
    by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often something was decided, by which rule, and by which entry of a list, where there were such."""

    decision: str
    rule: str | None = None
    entry: str | None = None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line of the log, which never changes once it is written.

    ``actor`` is whose request or deed it is about, ``reviewer`` the moderator who decided; None where there is none,
    or where that person's data was deleted. ``digest`` covers everything here and the digest before it.
    """

    number: int
    at: datetime
    server_id: int
    decision: str
    rule: str | None
    actor: int | None
    reviewer: int | None
    case_id: int | None
    detail: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at the whole chain found: how many entries, its last digest, and the first number that is wrong."""

    entries: int
    digest: str
    broken_at: int | None = None
