"""Axes as people write them, and the choices that come of them."""

import pytest

from bot.studies.axes import MOST_VALUES, Axis, parse_axis, weighted
from generation.errors import InvalidChoice


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("cfg=1,2.5,4", "cfg", (1, 2.5, 4)),
        ("CFG = 1..4", "cfg", (1, 2, 3, 4)),
        ("cfg=1..2/0.25", "cfg", (1, 1.25, 1.5, 1.75, 2)),
        ("steps=8..12", "steps", (8, 9, 10, 11, 12)),
        ("steps=4..192*", "steps", (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192)),
        ("steps=1..8*", "steps", (1, 2, 3, 4, 6, 8)),
        ("sampler=Euler, Euler a,DDIM", "sampler", ("Euler", "Euler a", "DDIM")),
        ("size=square,768x512", "size", ("square", "768x512")),
        ("weight=1e-4,0.1,1", "weight", (0.0001, 0.1, 1)),
        ("clip_skip=1,2", "clip skip", (1, 2)),
        ("seed=7,8", "seed", (7, 8)),
        ("word Red  hair=0.6,1.4", "word Red hair", (0.6, 1.4)),
    ],
)
def test_reads(text: str, name: str, values: tuple[object, ...]) -> None:
    assert parse_axis(text) == Axis(name, values)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cfg", "write one like cfg=1,2,4"),
        ("cfg=", "write one like cfg=1,2,4"),
        ("cfg=,", "has no values"),
        ("colour=1,2", "there are cfg, steps, sampler"),
        ("cfg=one", "'one' is not a number"),
        ("steps=4.5,5", "whole numbers; 4.5 is not one"),
        ("cfg=4..1", "from the smaller number to the larger"),
        ("cfg=1..4/0", "in steps above 0"),
        ("cfg=1..4*", "Only steps go in a ratio"),
        ("cfg=1,1", "a value twice"),
        ("steps=1..999999999", f"more than {MOST_VALUES} values"),
    ],
)
def test_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(InvalidChoice, match=says):
        parse_axis(text)


def test_labels_have_no_exponents() -> None:
    assert parse_axis("weight=1e-16,1").labels == ("0.0000000000000001", "1")


@pytest.mark.parametrize(
    ("prompt", "made"),
    [
        ("1girl, red hair, hat", "1girl, (red hair:0.5), hat"),
        ("1girl, (red hair:1.3), hat", "1girl, (red hair:0.5), hat"),
        ("(red hair), hat", "(red hair:0.5), hat"),
        ("Red Hair, red hair", "(red hair:0.5), red hair"),
        ("tired hair, red hair", "tired hair, (red hair:0.5)"),
    ],
)
def test_a_word_is_weighted_where_it_first_stands(prompt: str, made: str) -> None:
    assert weighted(prompt, "red hair", 0.5) == made


def test_a_word_that_is_not_there() -> None:
    with pytest.raises(InvalidChoice, match="does not hold 'blue hair'"):
        parse_axis("word blue hair=1,2").laid_over({"prompt": "red hair"}, 0)


def test_lays_its_value_over_other_choices() -> None:
    choices = {"prompt": "a cat", "steps": 8}
    assert parse_axis("cfg=1,9").laid_over(choices, 1) == {"prompt": "a cat", "steps": 8, "guidance_scale": 9}
    assert parse_axis("word cat=0.5,2").laid_over(choices, 1) == {"prompt": "a (cat:2)", "steps": 8}
    assert choices == {"prompt": "a cat", "steps": 8}
