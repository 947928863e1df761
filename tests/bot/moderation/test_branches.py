"""What is read out of a prompt: every branch, every assembly of neighbours, and a bounded number of texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation.branches import readings
from bot.moderation.characters import MARKUP


def _plain(prompt: str) -> set[str]:
    return {" ".join(text.replace(MARKUP, "").split()) for text in readings(prompt)}


@pytest.mark.parametrize(
    ("prompt", "held"),
    [
        ("[one:two:0.5]", {"one", "two"}),
        ("[one:0.5]", {"", "one"}),
        ("[one::0.5]", {"", "one"}),
        ("[one|two|three]", {"one", "two", "three"}),
        ("[a:[b:c:0.7]:0.3]", {"a", "b", "c"}),
        ("x[y:z:0.5]w", {"xyw", "xzw"}),
        ("[a|b][c|d]", {"ac", "ad", "bc", "bd"}),
        ("[(a:1.2):b:0.5]", {"a", "b"}),
        ("(half:1.1)(word:0.9)", {"halfword"}),
        (r"\(word\)", {"word"}),
        (r"ha\lf", {"half"}),
        ("ha<lora:other:1>lf", {"half"}),
        ("one AND two :0.5", {"one AND two :0.5"}),
        ("{one|two}", {"one", "two"}),
        ("[one:two:0.5", {"one:two:0.5"}),
        ("h&#97;lf", {"half"}),
    ],
)
def test_readings_hold(prompt: str, held: set[str]) -> None:
    assert held <= _plain(prompt)


def test_comment_is_read_both_ways() -> None:
    assert {"ha#other lf", "ha lf"} <= _plain("ha#other\nlf")


def test_five_schedules_in_a_row_meet_in_every_combination() -> None:
    found = _plain("".join(f"[{k}|{k.upper()}]" for k in "abcdefghij"))
    for start in range(6):
        pieces = {text[start : start + 5] for text in found if len(text) == 10 and text.isalpha()}
        assert len(pieces) == 32


def test_every_branch_of_a_wide_alternation_is_read() -> None:
    assert {f"x{k}y" for k in range(100)} <= _plain("x[" + "|".join(map(str, range(100))) + "]y")


@pytest.mark.parametrize(
    "prompt", ["(" * 4000, "[" * 4000, "[a:" * 1300, "[a|b|c]" * 60, "[" * 2000 + "]" * 2000, "([{" * 1333]
)
def test_the_number_of_readings_is_bounded(prompt: str) -> None:
    assert len(readings(prompt)) <= 130


@given(st.text(alphabet=st.sampled_from(list("ab:|[](){}\\#<>0.5 \n&;")), max_size=60))
def test_any_text_is_read(prompt: str) -> None:
    assert readings(prompt)
