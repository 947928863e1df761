"""Reports: renewed part by part, the same again when read, and the model card shows the one that is kept."""

import json
from pathlib import Path

import pytest

from generation.diffusion.sketch.grader import OwnGrade
from generation.diffusion.sketch.grading import PARTS
from generation.diffusion.sketch.model import FOLDER
from generation.diffusion.sketch.report import Line, Report, read_report

ROOT = Path(__file__).parents[4]
SETTINGS = {"guidance_scale": 3.0, "steps": 12, "pictures": 200}


def line(part: str, item: int, value: float) -> Line:
    return Line(item, f"asked {part}", value, (value - 0.1, value + 0.1), 200, "at least 85%", value >= 0.85, part)


@pytest.fixture
def report() -> Report:
    lines = [line("hair", 1, 0.9), line("mouth", 1, 0.3), line("avoided", 4, 0.4)]
    return Report(SETTINGS, [OwnGrade("hair", 200, 1.0, 0.0)], lines, {"1": 0.8, "3": 0.9})


def test_only_the_part_that_was_measured_again_is_renewed(report: Report) -> None:
    renewed = report.renewed(Report(SETTINGS, lines=[line("mouth", 1, 0.95)]), PARTS)

    assert [(kept.part, kept.value) for kept in renewed.lines] == [("hair", 0.9), ("mouth", 0.95), ("avoided", 0.4)]
    assert (renewed.grader, renewed.curve) == (report.grader, report.curve)


def test_a_part_that_is_new_comes_in_its_place(report: Report) -> None:
    renewed = report.renewed(Report(SETTINGS, lines=[line("eyes", 1, 1.0)], curve={"1": 0.7}), PARTS)

    assert [kept.part for kept in renewed.lines] == ["hair", "eyes", "mouth", "avoided"]
    assert renewed.curve == {"1": 0.7}


def test_a_report_is_read_again_as_it_was_written(report: Report) -> None:
    assert read_report(json.loads(json.dumps(report.as_json()))) == report


def test_tables_show_shares_in_per_cent_and_what_was_missed(report: Report) -> None:
    seconds = Line(6, "seconds to load", 1.66, None, 1, "under 3", True, "time")
    rows = Report(SETTINGS, lines=[*report.lines, seconds], curve=report.curve).as_markdown().splitlines()

    assert "| 1 | asked mouth | 30.0 % | 20.0 % to 40.0 % | 200 | at least 85 % | **missed** |" in rows
    assert "| 6 | seconds to load | 1.7 s |  | 1 | under 3 | met |" in rows
    assert rows[-3:] == ["| CFG | 1 | 3 |", "| --- | --- | --- |", "|  | 80.0 % | 90.0 % |"]


def test_the_model_card_shows_the_report_that_is_kept() -> None:
    kept = json.loads((ROOT / "docs" / "sketch-grade.json").read_text(encoding="utf-8"))
    card = (FOLDER / "README.md").read_text(encoding="utf-8")

    for table in read_report(kept).as_markdown().split("\n\n"):
        assert table.strip() in card
