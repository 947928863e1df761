"""Krippendorff's alpha, against the examples of the paper that defines it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.studies.agreement import krippendorff_alpha


def units(*observers: str) -> list[list[str]]:
    """What each observer said of each unit, a column a unit; a full stop is no answer."""
    return [[value for value in column if value != "."] for column in zip(*observers, strict=True)]


@pytest.mark.parametrize(
    ("observers", "alpha"),
    [
        (("0100000010", "1110010000"), 0.095),
        (("aabbdccceDDa".lower(), "babbbccceddd"), 0.692),
        (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
    ],
    ids=["two values", "nominal", "four observers, some silent"],
)
def test_the_examples_of_the_paper(observers: tuple[str, ...], alpha: float) -> None:
    assert krippendorff_alpha(units(*observers)) == pytest.approx(alpha, abs=5e-4)


def test_full_agreement_is_one() -> None:
    assert krippendorff_alpha(units("abca", "abca", "abca")) == 1


@pytest.mark.parametrize("said", [[], [["a"], ["b"]], [["a", "a"], ["a", "a"]]])
def test_nothing_is_said_where_nothing_can_be(said: list[list[str]]) -> None:
    assert krippendorff_alpha(said) is None


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=12))
def test_never_above_one_and_blind_to_order(said: list[list[str]]) -> None:
    alpha = krippendorff_alpha(said)
    assert alpha is None or alpha <= 1
    turned = krippendorff_alpha([list(reversed(values)) for values in reversed(said)])
    assert turned == (alpha if alpha is None else pytest.approx(alpha))
