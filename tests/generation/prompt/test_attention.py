"""The attention syntax: what is kept, what weighs, and that no text can harm it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.prompt.attention import BREAK, LARGEST_WEIGHT, parse_attention
from tests.generation.prompt.strategies import any_text

SYNTAX_FREE = st.text(st.characters(exclude_characters="\\()[]:")).filter(lambda text: "BREAK" not in text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [("", 1.0)]),
        ("a (red:1.3) cat", [("a ", 1.0), ("red", 1.3), (" cat", 1.0)]),
        ("(a:1.2.3)", [("a:1.2.3", 1.1)]),
        ("(bad:1e-16)", [("bad:1e-16", 1.1)]),
        ("(bad:0.0000000000000001)", [("bad", 1e-16)]),
        ("(a BREAK b)", [("a", 1.1), ("BREAK", -1.1), ("b", 1.1)]),
        ("a BREAK b", [("a", 1.0), BREAK, ("b", 1.0)]),
        (r"saber \(fate\)", [("saber (fate)", 1.0)]),
    ],
)
def test_pieces(text: str, pieces: list[tuple[str, float]]) -> None:
    assert parse_attention(text) == pieces


@given(any_text)
def test_any_text_has_finite_weights(text: str) -> None:
    pieces = parse_attention(text)
    assert pieces
    assert all(math.isfinite(weight) for _, weight in pieces)


@given(SYNTAX_FREE)
def test_text_without_syntax_is_kept_as_it_is(text: str) -> None:
    assert parse_attention(text) == [(text, 1.0)]


@given(any_text.filter(lambda text: "BREAK" not in text))
def test_nothing_is_lost_but_syntax(text: str) -> None:
    kept = iter("".join(words for words, _ in parse_attention(text)))
    missing = [character for character in text if character not in "\\()[]:+-. \n\t" and not character.isdigit()]
    remaining = iter(character for character in kept if character in set(missing))
    assert [next(remaining, None) for _ in missing] == missing


@given(SYNTAX_FREE)
def test_escaping_brackets_keeps_them(text: str) -> None:
    assert parse_attention(rf"\({text}\)\[{text}\]\\") == [(f"({text})[{text}]\\", 1.0)]


@given(SYNTAX_FREE.filter(bool), st.decimals(-1000, 1000, places=3))
def test_a_weight_is_what_was_written(text: str, weight: object) -> None:
    assert parse_attention(f"({text}:{weight})") == [(text, float(str(weight)))]


def test_endless_numbers_and_brackets_stay_finite() -> None:
    assert parse_attention(f"(a:{'9' * 5000})") == [("a", LARGEST_WEIGHT)]
    assert parse_attention(f"(a:-{'9' * 5000})") == [("a", -LARGEST_WEIGHT)]
    assert parse_attention("(" * 20_000 + "a") == [("a", LARGEST_WEIGHT)]
    assert parse_attention(f"((a:0):{'9' * 5000})") == [("a", 0.0)]
