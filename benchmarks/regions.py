"""Draws two people with a hair colour each, asked for in halves of the picture and asked for in plain words.

``python -m benchmarks.regions [--full] [--json FILE] [--sheet FILE]``: fixed seeds; the sketch model draws, and its
grader says which colours it sees on the left and on the right. Then colour hints without a word: how much redder, and
less blue, the left half comes out than the right. ``--sheet`` draws the first seeds, none picked, for the eye. With
``--full`` each figure is that of 100 seeds, else of 25.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.sketch_loop import parse_arguments, publish, sketch_profile, table
from generation.diffusion.sketch import palette
from generation.diffusion.sketch.easel import Easel, plain_spec
from generation.diffusion.sketch.grader import load_grader
from generation.diffusion.sketch.intervals import share_interval
from generation.diffusion.sketch.sheet import lay_out
from generation.presets import pure_negative
from generation.spec import PromptSpec

_STEPS = 20
_SHOWN = 6
_SEED = 5000


def pairs() -> list[tuple[str, str]]:
    """Colours of hair for the left and the right, every one beside two others."""
    hair = list(palette.HAIR)
    return [(left, hair[(place + apart) % len(hair)]) for apart in (1, 4) for place, left in enumerate(hair)]


def wanted(prompt: str, regions: str, seed: int) -> PromptSpec:
    """A picture as people get it who choose nothing else, in fewer steps."""
    scale = sketch_profile().cfg_base
    settings = {"steps": _STEPS, "guidance_scale": scale, "negative_prompt": pure_negative(1e-4)}
    return plain_spec(prompt, seed, regions=regions, **settings)


#: Prompt and regions, by the colours asked for on the left and on the right.
WAYS: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "plain prompt": lambda left, right: (f"2girls, {left} hair, {right} hair", ""),
    "regions": lambda left, right: ("2girls", f"{left} hair | {right} hair"),
    "regions, nothing in common": lambda left, right: ("", f"1girl, {left} hair | 1girl, {right} hair"),
}
HINTS = {"no hint": "|", "#red, #blue": "#red | #blue"}


def main() -> None:
    parser = argparse.ArgumentParser(description="Two people, each with the colour of hair that was asked for.")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="draw a sheet of the first seeds there, too")
    arguments = parse_arguments(parser)
    pictures = 100 if arguments.full else 25
    easel, grader = Easel(device="cpu"), load_grader()
    chosen = [pairs()[index % len(pairs())] for index in range(pictures)]
    rows, figures, shown = [], {}, []
    for way, words in WAYS.items():
        pixels = easel.draw([wanted(*words(*pair), _SEED + index) for index, pair in enumerate(chosen)])
        seen = grader.look(pixels)
        found = [
            {
                "two people": row["subject"] == "two",
                "left": row["left hair"] == left,
                "right": row["right hair"] == right,
            }
            for row, (left, right) in zip(seen, chosen, strict=True)
        ]
        counts = {name: sum(each[name] for each in found) for name in ("two people", "left", "right")}
        counts["both where they were asked for"] = sum(all(each.values()) for each in found)
        figures[way] = counts | {"pictures": pictures}
        rows.append([way, *(_share(count, pictures) for count in counts.values())])
        shown.append(pixels[:_SHOWN])
    head = ["", "two people", "left colour", "right colour", "both where they were asked for"]
    hinted = {}
    for hint, regions in HINTS.items():
        pixels = easel.draw([wanted("2girls", regions, _SEED + index) for index in range(pictures)])
        hinted[hint] = _redder(pixels)
        shown.append(pixels[:_SHOWN])
    tables = [table(head, rows), table(["left half redder than the right by", ""], list(hinted.items()))]
    publish("Regions", {"steps": _STEPS, **figures, "left half redder by": hinted}, tables, arguments.json)
    if arguments.sheet is not None:
        _draw_sheet(shown, arguments.sheet)


def _redder(pixels: Tensor) -> float:
    """How much more red than blue the left half is, compared with the right; 2 is the most there could be."""
    red_over_blue = (pixels[:, 0] - pixels[:, 2]) / 2
    left, right = red_over_blue.chunk(2, dim=-1)
    return round(float(left.mean() - right.mean()), 3)


def _share(count: int, of: int) -> str:
    low, high = share_interval(count, of)
    return f"{count / of:.0%} ({low:.0%} to {high:.0%})"


def _draw_sheet(shown: Sequence[Tensor], file: Path) -> None:
    lay_out(torch.cat(list(shown)), columns=_SHOWN).save(file, optimize=True)


if __name__ == "__main__":
    main()
