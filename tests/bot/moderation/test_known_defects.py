"""What word filters of other bots get wrong, and this one does not."""

import pytest

from bot.moderation.decisions import read
from bot.moderation.filter import Filter
from bot.moderation.policy import Decision, judge_picture
from generation.errors import InvalidChoice
from storage.moderation.records import ReviewMode
from tests.bot.moderation.situations import place, rules

ORDINARY = ("grass", "classroom", "stained glass", "assassin", "passage", "bass guitar", "Sussex", "cocktail")


@pytest.mark.parametrize("text", ORDINARY)
def test_an_entry_inside_an_ordinary_word_is_not_found(text: str) -> None:
    assert Filter(["ass", "sex", "cock"]).find(text) is None


@pytest.mark.parametrize(
    "text",
    ["f o r b i d d e n", "ｆｏｒｂｉｄｄｅｎ", "fоrbidden", "for\u200bbidden", "f.o.r.b.i.d.d.e.n", "fo[r:r:1]bidden"],
    ids=["spaced", "full width", "Cyrillic", "zero width", "dotted", "scheduled"],
)
def test_spellings_that_hide_an_entry_do_not(text: str) -> None:
    assert Filter(["forbidden"]).find(f"a quiet lake, {text}, trees") is not None


@pytest.mark.parametrize(("entry", "text"), [("castle", "CASTLE"), ("CASTLE", "castle"), ("Straße", "STRASSE")])
def test_capitals_make_no_difference(entry: str, text: str) -> None:
    assert Filter([entry]).find(text) is not None


@pytest.mark.parametrize("text", ["castlé", "ca\u0301stle", "c̷a̷s̷t̷l̷e̷", "çàstlë"])
def test_accents_make_no_difference_composed_or_not(text: str) -> None:
    assert Filter(["castle"]).find(text) is not None


def test_a_word_that_only_begins_like_an_entry_is_not_found() -> None:
    assert Filter(["nude"]).find("a denuded hill") is None


@pytest.mark.parametrize("text", ["castle, a lake", "a lake, castle", "a lake, castle, trees", "a\nlake\ncastle"])
def test_an_entry_is_found_wherever_it_stands(text: str) -> None:
    assert Filter(["castle"]).find(text) is not None


@pytest.mark.parametrize("review", list(ReviewMode))
def test_a_picture_check_that_fails_never_counts_as_safe(review: ReviewMode) -> None:
    opted_in = rules(review=review, age_restricted=True, explicit=1.0, suggestive=1.0)
    for where in (place(), place(age_restricted=True)):
        assert judge_picture(None, where, opted_in).decision is Decision.HOLD


def test_an_allow_list_does_not_let_all_else_through() -> None:
    filter = Filter(["*castle*"], ["sandcastle"])
    assert filter.find("a sandcastle") is None
    assert filter.find("a sandcastle beside a castle") is not None
    assert filter.find("a newcastle") is not None


@pytest.mark.parametrize("known", [2**62, 2**62 + 1])
def test_ids_that_are_neighbours_do_not_collide(known: int) -> None:
    file = f"[channels.{2**62}]\nanswers = true".encode()
    if known == 2**62:
        assert read(file, channels={known}, roles=set()).channels.keys() == {known}
    else:
        with pytest.raises(InvalidChoice):
            read(file, channels={known}, roles=set())
