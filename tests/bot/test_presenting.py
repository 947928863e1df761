"""Cards show what is so, and nothing that somebody typed does more than be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import presenting, words
from bot.errors import Failure
from bot.presenting import Action, Upload
from generation.updates import Progress, Waiting
from tests.bot.specs import spec

UPLOAD = Upload("ninewords-5.png", b"png", "a cat")


def test_waiting_and_drawing_can_be_cancelled() -> None:
    assert presenting.starting().actions == (Action.CANCEL,)
    assert presenting.waiting(Waiting(2, 40), spec()).actions == (Action.CANCEL,)
    assert words.WAITING_AGAIN in presenting.waiting(Waiting(2), spec(), begun_before=True).text
    assert presenting.drawing(Progress(1, 4), spec()).actions == (Action.CANCEL,)


def test_a_preview_is_shown_and_stays_until_the_next() -> None:
    card = presenting.drawing(Progress(1, 4, preview=b"jpeg"), spec())
    assert card.uploads == (Upload("preview.jpg", b"jpeg", words.PREVIEW_ALT),)
    assert presenting.drawing(Progress(2, 4), spec()).uploads is None, "what is shown is left as it is"
    assert presenting.waiting(Waiting(1), spec()).uploads == (), "and taken away when it is no longer true"


def test_a_finished_card() -> None:
    card = presenting.finished(spec(), [UPLOAD], ["A hint."])
    assert card.text == "`a cat`"
    assert card.notes == ("768×512 · 64 steps · Euler · CFG 12 · seed 5 · pure at 0.0001", "A hint.")
    assert card.uploads == (UPLOAD,)
    assert card.actions == (Action.AGAIN, Action.VARY, Action.EDIT, Action.RECIPE, Action.MORE)
    assert card.picks == (), "there is but one"


def test_regions_are_shown_under_the_prompt() -> None:
    card = presenting.finished(spec(regions="red | @here"), [])
    assert card.text == "`a cat`\n`red | @here`"
    assert presenting.alt_text(spec(regions="red | blue")).startswith(
        "A picture drawn from the words: a cat; red | blue."
    )


def test_short_recipes() -> None:
    assert "seeds 5 to 8" in presenting.summary(spec(count=4))
    assert "seed 5 " in presenting.summary(spec(count=4, subseed_strength=0.1))
    assert "CFG 7.5" in presenting.summary(spec(guidance_scale=7.5))
    assert "CFG 12 · CFG rescale 0.7 · seed" in presenting.summary(spec(guidance_rescale=0.7))
    assert "pure at 0.0000000000000001" in presenting.summary(spec(preset_weight=1e-16))
    assert "pure" not in presenting.summary(spec(preset_weight=None))
    assert presenting.summary(spec(clip_skip=2)).endswith("clip skip 2")
    assert "1 step " in presenting.summary(spec(steps=1))


def test_an_empty_prompt_is_said_to_be_none() -> None:
    assert presenting.finished(spec(prompt=" "), []).text.startswith("*no prompt*")
    assert "without a prompt" in presenting.alt_text(spec(prompt=""))


def test_alt_text_says_what_was_asked_for_and_fits() -> None:
    assert presenting.alt_text(spec()) == "A picture drawn from the words: a cat. 768 by 512 pixels, seed 5."
    assert len(presenting.alt_text(spec(prompt="long words " * 1000))) <= 1024


@given(st.text())
def test_a_prompt_can_do_nothing_but_be_read(prompt: str) -> None:
    shown = presenting.quoted(prompt)
    if shown != f"*{words.NO_PROMPT}*":
        assert re.fullmatch(r"`[^`\n\r]+`", shown)
    assert len(presenting.finished(spec(prompt=prompt), []).text) <= 2000


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("@everyone", r"\@everyone"),
        ("<@123>", r"\<\@123\>"),
        ("*bold* _thin_ ~~gone~~ ||hidden||", r"\*bold\* \_thin\_ \~\~gone\~\~ \|\|hidden\|\|"),
        ("`code`", r"\`code\`"),
        ("[x](http://a.b)", r"\[x\](http\://a.b)"),
        ("# big", r"\# big"),
        ("a\\*b*", r"a\\\*b\*"),
        ("768x768, 1.5", "768x768, 1.5"),
    ],
)
def test_a_sentence_that_repeats_what_was_typed_shows_its_characters_only(typed: str, shown: str) -> None:
    text = presenting.failure_text(Failure(f"{typed} is not a size.", "ABCD2345"))
    assert text == f"{shown} is not a size.\n-# Error id: ABCD2345"


@given(st.text(max_size=400), st.integers(2, 100))
def test_shortening(text: str, length: int) -> None:
    short = presenting.shortened(text, length)
    assert len(short) <= length
    assert "\n" not in short
    if len(" ".join(text.split())) <= length:
        assert short == " ".join(text.split())


def test_settings() -> None:
    own = {"negative_prompt": "*dull*", "preset_weight": 1e-5, "guidance_scale": "auto", "clip_skip": 2}
    lines = presenting.settings(own, False, "day *one*", spec()).splitlines()
    assert lines[:5] == ["- negative: \\*dull\\*", "- weight: 0.00001", "- cfg: auto", "- clip_skip: 2", "- hints: off"]
    assert lines[5] == "- the preset **day \\*one\\***, by `/preset use`"
    assert lines[6].startswith("-# A picture now: 768×512")
    assert "seed" not in lines[6]
    assert presenting.settings({}, None, None, spec()).startswith(words.NO_SETTINGS)


def test_every_state_of_a_card_fits_a_message() -> None:
    failure = Failure("_" * 5000, "ABCD2345")
    for card in (presenting.cancelled(), presenting.failed(failure), presenting.starting()):
        assert len(card.text) <= 2000 * 2  # escaped characters count once they are shown
