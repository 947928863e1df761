"""A spec survives the record of jobs exactly."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import specs
from bot.errors import Refused
from tests.bot.specs import spec


@given(
    st.text(),
    st.floats(min_value=1e-45, max_value=1e38),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(0, 2**63 - 1),
)
def test_round_trip(prompt: str, weight: float, scale: float, seed: int) -> None:
    before = spec(prompt=prompt, preset_weight=weight, guidance_scale=scale, seed=seed)
    assert specs.read(json.loads(json.dumps(specs.written(before)))) == before


def test_of_another_version() -> None:
    with pytest.raises(Refused, match="another version"):
        specs.read({"prompt": "a cat"})
    with pytest.raises(Refused, match="another version"):
        specs.read(specs.written(spec()) | {"style": "oil"})


def test_new_seeds_and_nothing_else() -> None:
    assert specs.reseeded(spec(), 2**32 + 7, 8) == spec(seed=7, subseed=0)
    varied = spec(subseed_strength=0.5)
    assert specs.reseeded(varied, 2**32 + 7, 8) == spec(subseed_strength=0.5, seed=7, subseed=8)


@pytest.mark.parametrize(
    ("written", "additions", "becomes"),
    [
        ("lowres", ("gore", "blood"), "lowres, gore, blood"),
        ("", ("gore",), "gore"),
        ("  ", ("gore",), "gore"),
        ("lowres # a remark", ("gore",), "lowres # a remark\ngore"),
    ],
)
def test_what_a_server_adds_stands_at_the_end(written: str, additions: tuple[str, ...], becomes: str) -> None:
    added = specs.with_negatives(spec(negative_prompt=written, preset_weight=1e-4), additions)
    assert (added.negative_prompt, added.preset_weight) == (becomes, None)
    assert specs.with_negatives(added, additions) == added, "once"


def test_where_nothing_is_added_nothing_changes() -> None:
    assert specs.with_negatives(spec(), ()) == spec()
