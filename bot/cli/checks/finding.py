"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """GOOD needs nothing; NOTE is worth knowing; PROBLEM keeps something from working."""

    GOOD = "good"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and what to do about it where there is something to do."""

    subject: str
    level: Level
    found: str
    advice: str = ""


def good(subject: str, found: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(subject, Level.GOOD, found)


def note(subject: str, found: str, advice: str) -> Finding:
    """Return a finding worth knowing."""
    return Finding(subject, Level.NOTE, found, advice)


def problem(subject: str, found: str, advice: str) -> Finding:
    """Return a finding that keeps something from working."""
    return Finding(subject, Level.PROBLEM, found, advice)
