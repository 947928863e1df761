"""Hints: one gentle line for three tags, and silence otherwise."""

import pytest

from generation.hints import hint


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("1girl", "1girl"),
        ("masterpiece, (1boy:1.2), night", "1boy"),
        ("Solo", "solo"),
        ("[[solo]], 1girl, long hair, 1girl", "solo and 1girl"),
        ("1girl 1boy solo", "1girl, 1boy and solo"),
        ("[cat:1girl:0.5]", "1girl"),
        ("a garden BREAK solo", "solo"),
        ("cat AND 1boy", "1boy"),
    ],
)
def test_the_words_are_named(prompt: str, words: str) -> None:
    line = hint(prompt)
    assert line is not None
    assert f"hardly heed {words}, and" in line
    assert "\n" not in line


@pytest.mark.parametrize("prompt", ["", "a cat", "2girls", "a solo violin", "1girls", "soloist, muscular, abs"])
def test_no_hint(prompt: str) -> None:
    assert hint(prompt) is None
