"""The plan of a picture's prompts: branches, texts and the text of each network call."""

from hypothesis import given
from hypothesis import strategies as st

from generation.errors import InvalidChoice
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


class TestRegions:
    def test_the_prompt_is_said_in_every_region_before_its_own_text(self) -> None:
        plan = plan_prompts("2girls, ", "", steps=2, regions="red hair :0.8 | [blue|green] hair | ")
        assert [(branch.texts, branch.weight, branch.region) for branch in plan.positive] == [
            (("2girls, red hair",), 0.8, 0),
            (("2girls, blue hair", "2girls, green hair"), 1.0, 1),
            (("2girls",), 1.0, 2),
        ]
        assert plan.regions is not None
        assert plan.regions.columns == (1 / 3,) * 3

    def test_without_a_prompt_each_region_speaks_for_itself(self) -> None:
        assert plan_prompts("", "", steps=1, regions="a | b").positive_texts() == ("a", "b")

    def test_what_and_adds_pulls_where_it_was_added(self) -> None:
        plan = plan_prompts("2girls :0.5 AND night :2", "", steps=1, regions="a AND hat :0.5 | b")
        assert [(branch.texts[0].strip(), branch.weight, branch.region) for branch in plan.positive] == [
            ("2girls, a", 0.5, 0),
            ("hat", 0.5, 0),
            ("2girls, b", 0.5, 1),
            ("night", 2.0, None),
        ]
        assert plan.least_weight == 2.5

    def test_networks_and_colours_do_not_reach_the_network(self) -> None:
        plan = plan_prompts("a <lora:x:1> # not this", "", steps=1, regions="b <lora:y:1> #red | c")
        assert plan.positive_texts() == ("a, b", "a, c")
        assert plan.networks == ("lora:x", "lora:y")
        assert plan.written_regions() == ("b <lora:y:1>", "c")

    @given(any_text, any_text, st.integers(1, 40))
    def test_any_texts_can_be_planned(self, prompt: str, text: str, steps: int) -> None:
        try:
            plan = plan_prompts(prompt, "", steps=steps, regions=f"{text} | b")
        except InvalidChoice:
            return
        assert {branch.region for branch in plan.positive} >= {0, 1}
