"""Ceilings are the bot's, and each is worded."""

import pytest

from bot.errors import Refused
from bot.policy import Policy
from generation.errors import InvalidChoice
from tests.bot.specs import spec


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"count": 5}, "count"),
        ({"steps": 151}, "steps"),
        ({"width": 2048, "height": 2048}, "size"),
        ({"width": 1024, "height": 1024, "larger": 2}, "size"),
        ({"larger": 2, "larger_steps": 151}, "steps"),
        ({"prompt": "x" * 6001}, "prompt"),
        ({"negative_prompt": "x" * 6001}, "negative_prompt"),
    ],
)
def test_more_than_the_bot_draws(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidChoice) as refusal:
        Policy().check(spec(**changes))
    assert refusal.value.field == field


def test_as_much_as_the_bot_draws() -> None:
    Policy().check(spec(count=4, steps=150, width=1536, height=1536, prompt="x" * 6000))


def test_how_many_may_wait() -> None:
    policy = Policy(waiting_each=2, waiting_all=3)
    policy.admit(of_this_person=1, of_everybody=2)
    with pytest.raises(Refused, match="2 pictures on the way"):
        policy.admit(of_this_person=2, of_everybody=2)
    with pytest.raises(Refused, match="full"):
        policy.admit(of_this_person=0, of_everybody=3)
