"""Grading: intervals, right answers, an examination's form, and how good the grader itself is."""

import json

import pytest
import torch

from generation.diffusion.sketch import grading
from generation.diffusion.sketch.dataset import draw_batch, generator
from generation.diffusion.sketch.grader import ANSWERS, label, load_grader
from generation.diffusion.sketch.grading import PARTS, Examination, pictures_drawn
from generation.diffusion.sketch.intervals import paired_difference, share_interval
from generation.diffusion.sketch.report import read_report
from generation.spec import PromptSpec


def test_the_interval_of_a_share_is_wilsons() -> None:
    low, high = share_interval(90, 100)

    assert (low, high) == (pytest.approx(0.8256, abs=1e-4), pytest.approx(0.9448, abs=1e-4))


def test_the_interval_of_nothing_seen_reaches_up_from_zero() -> None:
    low, high = share_interval(0, 200)

    assert low == 0
    assert 0.01 < high < 0.02


def test_a_paired_difference_excludes_zero_when_it_is_steady() -> None:
    mean, (low, high) = paired_difference([1, 2, 3, 4], [0.5, 1.4, 2.5, 3.6])

    assert mean == pytest.approx(0.5)
    assert 0 < low < mean < high


def test_every_scene_has_a_right_answer_to_every_question() -> None:
    for scene in draw_batch(generator(9, 9), 200, (64, 64)).scenes:
        answers = label(scene)

        assert answers.keys() == ANSWERS.keys()
        assert all(answer in ANSWERS[question] for question, answer in answers.items())


def test_the_grader_sees_what_is_drawn() -> None:
    batch = draw_batch(generator(10, 10), 200, (64, 64))
    good = [
        (label(scene), pixels) for scene, pixels in zip(batch.scenes, batch.pixels, strict=True) if scene.flaw is None
    ]
    seen = load_grader().look(torch.stack([pixels for _, pixels in good]))
    right = [
        heard[question] == answers[question]
        for (answers, _), heard in zip(good, seen, strict=True)
        for question in ANSWERS
    ]

    assert sum(right) / len(right) > 0.98


@pytest.mark.slow
def test_the_grader_passes_its_own_examination() -> None:
    for grade in grading.grade_grader(load_grader(), pictures=3000):
        assert grade.right >= 0.98, grade
        assert grade.false <= 0.02, grade


@pytest.mark.slow
def test_an_examination_reports_every_item() -> None:
    drawn: list[int] = []
    report = Examination(guidance_scale=4.0, pictures=10, steps=2, advance=drawn.append).run()

    assert {line.item for line in report.lines} == set(range(7))
    assert list(dict.fromkeys(line.part for line in report.lines)) == list(PARTS)
    assert sum(drawn) == pictures_drawn(10)
    assert read_report(json.loads(json.dumps(report.as_json()))) == report


def test_a_part_is_measured_alone() -> None:
    drawn: list[int] = []
    report = Examination(guidance_scale=3.0, pictures=10, steps=1, workers=1, advance=drawn.append).run(["mouth"])

    assert [(line.part, line.what, line.pictures) for line in report.lines] == [("mouth", "asked mouth", 10)]
    assert sum(drawn) == pictures_drawn(10, ["mouth"]) == 10
    assert not report.grader
    assert not report.curve


class Redness:
    """An easel and a grader of pictures that are red to the degree that the first picture of a pair is asked to be."""

    def __init__(self, strong: float, weak: float, *, named: bool) -> None:
        self._shares, self._named = {"1.4": strong, "0.6": weak}, named

    def __enter__(self) -> "Redness":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def draw(self, specs: list[PromptSpec], report: object = None) -> torch.Tensor:
        share = next(share for weight, share in self._shares.items() if weight in specs[0].prompt)
        pixels = -torch.ones(len(specs), 3, 10, 10)
        pixels[:, 0, : round(10 * share)] = 1
        return pixels

    def look(self, pixels: torch.Tensor) -> list[dict[str, str]]:
        return [{"hair": "red" if self._named else "blue"} for _ in pixels]


@pytest.mark.parametrize(("strong", "weak", "met"), [(0.8, 0.3, [None, True]), (0.3, 0.3, [False, False])])
def test_emphasis_is_met_where_either_the_share_or_the_redness_moves(
    strong: float, weak: float, met: list[bool | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    double = Redness(strong, weak, named=True)
    monkeypatch.setattr(grading, "Atelier", lambda *_, **__: double)
    monkeypatch.setattr(grading, "load_grader", lambda: double)
    lines = Examination(guidance_scale=3.0, pictures=10, steps=1).run(["emphasis"]).lines

    assert [line.met for line in lines] == met
