"""The study "pure negative at 1e-4, at 0.1, plain nine words, and none", sorted by the sketch model's grader.

    python -m benchmarks.pure_negative --json FILE --sheet FILE.png

A hundred pictures each, without a prompt, with the same seeds. The grader stands in for people: a picture in which it
is sure of no subject is a pattern, a cat or a thing an object, somebody with a flaw is malformed, anybody else legit.
It does not judge body shapes. What comes out is printed as it is: the table of the notes, then every arm beside none.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import torch
import typer
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from bot.studies.comparison import caution, compare, sentence
from bot.studies.grid import sheet_of
from bot.studies.measures import measure
from bot.studies.study import CATEGORIES, Label, Sorting, Study
from bot.studies.table import markdown, measure_rows, rows
from generation.diffusion.sketch.easel import Atelier
from generation.diffusion.sketch.grader import load_grader
from generation.presets import NINE_WORDS
from generation.profiles import load_profiles
from generation.spec import PromptSpec, resolve

ARMS: Mapping[str, Mapping[str, object]] = {
    "pure, 1e-4": {"negative_preset": "pure", "preset_weight": 1e-4},
    "pure, 0.1": {"negative_preset": "pure", "preset_weight": 0.1},
    "nine words, plain": {"negative_prompt": ", ".join(NINE_WORDS)},
    "none": {"negative_preset": "none"},
}
PATTERN, OBJECT, MALFORMED, LEGIT = CATEGORIES
_PEOPLE = ("girl", "boy", "two")
_SHOWN = 12


def main() -> None:
    """Draw, sort, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--steps", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sheet", type=Path)
    asked = parser.parse_args()
    studies, sheets = [], []
    with Atelier(workers=asked.workers) as atelier:
        for name, choices in ARMS.items():
            spec = _spec(choices, asked.steps)
            pixels = atelier.draw([_nth(spec, index) for index in range(asked.pictures)])
            studies.append(_study(name, spec, pixels))
            sheets.append(_labelled(name, _pictures(pixels[:_SHOWN])))
    _print(studies)
    if asked.json:
        asked.json.write_text(json.dumps(_figures(studies, asked.steps), indent=2) + "\n", encoding="utf-8")
    if asked.sheet:
        sheet_of(sheets, 1).save(asked.sheet)


def sort(answers: Mapping[str, str]) -> str:
    """The heap of a picture, by what the grader says of it."""
    subject = answers["subject"]
    if subject == "unsure":
        return PATTERN
    if subject not in _PEOPLE:
        return OBJECT
    return LEGIT if answers["flaw"] == "none" else MALFORMED


def _spec(choices: Mapping[str, object], steps: int) -> PromptSpec:
    return resolve({"steps": steps, "seed": 1, "model": "sketch"}, choices, profiles=load_profiles())


def _nth(spec: PromptSpec, index: int) -> PromptSpec:
    return Study(title="", spec=spec, samples=500).picture_spec(index)


def _study(name: str, spec: PromptSpec, pixels: Tensor) -> Study:
    labels = [
        Label(index=index, rater="grader", category=sort(answers))
        for index, answers in enumerate(load_grader().look(pixels))
    ]
    measures = {index: measure(picture) for index, picture in enumerate(_pictures(pixels))}
    sorting = Sorting(shapes=())
    return Study(title=name, spec=spec, samples=len(pixels), sorting=sorting, labels=labels, measures=measures)


def _pictures(pixels: Tensor) -> list[Image.Image]:
    levels = ((pixels + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return [Image.fromarray(each) for each in levels]


def _labelled(name: str, pictures: list[Image.Image]) -> Image.Image:
    row = sheet_of(pictures, _SHOWN)
    made = Image.new("RGB", (row.width, row.height + 18), "white")
    ImageDraw.Draw(made).text((4, 3), name, (40, 40, 40), ImageFont.load_default(12))
    made.paste(row, (0, 18))
    return made


def _print(studies: list[Study]) -> None:
    table = rows(studies)
    names = ["", *(line for study in studies for line in (study.title, ""))]
    typer.echo(markdown([(name or "", *row) for name, row in zip(["Negative", *names[1:]], table, strict=True)]))
    measured = measure_rows(studies)
    typer.echo(
        "\n" + markdown([(n, *r) for n, r in zip(["Negative", *(s.title for s in studies)], measured, strict=True)])
    )
    none = studies[-1]
    for study in studies[:-1]:
        found = compare(study, none)
        typer.echo(f"\n{study.title} beside none:")
        for difference in found:
            typer.echo(f"- {sentence(difference, study.title, none.title)}")
    typer.echo(f"\n{caution(compare(studies[0], none))}")


def _figures(studies: list[Study], steps: int) -> dict[str, object]:
    return {
        "steps": steps,
        "arms": [
            {
                "negative": study.title,
                "pictures": study.samples,
                "counts": {category: study.count(category) for category in CATEGORIES},
                "brightness": sum(m.brightness for m in study.measures.values()) / study.samples,
                "colourfulness": sum(m.colourfulness for m in study.measures.values()) / study.samples,
            }
            for study in studies
        ],
    }


if __name__ == "__main__":
    main()
