"""How moderators write how long something lasts."""

from datetime import timedelta

import pytest

from bot.durations import read_duration
from bot.words import mod as words
from generation.errors import InvalidChoice


@pytest.mark.parametrize(
    ("text", "lasts"),
    [
        ("7d", timedelta(days=7)),
        ("12h", timedelta(hours=12)),
        (" 30 m ", timedelta(minutes=30)),
        ("1w 3D", timedelta(days=10)),
        ("1d12h", timedelta(hours=36)),
        ("1m", timedelta(minutes=1)),
        ("365d", timedelta(days=365)),
    ],
)
def test_what_can_be_read(text: str, lasts: timedelta) -> None:
    assert read_duration(text) == lasts


@pytest.mark.parametrize("text", ["", "7", "d", "7 days", "-1d", "1.5h", "7d!", "٧d", "1y", "9999999d"])
def test_what_cannot(text: str) -> None:
    with pytest.raises(InvalidChoice, match=words.NO_DURATION):
        read_duration(text)


@pytest.mark.parametrize("text", ["0m", "366d", "52w 2d", "999999w"])
def test_what_is_too_short_or_too_long(text: str) -> None:
    with pytest.raises(InvalidChoice, match=words.WRONG_DURATION):
        read_duration(text)
