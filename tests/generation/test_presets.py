"""The nine words: how they are written, and which weights they can have."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.errors import InvalidChoice
from generation.presets import BUILT_IN, NEGATIVES, NINE_WORDS, bracketed_negative, check_weight, decimal, pure_negative
from generation.prompt.attention import parse_attention


def test_the_pure_negative_is_the_one_of_the_notes() -> None:
    assert pure_negative(1e-4) == (
        "(bad:0.0001), (comic:0.0001), (cropped:0.0001), (error:0.0001), (extra:0.0001), (low:0.0001), "
        "(lowres:0.0001), (speech:0.0001), (worst:0.0001)"
    )


def test_small_weights_are_written_in_decimals() -> None:
    assert "(bad:0.0000000000000001)" in pure_negative(1e-16)


@given(st.floats(1e-44, 3e38))
def test_decimals_lose_nothing(weight: float) -> None:
    written = decimal(weight)
    assert float(written) == weight
    assert "e" not in written.lower()


@given(st.floats(1e-44, 3e38))
def test_the_prompt_language_reads_the_weight_back(weight: float) -> None:
    pieces = parse_attention(pure_negative(weight))
    weights = [read for text, read in pieces if text in NINE_WORDS]
    assert weights == [weight] * 9 or weight == 1.0


@pytest.mark.parametrize(("depth", "weight"), [(24, 0.10153), (12, 0.31863)])
def test_brackets_weigh_what_the_notes_say(depth: int, weight: float) -> None:
    pieces = dict(parse_attention(bracketed_negative(depth)))
    assert pieces["bad"] == pytest.approx(weight, rel=1e-4)
    assert pieces["worst"] == pytest.approx(weight, rel=1e-4)


@pytest.mark.parametrize("weight", [0.0, -0.0, -1.0, math.nan, math.inf, -math.inf, 1e-60, 1e39, -1e-60])
def test_weights_that_cannot_be_are_refused_with_the_reason(weight: float) -> None:
    with pytest.raises(InvalidChoice, match="must be greater than zero") as raised:
        check_weight(weight)
    assert raised.value.field == "preset_weight"


@pytest.mark.parametrize("weight", [1e-4, 0.105, 1e-16, 1.5e-45, 1.0, 3.4e38])
def test_any_weight_above_zero_in_float32_will_do(weight: float) -> None:
    assert check_weight(weight) == weight
    assert np.float32(weight) > 0


def test_every_built_in_preset_names_a_negative() -> None:
    assert set(BUILT_IN) == {"pure", "pure-0.105", "24x[", "12x[", "none"}
    assert all(choices["negative_preset"] in NEGATIVES for choices in BUILT_IN.values())
