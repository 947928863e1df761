"""Everything of a study or a scan as one CSV table: every picture's spec, seed, measures and labels."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from bot.studies.measures import Measures
from bot.studies.scan import Scan
from bot.studies.study import Study
from generation.spec import PromptSpec


def study_csv(study: Study) -> str:
    """Write a row a picture; what each person said stands in two columns of theirs."""
    return _written(_study_rows(study))


def scan_csv(scan: Scan, measures: Mapping[int, Measures]) -> str:
    """Write a row a cell, with the labels of its place on both axes."""
    return _written(_scan_rows(scan, measures))


def _study_rows(study: Study) -> Iterator[dict[str, object]]:
    for index in range(study.samples):
        said = {label.rater: label for label in study.said.get(index, ())}
        row: dict[str, object] = {"picture": index + 1, "verdict": study.verdicts.get(index, "")}
        row |= _measured(study.measures.get(index))
        for rater in study.raters:
            row[f"category by {rater}"] = said[rater].category if rater in said else ""
            row[f"shape by {rater}"] = (said[rater].shape or "") if rater in said else ""
        yield row | _spec(study.picture_spec(index))


def _scan_rows(scan: Scan, measures: Mapping[int, Measures]) -> Iterator[dict[str, object]]:
    for index, cell in enumerate(scan.cells):
        across, down = scan.place(index)
        places = {"cell": index + 1, f"across: {scan.across.name}": across, f"down: {scan.down.name}": down}
        yield places | _measured(measures.get(index)) | _spec(cell)


def _measured(measures: Measures | None) -> dict[str, object]:
    if measures is None:
        return {"brightness": "", "colourfulness": ""}
    return {name: f"{value:.6g}" for name, value in asdict(measures).items()}


def _spec(spec: PromptSpec) -> dict[str, object]:
    return {name: "" if value is None else value for name, value in asdict(spec).items()}


def _written(rows: Iterable[dict[str, object]]) -> str:
    first, *others = rows
    text = io.StringIO()
    table = csv.DictWriter(text, list(first), lineterminator="\n")
    table.writeheader()
    table.writerows([first, *others])
    return text.getvalue()
