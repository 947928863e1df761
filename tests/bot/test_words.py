"""Numbers, times and plurals read right."""

import pytest

from bot import words


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (22, "22nd"),
        (111, "111th"),
    ],
)
def test_ordinals(number: int, written: str) -> None:
    assert words.ordinal(number) == written


def test_plurals() -> None:
    assert [words.counted(number, "step") for number in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "a few seconds"),
        (4.9, "a few seconds"),
        (5, "about 5 seconds"),
        (33, "about 35 seconds"),
        (54.9, "about 55 seconds"),
        (55, "about a minute"),
        (89, "about a minute"),
        (90, "about 2 minutes"),
        (600, "about 10 minutes"),
        (3449, "about 57 minutes"),
        (3500, "about an hour"),
        (5399, "about an hour"),
        (5400, "about 2 hours"),
        (36_000, "about 10 hours"),
        (129_599, "about 36 hours"),
        (129_600, "about 2 days"),
        (2_592_000, "about 30 days"),
    ],
)
def test_durations(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def test_a_place_in_the_queue() -> None:
    assert words.waiting(1, None) == "Next in the queue."
    assert words.waiting(3, 40) == "3rd in the queue; finished in about 40 seconds."


def test_steps() -> None:
    assert words.drawing(3, 64, None) == "Drawing: step 3 of 64."
    assert words.drawing(3, 64, 20) == "Drawing: step 3 of 64, about 20 seconds to go."


def test_the_page_of_help_fits_a_message() -> None:
    assert len(words.HELP) <= 2000
