"""Where image to image begins, for every strength."""

from hypothesis import given
from hypothesis import strategies as st

from generation.samplers import image_to_image


@given(st.integers(1, 200), st.floats(0, 1))
def test_a_share_of_the_steps_is_done(steps: int, strength: float) -> None:
    made = image_to_image(steps, strength)
    assert made.steps == steps
    assert 0 <= made.encode < steps


@given(st.integers(1, 200), st.floats(0.01, 1))
def test_as_many_steps_are_done_as_asked_for(steps: int, strength: float) -> None:
    made = image_to_image(steps, strength, exact_steps=True)
    assert made.encode == steps - 1
    assert made.steps >= steps
