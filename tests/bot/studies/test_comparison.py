"""Two studies side by side, and what is said of them."""

import pytest

from bot.studies.comparison import caution, compare, sentence
from bot.studies.measures import Measures
from bot.studies.study import Sorting, Study
from generation.errors import InvalidChoice
from tests.bot.studies.test_study import LEGIT, PATTERN, said, study


def sorted_into(legit: int, of: int, brightness: float = 0.5) -> Study:
    labels = [said(index, LEGIT if index < legit else PATTERN) for index in range(of)]
    measures = {i: Measures(brightness=brightness + (i % 2) / 100, colourfulness=30.0 + i % 3) for i in range(of)}
    return study(*labels, samples=of, measures=measures)


def test_a_large_difference_is_shown_and_said() -> None:
    found = {each.what: each for each in compare(sorted_into(90, 100), sorted_into(30, 100))}
    assert found[LEGIT].shown
    assert found[LEGIT].change.low == pytest.approx(0.48, abs=0.02)
    assert sentence(found[LEGIT], "pure", "none") == (
        "Legit Human: more in pure than in none; the difference is +48 to +69 points."
    )
    assert sentence(found[PATTERN], "pure", "none").startswith("Pattern: more in none than in pure; ")


def test_a_small_difference_is_not_and_that_is_no_proof_of_sameness() -> None:
    found = {each.what: each for each in compare(sorted_into(19, 20), sorted_into(18, 20))}
    assert not found[LEGIT].shown
    assert sentence(found[LEGIT], "pure", "none") == (
        "Legit Human: no difference can be shown; it may lie anywhere from -15 to +26 points."
    )


def test_measures_are_compared_too() -> None:
    found = {each.what: each for each in compare(sorted_into(5, 20, 0.7), sorted_into(5, 20, 0.5))}
    assert found["Brightness"].shown
    assert found["Brightness"].change.holds(0.2)
    assert not found["Colourfulness"].shown


def test_what_was_not_sorted_is_not_compared() -> None:
    assert compare(study(), study()) == []


def test_other_heaps_cannot_be_compared() -> None:
    with pytest.raises(InvalidChoice, match="different categories"):
        compare(study(), study(sorting=Sorting(categories=("good", "bad"))))


def test_the_caution_counts_the_comparisons() -> None:
    assert "Of 6 such comparisons" in caution(compare(sorted_into(5, 20), sorted_into(6, 20)))
