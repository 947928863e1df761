"""What a picture's two prompts come to, call by call: which texts the network is given, and how much each one pulls."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from generation.prompt.attention import parse_attention
from generation.prompt.composition import split_composition
from generation.prompt.editing import active_entries, schedule
from generation.prompt.preparation import extract_extra_networks, strip_comments
from generation.prompt.regions import Regions, parse_regions

_Pull = tuple[str, float, int | None]  # a text, its weight, and the region it is for


@dataclass(frozen=True, slots=True)
class Branch:
    """One prompt over the time of a picture.

    ``texts`` are its schedule, in order and with repetitions, to be encoded together: the mean that the emphasis
    ``Original`` restores is taken over all of them. ``active`` holds, for each network call, the index of its text.
    ``region`` is the index of the region that it is for, None for the whole picture.
    """

    weight: float
    texts: tuple[str, ...]
    active: tuple[int, ...]
    region: int | None = None


@dataclass(frozen=True, slots=True)
class PromptPlan:
    """The branches of a picture: guided output = negative + Σ weight × guidance scale × (positive − negative).

    Where there are ``regions``, branches that are for one of them count there alone.
    ``networks`` names the calls of extra networks that were taken out of the prompt, as ``lora:name``.
    """

    positive: tuple[Branch, ...]
    negative: Branch
    networks: tuple[str, ...] = ()
    regions: Regions | None = None

    @property
    def least_weight(self) -> float:
        """The sum of the positive weights that pull at one place, where it is least."""
        everywhere = sum(branch.weight for branch in self.positive if branch.region is None)
        if self.regions is None:
            return everywhere
        return everywhere + min(
            sum(branch.weight for branch in self.positive if branch.region == index)
            for index in range(len(self.regions.parts))
        )

    def written_regions(self) -> tuple[str, ...]:
        """The texts of the regions as they were written, without what is said in all of them."""
        return () if self.regions is None else tuple(part.text for part in self.regions.parts)

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
    regions: str = "",
) -> PromptPlan:
    """Plan ``steps`` (1 or more) sampling steps of ``calls_per_step`` network calls.

    Never raises on any prompts, and InvalidChoice for ``regions`` that cannot be read.
    ``calls`` is the number of network calls where it is not the product: Heun's last step, for one, has a single call.
    ``first_pass_steps`` makes them the steps of a second pass, which go on counting from there.
    Comments are stripped from both prompts. Extra networks and ``AND`` are read in the positive one only.

    With regions, the prompt is said in every one of them, before its own text. What ``AND`` adds to the prompt pulls at
    the whole picture, and what it adds to a region's text at that region.
    """
    length = steps * calls_per_step
    before = None if first_pass_steps is None else first_pass_steps * calls_per_step
    branch = partial(_branch, length=length, calls=length if calls is None else calls, before=before)
    laid = parse_regions(regions) if regions else None
    written = () if laid is None else (part.text for part in laid.parts)
    own, networks = _taken_apart([strip_comments(prompt), *written])
    return PromptPlan(
        positive=tuple(branch(text, weight, region=region) for text, weight, region in _pulls(*own)),
        negative=branch(strip_comments(negative_prompt), 1.0),
        networks=networks,
        regions=laid,
    )


def strip_attention(text: str) -> str:
    """The words of one scheduled ``text`` without brackets, weights and escapes, as a reader would see them."""
    return "".join(words for words, _ in parse_attention(text))


def _taken_apart(written: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Texts without the calls of extra networks in them, and these."""
    texts, calls = zip(*map(extract_extra_networks, written), strict=True)
    named = (f"{kind}:{each[0]}" for found in calls for kind, uses in found.items() for each in uses)
    return list(texts), tuple(named)


def _pulls(prompt: str, *regions: str) -> Iterator[_Pull]:
    """Everything that pulls at the picture, region by region, and what pulls at the whole of it last."""
    (common, common_weight), *further = split_composition(prompt)
    for index, text in enumerate(regions):
        (own, weight), *others = split_composition(text)
        yield _joined(common, own), common_weight * weight, index
        yield from ((other, weight, index) for other, weight in others)
    whole = further if regions else [(common, common_weight), *further]
    yield from ((text, weight, None) for text, weight in whole)


def _joined(common: str, own: str) -> str:
    """Both texts with a comma between them."""
    parts = (common.rstrip(", \n\t"), own.lstrip(", \n\t"))
    return ", ".join(part for part in parts if part)


def _branch(text: str, weight: float, length: int, calls: int, before: int | None, region: int | None = None) -> Branch:
    entries = schedule(text, length, before)
    active = active_entries([end for end, _ in entries], calls)
    return Branch(weight, tuple(words for _, words in entries), tuple(active), region)
