"""How far apart likenesses are: of one picture in other files and sizes, and of different pictures.

``python -m benchmarks.likeness [--pictures 40]`` draws pictures of the same prompts with the sketch model, each with a
seed of its own, and prints distances in bits: of copies of a picture, and of the pictures of one prompt. Where a prompt
says nearly all that is to be seen, other seeds give nearly the same picture, and are meant to be known again, too.
"""

import argparse
import io
import itertools
import statistics
import sys
from collections.abc import Callable, Mapping

import numpy as np
import torch
from PIL import Image

from generation.diffusion.sketch.easel import Atelier
from generation.likeness import SAME, distance, likeness
from generation.profiles import load_profiles
from generation.spec import PromptSpec, resolve

PROMPTS = ("", "1girl, red hair", "1girl, red hair, hat, beach", "1boy", "cat", "house", "2girls", "red car, night")
Change = Callable[[Image.Image], Image.Image]


def _saved(format: str, **options: int) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        file = io.BytesIO()
        picture.save(file, format, **options)
        return Image.open(file).convert("RGB")

    return change


def _scaled(share: float, resampling: Image.Resampling) -> Change:
    return lambda picture: picture.resize((round(picture.width * share), round(picture.height * share)), resampling)


BRIGHTER = "a tenth brighter"
COPIES: Mapping[str, Change] = {
    "JPEG, quality 85": _saved("JPEG", quality=85),
    "JPEG, quality 50": _saved("JPEG", quality=50),
    "WebP, quality 80": _saved("WEBP", quality=80),
    "half the size": _scaled(0.5, Image.Resampling.LANCZOS),
    "twice the size": _scaled(2, Image.Resampling.BICUBIC),
    "1.5 times, then JPEG": lambda picture: _saved("JPEG", quality=80)(_scaled(1.5, Image.Resampling.LANCZOS)(picture)),
    BRIGHTER: lambda picture: Image.fromarray(
        np.clip(np.asarray(picture, dtype=np.float64) * 1.1, 0, 255).astype(np.uint8)
    ),
}


def main() -> int:
    """Draw, compare, print; the exit status is 0 when 99 % of the copies in another file or size are known."""
    parser = argparse.ArgumentParser(description="Measure likenesses.")
    parser.add_argument("--pictures", type=int, default=40, help="of each prompt")
    parser.add_argument("--steps", type=int, default=16)
    asked = parser.parse_args()
    away: dict[str, list[int]] = {name: [] for name in COPIES}
    with Atelier(workers=1) as atelier:
        for prompt in PROMPTS:
            pictures = _pictures(atelier.draw([_spec(prompt, seed, asked.steps) for seed in range(asked.pictures)]))
            known = [likeness(picture) for picture in pictures]
            for name, change in COPIES.items():
                away[name] += [distance(likeness(change(one)), bits) for one, bits in zip(pictures, known, strict=True)]
            _say(f"{prompt or 'no prompt'}, other seeds", [distance(a, b) for a, b in itertools.combinations(known, 2)])
    for name, distances in away.items():
        _say(name, distances)
    copies = [each for name, distances in away.items() if name != BRIGHTER for each in distances]
    return 0 if sum(each <= SAME for each in copies) >= 0.99 * len(copies) else 1


def _say(name: str, distances: list[int]) -> None:
    within = sum(each <= SAME for each in distances)
    sys.stdout.write(
        f"{name:42} {min(distances):2} to {max(distances):2}, mostly {statistics.median(distances):g}; "
        f"{within} of {len(distances)} within {SAME}\n"
    )


def _spec(prompt: str, seed: int, steps: int) -> PromptSpec:
    chosen = {"prompt": prompt, "steps": steps, "seed": seed, "model": "sketch"}
    return resolve(chosen, profiles=load_profiles())


def _pictures(pixels: torch.Tensor) -> list[Image.Image]:
    levels = ((pixels + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return [Image.fromarray(each) for each in levels]


if __name__ == "__main__":
    sys.exit(main())
