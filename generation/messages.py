"""What the bot's side and the drawing process say to each other: small frozen records, framed over a pipe.

A frame is two lengths (unsigned 32-bit, big-endian), a JSON header and a body of raw bytes. The header names the
record's class and holds its fields; the body holds its ``body`` field where it has one. Numbers survive exactly:
JSON carries Python's shortest representation of a float, and whole numbers of any size.
"""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from generation import totals
from generation.acceleration import Acceleration
from generation.gate import GateScores
from generation.spec import PromptSpec
from generation.totals import Totals

#: Low priority takes the steps that nobody else is there for.
Priority = Literal["normal", "low"]

_LENGTHS = struct.Struct(">II")
LENGTHS_SIZE = _LENGTHS.size


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """The model as it was loaded.

    ``hash`` is the first ten hexadecimal digits of the SHA-256 of the weights file, as A1111 writes it. ``dtype`` is
    the network's, as torch spells it without the prefix; ``prediction`` is ``epsilon`` or ``v_prediction``. ``mode`` is
    ``reproducible``, or ``fast``, where the company a picture is drawn in may show in its last bits.
    """

    name: str
    hash: str
    device: str
    dtype: str
    prediction: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Asks for a model. The first message, sent once.

    ``source`` and ``vae`` are paths or hub ids; ``device`` and ``dtype`` may be ``auto``; ``threads`` None is
    torch's own choice. ``preview`` is a linear map from latents to RGB: one row a latent channel, the bias last.
    """

    name: str
    source: str
    vae: str | None
    device: str
    dtype: str
    threads: int | None
    download: bool
    reproducible: bool
    preview: list[list[float]] | None
    acceleration: Acceleration = field(default_factory=Acceleration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Hands over a job: ``spec.count`` pictures for ``owner``.

    ``body`` is the picture to draw over, where the spec has a source: RGB of the spec's size, three bytes a pixel, row
    by row.
    """

    key: str
    owner: str
    spec: PromptSpec
    priority: Priority = "normal"
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enlarge:
    """Hands over a picture to enlarge ``factor`` (2 or 4) times for ``owner``; ``body`` is its file."""

    key: str
    owner: str
    factor: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Takes a job back."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprioritise:
    """Gives a job another priority, from the next step on."""

    key: str
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Asks for one preview of a job, with its next step."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Asks what the picture gate says of a picture that was not drawn here; ``body`` is its file."""

    key: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The model is ready."""

    info: ModelInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Unloadable:
    """The model cannot be loaded; the process ends after this."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """Sent about once a second.

    ``busy`` is for how many seconds the loop, or the thread that checks and encodes, has been at what it is doing, 0
    when both wait for work; ``usual`` is how long the longest of the loop's steps has taken so far, None before the
    first. ``accelerator_bytes`` are those taken of an accelerator's memory, 0 where there is none.
    """

    busy: float
    usual: float | None
    totals: Totals = field(default_factory=Totals)
    accelerator_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Place in the queue (from 1) and expected seconds until it is finished, of every job that has not begun."""

    places: dict[str, tuple[int, float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The loop has taken the job up; written before anything is computed for it."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """A job has come further; ``body`` is a small picture where one was asked for, else empty."""

    key: str
    step: int
    steps: int
    pictures_done: int
    seconds_left: float | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Picture ``index`` of a job, as PNG; ``spec`` is its own, with a count of 1.

    ``scores`` are what the picture gate said of it; None where the check failed.
    """

    key: str
    index: int
    spec: PromptSpec
    scores: GateScores | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Enlarged:
    """An enlarged picture, as PNG, and its sides in pixels."""

    key: str
    width: int
    height: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A job that cannot go on; ``field`` is set where a choice is to blame."""

    key: str
    sentence: str
    field: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Answers ``Score``; ``scores`` is None where the check failed, and ``sentence`` then says why."""

    key: str
    scores: GateScores | None
    sentence: str


Orders = Load | Draw | Enlarge | Cancel | Reprioritise | Look | Score
Answers = Loaded | Unloadable | Alive | Places | Begun | Stepped | Drawn | Enlarged | Failed | Scored
Message = Orders | Answers

_KINDS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in Message.__args__}
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "spec": lambda held: PromptSpec(**held),
    "acceleration": lambda held: Acceleration(**held),
    "info": lambda held: ModelInfo(**held),
    "scores": lambda held: held and GateScores(**held),
    "totals": totals.read,
    "places": lambda held: {key: (place, seconds) for key, (place, seconds) in held.items()},
}


def frame(message: Message) -> bytes:
    """Write ``message`` as one frame."""
    header = asdict(message)
    body = header.pop("body", b"")
    text = json.dumps({"kind": type(message).__name__} | header, allow_nan=False).encode()
    return _LENGTHS.pack(len(text), len(body)) + text + body


def lengths(head: bytes) -> tuple[int, int]:
    """Read the lengths of header and body, in bytes, from a frame's first ``LENGTHS_SIZE`` bytes."""
    header, body = _LENGTHS.unpack(head)
    return header, body


def message(header: bytes, body: bytes) -> Message:
    """Read a message from the header and the body of its frame."""
    held = json.loads(header)
    kind = _KINDS[held.pop("kind")]
    made = {name: _READERS[name](value) if name in _READERS else value for name, value in held.items()}
    if any(each.name == "body" for each in fields(kind)):
        made["body"] = body
    return kind(**made)
