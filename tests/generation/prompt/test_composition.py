"""``AND``: where it splits, and what the parts weigh."""

import math

from hypothesis import given

from generation.prompt.composition import split_composition
from tests.generation.prompt.strategies import any_text


def test_parts_and_weights() -> None:
    assert split_composition("a cat:0.8 AND (a dog:1.2) AND night : -.5 ") == [
        ("a cat", 0.8),
        (" (a dog:1.2)", 1.0),
        (" night", -0.5),
    ]


def test_a_number_alone_is_text() -> None:
    assert split_composition("1.2") == [("1.2", 1.0)]


def test_only_the_word_splits() -> None:
    assert split_composition("band AND BRANDY") == [("band", 1.0), (" BRANDY", 1.0)]
    assert split_composition("SAND and ANDROID") == [("SAND and ANDROID", 1.0)]


@given(any_text)
def test_any_text_has_parts_of_finite_weight(text: str) -> None:
    parts = split_composition(text)
    assert parts
    assert all(math.isfinite(weight) for _, weight in parts)
    assert all(words in text for words, _ in parts)


def test_endless_numbers_stay_finite() -> None:
    [(text, weight)] = split_composition("a:" + "9" * 5000)
    assert text == "a"
    assert math.isfinite(weight)
