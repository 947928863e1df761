"""A study: pictures of one spec with consecutive seeds, and what people who sorted them say they show."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.studies.measures import Measures
from generation.errors import InvalidChoice
from generation.spec import PromptSpec, picture

#: The categories of the notes this practice comes from, in the order of their table.
CATEGORIES = ("Pattern", "Object or Scenery", "Malformed Human", "Legit Human")
#: What a body may look like, asked of pictures that show one.
SHAPES = ("Normal", "Slim", "Muscular", "Heavy")
MOST_CATEGORIES, MOST_SHAPES = 10, 10
MOST_PICTURES = 500
_LONGEST_NAME = 40
#: A category with this word in it shows a body.
_BODY = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """The heaps that pictures are sorted into; ``shapes`` are asked of those in categories that name a human."""

    categories: tuple[str, ...] = CATEGORIES
    shapes: tuple[str, ...] = SHAPES

    def __post_init__(self) -> None:
        _check_names("categories", self.categories, 2, MOST_CATEGORIES)
        _check_names("shapes", self.shapes, 0, MOST_SHAPES)

    def has_body(self, category: str) -> bool:
        """Whether pictures of ``category`` show somebody whose shape can be named."""
        return _BODY in category.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What ``rater`` says that picture ``index`` (from 0) of a study shows; ``shape`` None where none was named."""

    index: int
    rater: str
    category: str
    shape: str | None = None


@dataclass(frozen=True, kw_only=True)
class Study:
    """``samples`` pictures: ``spec`` (its count is 1) with its seed, and those that follow.

    ``measures`` are those of the pictures that have been drawn, by index; ``labels`` hold one of each rater a picture.
    """

    title: str
    spec: PromptSpec
    samples: int
    sorting: Sorting = field(default_factory=Sorting)
    measures: Mapping[int, Measures] = field(default_factory=dict)
    labels: Sequence[Label] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.samples <= MOST_PICTURES:
            raise InvalidChoice("samples", f"A study has between 1 and {MOST_PICTURES} pictures, not {self.samples}.")

    def picture_spec(self, index: int) -> PromptSpec:
        """The spec of one of its pictures."""
        return picture(self.spec, index)

    @property
    def raters(self) -> tuple[str, ...]:
        """Who sorted, in the order in which they began."""
        return tuple(dict.fromkeys(label.rater for label in self.labels))

    @cached_property
    def said(self) -> Mapping[int, tuple[Label, ...]]:
        """The labels of each picture that has any."""
        said: dict[int, list[Label]] = {}
        for label in self.labels:
            said.setdefault(label.index, []).append(label)
        return {index: tuple(labels) for index, labels in sorted(said.items())}

    @cached_property
    def verdicts(self) -> Mapping[int, str]:
        """The category of each picture about which those who sorted it agree, or most of them do."""
        found = {index: majority(label.category for label in labels) for index, labels in self.said.items()}
        return {index: category for index, category in found.items() if category is not None}

    @property
    def undecided(self) -> int:
        """How many pictures were sorted, but by as many people into one category as into another."""
        return len(self.said) - len(self.verdicts)

    def count(self, category: str) -> int:
        """How many pictures are of ``category``."""
        return sum(verdict == category for verdict in self.verdicts.values())

    def shapes(self) -> Counter[str]:
        """How often each shape was named, a picture counting once, by those who agree with its category."""
        named = (
            majority(label.shape for label in self.said[index] if label.shape and label.category == category)
            for index, category in self.verdicts.items()
            if self.sorting.has_body(category)
        )
        return Counter(shape for shape in named if shape is not None)


def majority(values: Iterable[str]) -> str | None:
    """Return what more of ``values`` say than anything else; None where nothing leads."""
    counts = Counter(values).most_common(2)
    if not counts or (len(counts) == 2 and counts[0][1] == counts[1][1]):
        return None
    return counts[0][0]


def _check_names(field_name: str, names: Sequence[str], least: int, most: int) -> None:
    if not least <= len(names) <= most:
        raise InvalidChoice(field_name, f"There can be {least} to {most} {field_name}; {len(names)} were given.")
    if wrong := next((name for name in names if not name.strip() or len(name) > _LONGEST_NAME or "|" in name), None):
        raise InvalidChoice(
            field_name, f"{wrong!r} cannot be the name of a heap: 1 to {_LONGEST_NAME} characters, without a |."
        )
    if len({name.casefold() for name in names}) < len(names):
        raise InvalidChoice(field_name, f"Two of the {field_name} have the same name.")
