"""Schedules: their order, their bounds, and texts made to break them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.prompt.editing import active_entries, schedule
from tests.generation.prompt.strategies import any_text

steps = st.integers(1, 150)


def test_an_edit_within_an_attention_bracket() -> None:
    assert schedule("([a:b:0.5]:1.3)", 20) == [(10, "(a:1.3)"), (20, "(b:1.3)")]


def test_a_whole_number_is_a_step_and_a_point_makes_a_fraction() -> None:
    assert schedule("[a:b:1]", 10) == [(1, "a"), (10, "b")]
    assert schedule("[a:b:1.0]", 10) == [(10, "a")]


def test_a_stray_bar_turns_editing_off() -> None:
    assert schedule("[a:b:3], c | d", 10) == [(10, "[a:b:3], c | d")]
    assert schedule("[a:b:3], (c|d)", 10) == [(10, "[a:b:3], (c|d)")]


def test_a_bracket_that_makes_nothing_leaves_those_inside_alone() -> None:
    assert schedule("(x:[a:b:3]:y:z", 10) == [(3, "(x:a:y:z"), (10, "(x:b:y:z")]


def test_a_second_pass_goes_on_from_the_first() -> None:
    assert schedule("[a:b:1.5]", 20, first_pass_steps=20) == [(10, "a"), (20, "b")]
    assert schedule("[a:b:25]", 20, first_pass_steps=20) == [(5, "a"), (20, "b")]
    assert schedule("[a:b:0.5]", 20, first_pass_steps=20) == [(20, "b")]


def test_an_entry_serves_one_call_more_than_its_steps() -> None:
    assert active_entries([2, 4], 5) == [0, 0, 0, 1, 1]
    assert active_entries([2], 5) == [0, 0, 0, 0, 0]


@given(any_text, steps, st.none() | steps)
def test_any_text_has_a_schedule(text: str, steps: int, first_pass_steps: int | None) -> None:
    ends = [end for end, _ in schedule(text, steps, first_pass_steps)]
    assert ends == sorted(set(ends))
    assert ends[0] >= 1
    assert ends[-1] == steps


@given(st.text(st.characters(exclude_characters="[]|\\")), steps)
def test_text_without_square_brackets_is_kept_as_it_is(text: str, steps: int) -> None:
    assert schedule(text, steps) == [(steps, text)]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 4000,
        "[a:" * 800 + ":5]" * 800,
        "[a|" * 1000 + "]" * 1000,
        "(" * 2000 + ")" * 2000,
        "([a:b:3]" * 500,
        "[a|b]" * 800,
        "[a:b:" + "9" * 4000 + "]",
        "[a:b:1e9999]",
        ":" * 4000,
    ],
)
def test_hostile_texts_are_read_without_recursion(text: str) -> None:
    assert schedule(text, 150)[-1][0] == 150
