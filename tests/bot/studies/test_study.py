"""What a study holds of its pictures, its labels, and who agrees with whom."""

import pytest

from bot.studies.study import CATEGORIES, Label, Sorting, Study, majority
from generation.errors import InvalidChoice
from tests.bot.studies.test_scan import spec

PATTERN, OBJECT, MALFORMED, LEGIT = CATEGORIES


def study(*labels: Label, samples: int = 20, size: str = "512x512", **more: object) -> Study:
    return Study(title="a study", spec=spec({"seed": 7, "size": size}), samples=samples, labels=labels, **more)  # pyright: ignore[reportArgumentType]  (tests hand on whatever they set)


def said(index: int, category: str, rater: str = "ann", shape: str | None = None) -> Label:
    return Label(index=index, rater=rater, category=category, shape=shape)


def test_seeds_follow_one_another() -> None:
    assert [study().picture_spec(index).seed for index in range(3)] == [7, 8, 9]


def test_most_people_decide_and_a_tie_decides_nothing() -> None:
    made = study(
        said(0, LEGIT),
        said(0, LEGIT, "ben"),
        said(0, PATTERN, "cy"),
        said(1, LEGIT),
        said(1, PATTERN, "ben"),
        said(2, OBJECT, "cy"),
    )
    assert made.verdicts == {0: LEGIT, 2: OBJECT}
    assert made.undecided == 1
    assert [made.count(category) for category in CATEGORIES] == [0, 1, 0, 1]
    assert made.raters == ("ann", "ben", "cy")


def test_shapes_count_a_picture_once_and_only_bodies() -> None:
    made = study(
        said(0, LEGIT, shape="Normal"),
        said(0, LEGIT, "ben", shape="Normal"),
        said(1, LEGIT, shape="Slim"),
        said(2, OBJECT, shape="Slim"),
        said(3, LEGIT),
    )
    assert made.shapes() == {"Normal": 1, "Slim": 1}


@pytest.mark.parametrize(("values", "leads"), [([], None), (["a"], "a"), (["a", "b"], None), (["b", "a", "b"], "b")])
def test_majority(values: list[str], leads: str | None) -> None:
    assert majority(values) == leads


@pytest.mark.parametrize(
    ("categories", "says"),
    [
        (("only one",), "2 to 10 categories; 1 were given"),
        (("a", "A"), "Two of the categories have the same name"),
        (("a", " "), "cannot be the name of a heap"),
        (("a", "b|c"), "without a |"),
    ],
)
def test_heaps_that_cannot_be(categories: tuple[str, ...], says: str) -> None:
    with pytest.raises(InvalidChoice, match=says):
        Sorting(categories=categories)


@pytest.mark.parametrize("samples", [0, 501])
def test_samples_that_cannot_be(samples: int) -> None:
    with pytest.raises(InvalidChoice, match="between 1 and 500"):
        study(samples=samples)
