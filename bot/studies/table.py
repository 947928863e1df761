"""The table of the notes that this practice comes from: a row a study, and its intervals in a second line."""

from collections.abc import Sequence

from bot.studies import intervals
from bot.studies.agreement import krippendorff_alpha
from bot.studies.intervals import Interval
from bot.studies.study import Study

Row = tuple[str, ...]


def rows(studies: Sequence[Study]) -> list[Row]:
    """The table's cells: heading, then two lines a study. All of them must sort into the same categories."""
    categories = studies[0].sorting.categories
    heading = ("Dimension", "Sample size", *categories, "Body shape")
    return [heading, *(row for study in studies for row in _of(study))]


def measure_rows(studies: Sequence[Study]) -> list[Row]:
    """What was measured, beside: heading, then a line a study, means with their intervals."""
    heading = ("Dimension", "Pictures", "Brightness", "Colourfulness")
    return [heading, *(_measured(study) for study in studies)]


def markdown(cells: Sequence[Row]) -> str:
    """Write rows as the notes do, in Markdown."""
    heading, *others = cells
    lines = [heading, ("---",) * len(heading), *others]
    return "\n".join("|" + "|".join(line) + "|" for line in lines)


def aligned(cells: Sequence[Row]) -> str:
    """Write rows with their columns below one another, for letters of one width."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def agreement_line(study: Study) -> str:
    """Say how many people sorted, and how far they agree."""
    raters = len(study.raters)
    sorted_by = (
        f"Sorted by {raters} {'person' if raters == 1 else 'people'}, {len(study.said)} of {study.samples} pictures."
    )
    alpha = krippendorff_alpha([[label.category for label in labels] for labels in study.said.values()])
    agreed = "" if alpha is None else f" Krippendorff's alpha {alpha:.2f}."
    even = f" Undecided: {study.undecided}, sorted evenly into more than one category." if study.undecided else ""
    return sorted_by + agreed + even


def percent(interval: Interval) -> str:
    """Write an interval of a share: ``84–100 %``."""
    return f"{100 * interval.low:.0f}–{100 * interval.high:.0f} %"


def dimension(study: Study) -> str:
    """Write a study's size as the notes do."""
    return f"{study.spec.width}x{study.spec.height}"


def _of(study: Study) -> tuple[Row, Row]:
    decided = len(study.verdicts)
    counts = [study.count(category) for category in study.sorting.categories]
    ranges = [percent(intervals.share(count, decided)) if decided else "" for count in counts]
    return (
        (dimension(study), str(decided), *map(str, counts), _shapes(study)),
        ("", "95 %", *ranges, ""),
    )


def _shapes(study: Study) -> str:
    """The one shape that was named, or each with its number."""
    named = study.shapes().most_common()
    if len(named) == 1:
        return named[0][0]
    return ", ".join(f"{shape} {count}" for shape, count in named)


def _measured(study: Study) -> Row:
    values = list(study.measures.values())
    bright, colourful = [each.brightness for each in values], [each.colourfulness for each in values]
    return dimension(study), str(len(values)), _mean(bright, 3), _mean(colourful, 1)


def _mean(values: Sequence[float], places: int) -> str:
    if not values:
        return ""
    interval = intervals.mean(values)
    around = "" if interval is None else f" ({interval.low:.{places}f}–{interval.high:.{places}f})"
    return f"{sum(values) / len(values):.{places}f}{around}"
