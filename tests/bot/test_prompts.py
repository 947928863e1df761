"""What is typed joins what a preset holds."""

import pytest

from bot import prompts


@pytest.mark.parametrize(
    ("held", "typed", "joined"),
    [
        ("soft light", "a cat", "a cat, soft light"),
        ("soft light", None, None),
        ("soft light", " ", "soft light"),
        (None, "a cat", "a cat"),
        ("", "a cat", "a cat"),
        ("a photo of {prompt}, soft", "a cat", "a photo of a cat, soft"),
        ("({prompt}:1.2), {prompt}", "a cat", "(a cat:1.2), a cat"),
        ("{prompt}, soft", None, "soft"),
        ("soft, {prompt}", "", "soft"),
        ("a, {prompt}, b", None, "a, b"),
        ("a photo of {prompt}", None, "a photo of"),
        ("{prompt}", None, ""),
        ("{prompt}, soft", "a {prompt} cat", "a {prompt} cat, soft"),
        ("{negative}", "a cat", "a cat, {negative}"),
    ],
)
def test_prompts(held: str | None, typed: str | None, joined: str | None) -> None:
    options = {"steps": 2} if typed is None else {"steps": 2, "prompt": typed}
    made = prompts.joined({} if held is None else {"prompt": held}, options)
    assert made == {"steps": 2} | ({} if joined is None else {"prompt": joined})


@pytest.mark.parametrize(
    ("held", "typed", "joined"),
    [
        ("lowres", "a hat", "a hat"),
        ("lowres, {negative}", "a hat", "lowres, a hat"),
        ("lowres, {negative}", None, "lowres"),
        ("lowres", None, None),
        (None, "a hat", "a hat"),
    ],
)
def test_negative_prompts(held: str | None, typed: str | None, joined: str | None) -> None:
    options = {} if typed is None else {"negative_prompt": typed}
    made = prompts.joined({} if held is None else {"negative_prompt": held}, options)
    assert made == ({} if joined is None else {"negative_prompt": joined})


def test_nine_words_that_are_asked_for_leave_no_place_for_a_text() -> None:
    options = {"preset_weight": 0.1}
    assert prompts.joined({"negative_prompt": "lowres, {negative}"}, options) == options
