"""Draws the same pictures alone and in crowds and compares every bit: same seed, same picture, whoever is there.

``python -m benchmarks.reproducibility [--full] [--json FILE]``: every sampler offered, at every size of the sketch
model. A crowd brings all samplers of a size together, each picture from a person of its own, in random order and at
random moments, among strangers' pictures of any sampler, size, guidance and length of prompt, of which up to half
are cancelled on the way. Compared are the finished latents and the bytes of the PNG. In reproducible mode all must be
equal; in fast mode, where calls are not padded, the largest differences are told.
"""

import argparse
import io
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor, equal

from benchmarks.sketch_loop import Loop, parse_arguments, publish, sketch_model, sketch_profile, spec_of, table
from generation.diffusion.loading import Model
from generation.samplers import names
from generation.spec import PromptSpec

#: Regions for every third picture or so: halves with a schedule in one, rows with a colour and a weight, a grid.
_REGIONS = (
    "",
    "",
    "red hair | [blue|green] hair",
    "",
    "rows 1:2: night #orange | beach :0.5",
    "",
    "2x2: cat | car | | star",
)
_PROMPTS = ("1girl, blue hair, hat", "1boy AND red background", "[cat|tree], night", "a red car, " * 30)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What came out: latents (C, h, w) and the PNG."""

    latents: Tensor
    png: bytes


class Gallery:
    """A loop, and the pictures it has finished, by job."""

    def __init__(self, model: Model, *, reproducible: bool) -> None:
        self.loop = Loop(model, reproducible=reproducible)
        self._latents: list[Tensor] = []
        decoder = self.loop.engine._decoder
        pixels = decoder.pixels

        def noted(latents: Tensor) -> Any:
            self._latents.append(latents.clone())
            return pixels(latents)

        setattr(decoder, "pixels", noted)  # noqa: B010  (an assignment to a method is no assignment to a type checker)

    def pictures(self) -> dict[str, Picture]:
        """Draw everything to its end; one decoder and one encoder, so latents and PNGs come in one order."""
        self.loop.run()
        pairs = zip(self.loop.drawn, self._latents, strict=True)
        return {drawn.key: Picture(latents, drawn.body) for drawn, latents in pairs}


def wanted(size: str, steps: int) -> dict[str, PromptSpec]:
    """One spec for each sampler, by its name."""
    return {
        sampler: spec_of(
            _PROMPTS[index % len(_PROMPTS)],
            regions=_REGIONS[index % len(_REGIONS)],
            guidance_rescale=index % 3 / 2,
            sampler=sampler,
            size=size,
            steps=steps,
            seed=index,
            guidance_scale=4.0,
        )
        for index, sampler in enumerate(names.NAMES)
    }


def alone(model: Model, specs: Mapping[str, PromptSpec], *, reproducible: bool) -> dict[str, Picture]:
    """Each picture drawn when nobody else is there."""
    gallery = Gallery(model, reproducible=reproducible)
    for name, spec in specs.items():
        gallery.loop.draw(spec, name, "somebody")
        gallery.loop.run()
    return gallery.pictures()


def crowded(
    model: Model, specs: Mapping[str, PromptSpec], chance: random.Random, *, reproducible: bool
) -> dict[str, Picture]:
    """All of them together, among strangers who come and go."""
    gallery = Gallery(model, reproducible=reproducible)
    leaving: list[str] = []
    for index, name in enumerate(chance.sample(list(specs), len(specs))):
        gallery.loop.draw(specs[name], name, name)
        if chance.random() < 0.5:
            key = f"stranger {index}"
            gallery.loop.draw(_strangers(chance, specs[name]), key, key)
            if chance.random() < 0.5:
                leaving.append(key)
        for _ in range(chance.choice((0, 0, 1, 2))):
            gallery.loop.engine.tick()
        if leaving and chance.random() < 0.5:
            gallery.loop.engine.cancel(leaving.pop(0))
    for key in leaving:
        gallery.loop.engine.cancel(key)
    return gallery.pictures()


def _strangers(chance: random.Random, beside: PromptSpec) -> PromptSpec:
    """Two times in three of the size of those beside it, so that it shares their calls."""
    own = f"{beside.width}x{beside.height}"
    return spec_of(
        chance.choice(_PROMPTS),
        regions=chance.choice(_REGIONS),
        sampler=chance.choice(names.NAMES),
        size=chance.choice((own, own, chance.choice(list(sketch_profile().sizes)))),
        steps=chance.randint(2, beside.steps + 2),
        seed=chance.randrange(2**32),
        guidance_scale=chance.choice((1.0, 3.0, 7.5)),
    )


@dataclass
class Comparison:
    """How many pictures were compared and how they differ."""

    compared: int = 0
    latents_equal: int = 0
    pngs_equal: int = 0
    latents_apart: float = 0.0
    pixels_apart: int = 0

    def add(self, one: Picture, other: Picture) -> None:
        self.compared += 1
        self.latents_equal += equal(one.latents, other.latents)
        self.pngs_equal += one.png == other.png
        self.latents_apart = max(self.latents_apart, float((one.latents - other.latents).abs().max()))
        self.pixels_apart = max(self.pixels_apart, int(np.abs(_pixels(one) - _pixels(other)).max()))

    def row(self) -> list[object]:
        """Cells under HEAD, from the second."""
        share = f"{100 * self.latents_equal / self.compared:.1f} %", f"{100 * self.pngs_equal / self.compared:.1f} %"
        return [self.compared, *share, f"{self.latents_apart:.1e}", self.pixels_apart]


HEAD = ["", "compared", "latents equal", "PNGs equal", "latents apart, at most", "pixels apart, at most, of 255"]


def _pixels(picture: Picture) -> Any:
    return np.asarray(Image.open(io.BytesIO(picture.png)), dtype=int)


def compare(model: Model, *, steps: int, crowds: int, reproducible: bool) -> dict[str, dict[str, Comparison]]:
    """Comparisons by size and by sampler."""
    found: dict[str, dict[str, Comparison]] = {}
    for size in sketch_profile().sizes:
        specs = wanted(size, steps)
        reference = alone(model, specs, reproducible=reproducible)
        found[size] = {sampler: Comparison() for sampler in specs}
        for crowd in range(crowds):
            drawn = crowded(model, specs, random.Random(f"{size} {crowd}"), reproducible=reproducible)
            for sampler, comparison in found[size].items():
                comparison.add(reference[sampler], drawn[sampler])
    return found


def _sum(comparisons: list[Comparison]) -> Comparison:
    return Comparison(
        sum(each.compared for each in comparisons),
        sum(each.latents_equal for each in comparisons),
        sum(each.pngs_equal for each in comparisons),
        max(each.latents_apart for each in comparisons),
        max(each.pixels_apart for each in comparisons),
    )


def _figures(comparison: Comparison) -> dict[str, float]:
    return {
        "compared": comparison.compared,
        "latents equal": comparison.latents_equal,
        "PNGs equal": comparison.pngs_equal,
        "latents apart at most": comparison.latents_apart,
        "pixels apart at most": comparison.pixels_apart,
    }


def _by(found: dict[str, dict[str, Comparison]]) -> dict[str, dict[str, Comparison]]:
    """The sums over samplers, over sizes, and over all."""
    sizes = {size: _sum(list(of.values())) for size, of in found.items()}
    samplers = {sampler: _sum([of[sampler] for of in found.values()]) for sampler in names.NAMES}
    return {"sizes": sizes, "samplers": samplers, "all": {"all": _sum(list(sizes.values()))}}


def main() -> None:
    parser = argparse.ArgumentParser(description="The same pictures alone and in crowds, bit by bit.")
    parser.add_argument("--crowds", type=int, default=5, help="random crowds for each size (5)")
    parser.add_argument("--steps", type=int, help="steps of each picture (3; with --full 20)")
    arguments = parse_arguments(parser)
    steps = arguments.steps or (20 if arguments.full else 3)
    model = sketch_model()
    exact = _by(compare(model, steps=steps, crowds=arguments.crowds, reproducible=True))
    fast = _by(compare(model, steps=steps, crowds=arguments.crowds if arguments.full else 1, reproducible=False))
    modes = {"reproducible": exact, "fast": fast}
    written = {
        mode: {of: {name: _figures(c) for name, c in each.items()} for of, each in by.items()}
        for mode, by in modes.items()
    }
    tables = [
        table([f"{mode}, {steps} steps", *HEAD[1:]], [[name, *c.row()] for of in by.values() for name, c in of.items()])
        for mode, by in modes.items()
    ]
    publish("Reproducibility", {"steps": steps, "crowds": arguments.crowds, **written}, tables, arguments.json)
    total = exact["all"]["all"]
    if not total.compared == total.latents_equal == total.pngs_equal:
        sys.exit("Not every picture came out the same in company.")


if __name__ == "__main__":
    main()
