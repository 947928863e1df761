"""How long many pictures will take, from how long some took."""

import pytest

from bot.pace import Pace
from tests.bot.specs import spec


def test_before_anything_was_drawn_nothing_is_foretold() -> None:
    assert Pace().foretell([spec()]) is None


def test_twice_the_steps_or_the_pictures_take_twice_as_long() -> None:
    pace = Pace()
    pace.note(spec(steps=10), 4.0)
    assert pace.foretell([spec(steps=20)]) == pytest.approx(8)
    assert pace.foretell([spec(steps=10, count=2)]) == pytest.approx(8)
    assert pace.foretell([spec(steps=10), spec(steps=10)]) == pytest.approx(8)


def test_samplers_that_call_the_network_twice_a_step_take_twice_as_long() -> None:
    pace = Pace()
    pace.note(spec(steps=10), 1.0)
    assert pace.foretell([spec(steps=10, sampler="Heun")]) == pytest.approx(1.9)


def test_what_came_last_counts_most_but_not_alone() -> None:
    pace = Pace()
    for seconds in (1.0, 1.0, 11.0):
        pace.note(spec(steps=10), seconds)
    assert pace.foretell([spec(steps=10)]) == pytest.approx(3)
