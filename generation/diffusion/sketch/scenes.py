"""What a picture shows, before it is drawn: a scene is subjects, a background and perhaps a flaw.

A scene is drawn by `drawing`, named by `captions` and read back by `grading`.
Positions keep to a grid of four pixels, one latent, so that a small network sees each feature at few phases.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from numpy.random import Generator

from generation.diffusion.sketch import palette

Option = TypeVar("Option")

NATIVE = (64, 64)
LARGE = (96, 96)
WIDE = (128, 72)
PORTRAIT = (64, 96)
LANDSCAPE = (96, 64)
SIZES = (NATIVE, LARGE, WIDE, PORTRAIT, LANDSCAPE)

PLACES = ("night", "field", "beach", "snow")
OBJECTS = ("tree", "car", "house", "flower", "star", "ball", "cup", "fish", "heart", "mushroom")
STYLES = ("long hair", "short hair", "twintails", "ponytail")
MOUTHS = ("smile", "frown", "open mouth", "closed mouth")
WORN = ("hat", "crown", "cat ears", "bow")
FLAWS = ("lowres", "low", "cropped", "comic", "speech", "error", "extra")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A girl or a boy, seen from the front down to the shoulders."""

    kind: Literal["girl", "boy"]
    hair: str
    style: str
    eyes: str
    closed_eyes: bool
    mouth: str
    worn: str | None
    worn_colour: str
    glasses: bool
    blush: bool
    skin: str
    shirt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cat:
    """A cat's head."""

    fur: str
    eyes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One large object."""

    name: str
    colour: str


Subject = Person | Cat | Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A subject at the centre of its head or body (pixels) and at a scale (1 fills a 64x64 picture)."""

    subject: Subject
    x: int
    y: int
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A whole picture: ``background`` is a colour of `palette.BACKGROUNDS` or one of `PLACES`; one subject, or two from
    left to right; ``flaw`` is one of `FLAWS` in a picture spoilt on purpose; ``detail`` seeds what nobody names."""

    width: int
    height: int
    background: str
    subjects: tuple[Placed, ...]
    flaw: str | None
    detail: int


def pick(rng: Generator, options: Sequence[Option]) -> Option:
    """One of the options, all equally likely."""
    return options[int(rng.integers(len(options)))]


def sample_person(rng: Generator) -> Person:
    """A random girl (three of five) or boy."""
    girl = rng.random() < 0.6
    return Person(
        kind="girl" if girl else "boy",
        hair=pick(rng, list(palette.HAIR)),
        style=pick(rng, STYLES) if girl else "short hair",
        eyes=pick(rng, list(palette.EYES)),
        closed_eyes=rng.random() < 0.1,
        mouth=pick(rng, MOUTHS),
        worn=_sample_worn(rng, girl),
        worn_colour=pick(rng, ("red", "blue", "green", "yellow")),
        glasses=rng.random() < 0.18,
        blush=rng.random() < 0.35,
        skin="dark" if rng.random() < 0.15 else "light",
        shirt=pick(rng, list(palette.CLOTHES)),
    )


def _sample_worn(rng: Generator, girl: bool) -> str | None:
    if rng.random() < 0.5:
        return None
    return pick(rng, WORN if girl else ("hat", "crown", "hat", "cat ears"))


def sample_subject(rng: Generator) -> Subject:
    """A random subject: mostly people, a quarter objects, a few cats."""
    draw = rng.random()
    if draw < 0.26:
        return Thing(name=pick(rng, OBJECTS), colour=pick(rng, list(palette.THINGS)))
    if draw < 0.33:
        return Cat(fur=pick(rng, list(palette.FUR)), eyes=pick(rng, ("blue", "green", "yellow")))
    return sample_person(rng)


def sample_scene(rng: Generator, size: tuple[int, int] = NATIVE) -> Scene:
    """A random scene of a size of `SIZES`."""
    width, height = size
    two = rng.random() < (0.35 if size == WIDE else 0.16)
    subjects = _sample_pair(rng, size) if two else (_place(rng, sample_subject(rng), size),)
    background = pick(rng, PLACES) if rng.random() < 0.25 else pick(rng, list(palette.BACKGROUNDS))
    flaw = pick(rng, FLAWS) if rng.random() < 0.12 else None
    detail = int(rng.integers(2**31))
    return Scene(width=width, height=height, background=background, subjects=subjects, flaw=flaw, detail=detail)


def _place(rng: Generator, subject: Subject, size: tuple[int, int]) -> Placed:
    width, height = size
    scale = 1.375 if size == LARGE else 1.125 if size == WIDE else 1.0
    shifts = (-24, 0, 0, 24) if size == WIDE else (-12, 0, 0, 12) if size == LANDSCAPE else (-4, 0, 0, 4)
    y = {64: 34, 72: 38, 96: 50 if width == 96 else 42}[height]
    if isinstance(subject, Thing):
        y = height // 2
    return Placed(subject=subject, x=width // 2 + pick(rng, shifts), y=y + pick(rng, (0, 0, 4)), scale=scale)


def _sample_pair(rng: Generator, size: tuple[int, int]) -> tuple[Placed, Placed]:
    width, height = size
    left, right = sample_subject(rng), sample_subject(rng)
    if isinstance(left, Person) and isinstance(right, Person) and rng.random() < 0.3:
        right = replace(right, hair=left.hair)
    scale = {64: 0.625, 96: 0.875, 128: 1.0}[width] if height != 96 or width != 64 else 0.625
    y = {64: 38, 72: 38, 96: 54}[height]
    return (
        Placed(subject=left, x=width // 4, y=y, scale=scale),
        Placed(subject=right, x=width - width // 4, y=y, scale=scale),
    )
