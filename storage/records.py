"""What storage hands out: frozen records, plain values, nothing that is tied to a session.

A job's life, one owner a state (``NEXT`` holds the arrows; everything else is refused by the update itself):

accepting   written down, Discord not yet told                         the command
queued      acknowledged, waits for the drawing process                the queue
drawing     the drawing process has it                                 the queue
drawn       finished, its pictures are on disk                         delivery
delivering  on its way to Discord                                      delivery
held        finished or waiting, until a moderator decides             moderation
done · failed · cancelled · expired                                    nobody: these are ends
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

Choice = str | int | float
Choices = Mapping[str, Choice]


class ScopeKind(StrEnum):
    """Whose choices they are."""

    PERSON = "person"
    CHANNEL = "channel"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Scope:
    """One person, channel or server, by its id (a positive 63-bit integer)."""

    kind: ScopeKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a scope has chosen, and nothing else; ``hints`` None is no choice either.

    ``preset`` names the preset that holds where none is asked for.
    """

    choices: Choices = field(default_factory=lambda: MappingProxyType({}))
    hints: bool | None = None
    preset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A named set of choices; ``holder`` is the person or the server it belongs to."""

    id: int
    holder: Scope
    name: str
    choices: Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPreset:
    """A preset as it was when ``code`` was made of it."""

    code: str
    name: str
    choices: Choices


class JobState(StrEnum):
    """Where a job stands."""

    ACCEPTING = "accepting"
    QUEUED = "queued"
    DRAWING = "drawing"
    DRAWN = "drawn"
    DELIVERING = "delivering"
    HELD = "held"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


#: From each state, the states a job may go to.
NEXT: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        JobState.ACCEPTING: frozenset({JobState.QUEUED, JobState.HELD, JobState.FAILED, JobState.CANCELLED}),
        JobState.QUEUED: frozenset(
            {JobState.DRAWING, JobState.HELD, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}
        ),
        JobState.DRAWING: frozenset({JobState.DRAWN, JobState.QUEUED, JobState.FAILED, JobState.CANCELLED}),
        JobState.DRAWN: frozenset({JobState.DELIVERING, JobState.HELD, JobState.FAILED}),
        JobState.DELIVERING: frozenset({JobState.DONE, JobState.DRAWN, JobState.HELD, JobState.FAILED}),
        JobState.HELD: frozenset({JobState.QUEUED, JobState.DRAWN, JobState.CANCELLED, JobState.EXPIRED}),
        JobState.DONE: frozenset(),
        JobState.FAILED: frozenset(),
        JobState.CANCELLED: frozenset(),
        JobState.EXPIRED: frozenset(),
    }
)


#: Where nothing follows.
ENDS: frozenset[JobState] = frozenset(state for state, following in NEXT.items() if not following)


def before(state: JobState) -> frozenset[JobState]:
    """Return the states from which a job may go to ``state``."""
    return frozenset(here for here, following in NEXT.items() if state in following)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Where a job's answer goes: the interaction's own message, or the channel when its token is dead.

    ``upload_limit`` is the largest file Discord takes there, in bytes. ``message_id`` is None until it is known.
    ``private``: only the asker sees it, and it never goes to the channel. ``spoiler``: its pictures are covered.
    """

    application_id: int
    token: str
    guild_id: int
    channel_id: int
    upload_limit: int
    message_id: int | None = None
    private: bool = False
    spoiler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One request for pictures.

    ``id`` is the id of the interaction that asked, so that an interaction makes one job at most and an id is never
    used again, not even after a backup is restored. ``spec`` is JSON. ``attempts`` counts how often drawing began.
    ``hidden``: its pictures were posted and then taken out of sight.
    """

    id: int
    owner: int
    state: JobState
    spec: Mapping[str, object]
    reply: Reply
    attempts: int
    error_id: str | None
    created_at: datetime
    updated_at: datetime
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """Pictures that somebody asked for at one moment."""

    at: datetime
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A finished picture on its way into storage; ``recipe`` is the text inside the PNG.

    ``pixels_sha256`` is a digest by which the picture is known again in another file; None where nobody made one.
    ``scores`` are the picture check's, by their names; None where it failed. ``likeness`` are 64 bits that say what it
    looks like; None where nobody looked.
    """

    png: bytes
    recipe: str
    seed: int
    width: int
    height: int
    pixels_sha256: str | None = None
    scores: Mapping[str, float] | None = None
    likeness: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that is kept; its bytes come from :meth:`storage.pictures.Pictures.read`.

    ``path`` is relative to the pictures' folder, and None once the file has been let go. ``scores`` are the picture
    check's, by their names; None is not clean, but unchecked. ``likeness`` are 64 bits that say what it looks like.
    Two records of a picture are the same by all else.
    """

    job_id: int
    index: int
    sha256: str
    path: str | None
    recipe: str
    seed: int
    width: int
    height: int
    scores: Mapping[str, float] | None = field(default=None, compare=False)
    likeness: int | None = field(default=None, compare=False)


class StudyKind(StrEnum):
    """What a study is."""

    SCAN = "scan"
    STUDY = "study"


class StudyState(StrEnum):
    """Where a study or a scan stands."""

    PROPOSED = "proposed"
    DRAWING = "drawing"
    DRAWN = "drawn"
    STOPPED = "stopped"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study or a scan.

    ``id`` is the id of the interaction that asked for it. ``content`` is JSON: what is to be drawn, and for a study
    the heaps to sort into. ``message_id`` is that of the message that shows it, None until it is known.
    """

    id: int
    kind: StudyKind
    owner: int
    guild_id: int
    channel_id: int
    message_id: int | None
    title: str
    content: Mapping[str, object]
    samples: int
    state: StudyState
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPicture:
    """A picture of a study, measured; ``path`` is relative to the studies' folder. ``withheld``: not to be shown."""

    index: int
    path: str
    withheld: bool
    brightness: float
    colourfulness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyLabel:
    """What ``rater`` says of picture ``index`` of a study."""

    index: int
    rater: int
    category: str
    shape: str | None
