"""The plan of a picture's prompts: branches, texts and the text of each network call."""

from hypothesis import given
from hypothesis import strategies as st

from generation.prompt.plan import Branch, plan_prompts, strip_attention
from tests.generation.prompt.strategies import any_text


def test_branches_of_a_composition_are_scheduled_apart() -> None:
    plan = plan_prompts("[a:b:2] AND c:0.5", "bad AND worse", steps=4)
    assert plan.positive == (
        Branch(1.0, ("a", "b"), (0, 0, 0, 1)),
        Branch(0.5, (" c",), (0, 0, 0, 0)),
    )
    assert plan.negative == Branch(1.0, ("bad AND worse",), (0, 0, 0, 0))


def test_steps_of_two_calls_count_calls() -> None:
    plan = plan_prompts("[a:b:0.5]", "[c|d]", steps=4, calls_per_step=2, calls=7)
    assert plan.positive[0].active == (0, 0, 0, 0, 0, 1, 1)
    assert plan.negative.texts == ("c", "d") * 4
    assert plan.negative.active == (0, 0, 1, 2, 3, 4, 5)


def test_comments_and_extra_networks_do_not_reach_the_network() -> None:
    plan = plan_prompts("a <lora:ink:0.8> # not this", "b # nor this", steps=1)
    assert plan.texts() == ("a", "b \n")
    assert plan.networks == ("lora:ink",)


def test_texts_are_all_that_may_be_drawn() -> None:
    plan = plan_prompts("[[a|b]:c:0.5] AND d", "[e:f:0.5]", steps=10)
    assert plan.positive_texts() == ("a", "b", "c", " d")
    assert plan.negative_texts() == ("e", "f")


def test_stripped_texts_read_as_the_tokenizer_does() -> None:
    assert strip_attention(r"(lo:1.1)[[w]] \(r\)es") == "low (r)es"


@given(any_text, any_text, st.integers(1, 40), st.integers(1, 2))
def test_any_prompts_can_be_planned(prompt: str, negative: str, steps: int, calls_per_step: int) -> None:
    plan = plan_prompts(prompt, negative, steps=steps, calls_per_step=calls_per_step)
    for branch in (*plan.positive, plan.negative):
        assert len(branch.active) == steps * calls_per_step
        assert all(0 <= index < len(branch.texts) for index in branch.active)
        assert set(branch.texts) <= set(plan.texts())
