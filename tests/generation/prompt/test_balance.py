"""Subject balance: which tags it weighs, how much, and what it leaves alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.prompt.attention import parse_attention
from generation.prompt.balance import about, balanced
from generation.prompt.plan import strip_attention
from tests.generation.prompt.strategies import any_text


@pytest.mark.parametrize(
    ("tag", "what"),
    [
        ("1girl", "subject"),
        ("2Girls", "subject"),
        ("red hair", "subject"),
        ("blue eyes", "subject"),
        ("glasses", "subject"),
        ("a red car", "surroundings"),
        ("white background", "surroundings"),
        ("flowers", "surroundings"),
        ("masterpiece", None),
        ("hair ornament", None),
    ],
)
def test_a_tag_is_known_by_its_last_word(tag: str, what: str | None) -> None:
    assert about(tag) == what


def test_objects_weigh_less_above_zero_and_the_subject_below() -> None:
    prompt = "1girl, red hair, masterpiece,  blue house , night"
    assert balanced(prompt, 0.4) == "1girl, red hair, masterpiece,  (blue house:0.8) , (night:0.8)"
    assert balanced(prompt, -1) == "(1girl:0.5), (red hair:0.5), masterpiece,  blue house , night"
    assert dict(parse_attention(balanced("cat, house", 0.4)))["house"] == 0.8


@pytest.mark.parametrize(
    "prompt",
    [
        "(house:1.2), [tree], (sky, field), [sun:moon:0.5]",
        "1girl AND house",
        "house :0.8",
        "sky BREAK",
        "(never closed, house, tree",
        r"house \(toy\)",
        "",
    ],
)
def test_what_has_a_meaning_of_its_own_is_left_alone(prompt: str) -> None:
    assert balanced(prompt, 1) == prompt


@given(any_text, st.floats(-1, 1))
def test_only_weights_are_added(prompt: str, balance: float) -> None:
    assert balanced(prompt, 0) == prompt
    assert strip_attention(balanced(prompt, balance)) == strip_attention(prompt)
    assert balanced(balanced(prompt, balance), balance) == balanced(prompt, balance)
