"""How long something lasts, as moderators write it: ``7d``, ``12h``, ``1w 3d``."""

import re
from datetime import timedelta

from bot.words import mod as words
from generation.errors import InvalidChoice

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
_PART = re.compile(r"([0-9]{1,6})\s*([wdhm])", re.IGNORECASE)
_WHOLE = re.compile(rf"(?:{_PART.pattern}\s*)+", re.IGNORECASE)
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=365)


def read_duration(text: str) -> timedelta:
    """Read a duration; raise InvalidChoice (field ``duration``) for what is none, or under a minute, or over a year."""
    if _WHOLE.fullmatch(text.strip()) is None:
        raise InvalidChoice("duration", words.NO_DURATION)
    parts = [timedelta(**{_UNITS[unit.lower()]: int(number)}) for number, unit in _PART.findall(text)]
    lasts = sum(parts, timedelta())
    if not SHORTEST <= lasts <= LONGEST:
        raise InvalidChoice("duration", words.WRONG_DURATION)
    return lasts
