"""Names of samplers: everything people write finds one canonical name, and recipes lead back to it."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.errors import InvalidChoice
from generation.samplers import table
from generation.samplers.names import (
    NAMES,
    SAMPLERS,
    calls_per_step,
    canonical,
    eta_field,
    infotext_names,
    least_steps,
    network_calls,
    parts,
)
from generation.samplers.schedules import SCHEDULES

ALL_NAMES = sorted({canonical(sampler, schedule) for sampler in SAMPLERS for schedule in SCHEDULES})


def test_euler_is_offered_first() -> None:
    assert NAMES[0] == "Euler"
    assert len(set(NAMES)) == len(NAMES) <= 25  # Discord shows no more choices


@pytest.mark.parametrize("name", ALL_NAMES)
def test_canonical_name_stands_for_itself_and_comes_back_from_a_recipe(name: str) -> None:
    assert canonical(name) == name
    assert canonical(name.upper()) == name
    assert canonical(*infotext_names(name)) == name


def test_every_sampler_is_offered() -> None:
    assert {parts(name)[0] for name in NAMES} == SAMPLERS.keys()


@pytest.mark.parametrize(
    ("written", "schedule", "meant"),
    [
        ("DPM++ 2M", None, "DPM++ 2M Karras"),
        ("DPM++ 2M", "Automatic", "DPM++ 2M Karras"),
        ("DPM++ 2M", "Uniform", "DPM++ 2M Uniform"),
        ("DPM++ 2M Karras", "Automatic", "DPM++ 2M Karras"),
        ("DPM++ 2M SDE", None, "DPM++ 2M SDE Exponential"),
        ("DPM++ 2M SDE", "Karras", "DPM++ 2M SDE Karras"),
        ("euler a", None, "Euler a"),
        ("  Euler   a ", None, "Euler a"),
        ("k_euler_ancestral", None, "Euler a"),
        ("sample_dpmpp_2m_sde", None, "DPM++ 2M SDE Exponential"),
        ("dpmpp_2m_karras", None, "DPM++ 2M Karras"),
        ("Euler SGM Uniform", None, "Euler SGM Uniform"),
        ("Euler Automatic", "Karras", "Euler"),
        ("Restart", "Karras", "Restart"),
        ("DDIM", "Karras", "DDIM"),
    ],
)
def test_spellings(written: str, schedule: str | None, meant: str) -> None:
    assert canonical(written, schedule) == meant


@pytest.mark.parametrize("args", [("Nope",), ("",), ("Karras",), ("Euler", "Beta"), ("Euler a b",)])
def test_unknown_names_are_refused_with_those_known(args: tuple[str, ...]) -> None:
    with pytest.raises(InvalidChoice, match=r"There are: .*Karras") as refused:
        canonical(*args)
    assert refused.value.field == "sampler"


@pytest.mark.parametrize(
    ("typed", "meant"), [("eulr", "Euler"), ("dpm++ 2m karas", "DPM++ 2M Karras"), ("unipcc", "UniPC")]
)
def test_a_mistyped_name_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(
        InvalidChoice, match=re.escape(f"is called {typed!r}. The nearest is {meant}. There are: Euler,")
    ):
        canonical(typed)


def test_a_name_like_no_other_is_answered_without_a_nearest() -> None:
    with pytest.raises(InvalidChoice, match=r"is called 'zzzzzz'\. There are: "):
        canonical("zzzzzz")


@given(st.text())
def test_any_text_is_a_name_or_refused(text: str) -> None:
    with suppress(InvalidChoice):
        assert canonical(text) in ALL_NAMES


@given(st.sampled_from(ALL_NAMES), st.integers(1, 200))
def test_network_calls_are_the_rows_of_the_table(name: str, steps: int) -> None:
    assert network_calls(name, steps) == len(table(name, steps))
    assert (network_calls(name, steps) > 0) == (steps >= least_steps(name))


def test_calls_per_step() -> None:
    two = {name for name in SAMPLERS if calls_per_step(name) == 2}
    assert two == {"Heun", "DPM2", "DPM2 a", "DPM++ 2S a", "DPM++ SDE", "Restart"}


def test_eta_is_written_where_it_changes_the_picture() -> None:
    assert eta_field("DDIM") == "Eta DDIM"
    assert eta_field("Euler a Karras") == "Eta"
    assert eta_field("DPM++ 2M Karras") is None


def test_recipes_of_old_names() -> None:
    assert infotext_names("DPM++ 2M Karras") == ("DPM++ 2M", "Karras")
    assert infotext_names("Euler") == ("Euler", "Automatic")
    assert infotext_names("UniPC") == ("UniPC", "Automatic")
