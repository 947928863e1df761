"""What a picture's two prompts come to, call by call: which texts the network is given, and how much each one pulls."""

from dataclasses import dataclass
from functools import partial

from generation.prompt.attention import parse_attention
from generation.prompt.composition import split_composition
from generation.prompt.editing import active_entries, schedule
from generation.prompt.preparation import extract_extra_networks, strip_comments


@dataclass(frozen=True, slots=True)
class Branch:
    """One prompt over the time of a picture.

    ``texts`` are its schedule, in order and with repetitions, to be encoded together: the mean that the emphasis
    ``Original`` restores is taken over all of them. ``active`` holds, for each network call, the index of its text.
    """

    weight: float
    texts: tuple[str, ...]
    active: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PromptPlan:
    """The branches of a picture: guided output = negative + Σ weight × guidance scale × (positive − negative).

    ``networks`` names the calls of extra networks that were taken out of the prompt, as ``lora:name``.
    """

    positive: tuple[Branch, ...]
    negative: Branch
    networks: tuple[str, ...] = ()

    def positive_texts(self) -> tuple[str, ...]:
        """Each text that some network call may be given to draw, once, in the prompt language."""
        return tuple(dict.fromkeys(text for branch in self.positive for text in branch.texts))

    def negative_texts(self) -> tuple[str, ...]:
        """Each text that some network call may be given to avoid, once, in the prompt language."""
        return tuple(dict.fromkeys(self.negative.texts))

    def texts(self) -> tuple[str, ...]:
        """Every text that may reach the network, once."""
        return tuple(dict.fromkeys(self.positive_texts() + self.negative_texts()))


def plan_prompts(
    prompt: str,
    negative_prompt: str,
    *,
    steps: int,
    calls_per_step: int = 1,
    calls: int | None = None,
    first_pass_steps: int | None = None,
) -> PromptPlan:
    """Plan ``steps`` (1 or more) sampling steps of ``calls_per_step`` network calls; never raises on any text.

    ``calls`` is the number of network calls where it is not the product: Heun's last step, for one, has a single call.
    ``first_pass_steps`` makes them the steps of a second pass, which go on counting from there.
    Comments are stripped from both prompts. Extra networks and ``AND`` are read in the positive one only.
    """
    length = steps * calls_per_step
    before = None if first_pass_steps is None else first_pass_steps * calls_per_step
    branch = partial(_branch, length=length, calls=length if calls is None else calls, before=before)
    text, networks = extract_extra_networks(strip_comments(prompt))
    return PromptPlan(
        positive=tuple(branch(part, weight) for part, weight in split_composition(text)),
        negative=branch(strip_comments(negative_prompt), 1.0),
        networks=tuple(f"{kind}:{arguments[0]}" for kind, uses in networks.items() for arguments in uses),
    )


def strip_attention(text: str) -> str:
    """The words of one scheduled ``text`` without brackets, weights and escapes, as a reader would see them."""
    return "".join(words for words, _ in parse_attention(text))


def _branch(text: str, weight: float, length: int, calls: int, before: int | None) -> Branch:
    entries = schedule(text, length, before)
    active = active_entries([end for end, _ in entries], calls)
    return Branch(weight, tuple(words for _, words in entries), tuple(active))
