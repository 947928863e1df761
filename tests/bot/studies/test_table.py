"""The table as the notes print it, with its second lines."""

import pytest

from bot.studies.measures import Measures
from bot.studies.study import CATEGORIES, Label
from bot.studies.table import agreement_line, markdown, measure_rows, rows
from tests.bot.studies.test_study import LEGIT, MALFORMED, PATTERN, said, study


def of_the_notes() -> list[Label]:
    """Twenty pictures: two malformed, eighteen legit, all of a normal shape."""
    return [said(index, MALFORMED if index < 2 else LEGIT, shape="Normal") for index in range(20)]


def test_exactly_the_table_of_the_notes() -> None:
    written = markdown(rows([study(*of_the_notes(), size="1024x576")]))
    assert written == (
        "|Dimension|Sample size|Pattern|Object or Scenery|Malformed Human|Legit Human|Body shape|\n"
        "|---|---|---|---|---|---|---|\n"
        "|1024x576|20|0|0|2|18|Normal|\n"
        "||95 %|0–16 %|0–16 %|3–30 %|70–97 %||"
    )


def test_two_studies_are_two_rows() -> None:
    table = rows([study(*of_the_notes(), size="1024x576"), study(*of_the_notes()[2:])])
    assert [row[0] for row in table] == ["Dimension", "1024x576", "", "512x512", ""]
    assert table[3][1] == "18"


def test_several_shapes_are_counted() -> None:
    labels = [said(0, LEGIT, shape="Slim"), said(1, LEGIT, shape="Normal"), said(2, LEGIT, shape="Normal")]
    assert rows([study(*labels)])[1][-1] == "Normal 2, Slim 1"


def test_before_anybody_sorted_there_are_no_intervals() -> None:
    table = rows([study()])
    assert table[1] == ("512x512", "0", "0", "0", "0", "0", "")
    assert set(table[2][2:]) == {""}


def test_measures_stand_beside() -> None:
    measures = {index: Measures(brightness=0.5 + index / 10, colourfulness=40.0) for index in range(3)}
    assert measure_rows([study(measures=measures)])[1] == ("512x512", "3", "0.600 (0.352–0.848)", "40.0 (40.0–40.0)")
    assert measure_rows([study()])[1] == ("512x512", "0", "", "")


def test_agreement_is_shown_where_several_sorted() -> None:
    labels = [said(i, LEGIT if i % 2 else PATTERN, rater) for i in range(4) for rater in ("ann", "ben", "cy")]
    assert agreement_line(study(*labels)) == "Sorted by 3 people, 4 of 20 pictures. Krippendorff's alpha 1.00."
    assert agreement_line(study(said(0, LEGIT))) == "Sorted by 1 person, 1 of 20 pictures."


def test_undecided_pictures_are_told_of() -> None:
    line = agreement_line(study(said(0, LEGIT), said(0, PATTERN, "ben")))
    assert "Undecided: 1" in line


@pytest.mark.parametrize("category", CATEGORIES)
def test_intervals_hold_the_share(category: str) -> None:
    table = rows([study(*of_the_notes())])
    column = table[0].index(category)
    low, high = table[2][column].removesuffix(" %").split("–")
    assert float(low) <= 100 * int(table[1][column]) / 20 <= float(high)
