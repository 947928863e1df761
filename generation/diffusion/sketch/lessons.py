"""Lessons: which pictures a stretch of training takes, under which captions, at which noise levels.

What covers a few latents and is decided late has next to no part in the loss of whole pictures: mouths were drawn, but
no word for one was ever heeded. A lesson about them alone teaches the words within minutes; afterwards whole pictures
are trained again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from generation.diffusion.sketch import captions
from generation.diffusion.sketch.dataset import generator
from generation.diffusion.sketch.figures import MOUTH_WEIGHT
from generation.diffusion.sketch.latents import Library, pick_batch
from generation.diffusion.sketch.scenes import NATIVE, Person, Scene

Batch = tuple[list[Scene], Tensor, Tensor]

_MOUTHS_SEED = 7
_MOUTHS_COUNT, _THE_REST_COUNTS = 30.0, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One stretch of training.

    ``pick``: the scenes, latents and weights (float32) of a step, of (library, seed, step, count). ``timesteps``: from
    which to which (of 0 to 1000) they are spread. ``rate``: the peak learning rate. ``averaging``: how much of the
    moving average stays at each step.
    """

    pick: Callable[[Library, int, int, int], Batch] = pick_batch
    caption: Callable[[Scene, Generator], str] = captions.caption
    timesteps: tuple[int, int] = (0, 1000)
    rate: float = 1e-3
    warm_up: int = 200
    averaging: float = 0.9985

    def spread_timesteps(self, rng: Generator, count: int) -> Tensor:
        """``count`` timesteps, one at random from each of as many equal parts, in random order."""
        first, end = self.timesteps
        places = (rng.permutation(count) + rng.random(count)) / count
        return torch.from_numpy((first + places * (end - first)).astype(np.int64))


def pick_mouths(library: Library, seed: int, step: int, count: int) -> Batch:
    """Single people at the model's own size, unspoilt; their mouths count a hundred times as much as the rest."""
    shelf, rng = library[NATIVE], generator(seed + _MOUTHS_SEED, step)
    scenes, latents, weight = shelf.take(rng.choice(shelf.single_people, size=count))
    return scenes, latents, torch.where(weight == MOUTH_WEIGHT, _MOUTHS_COUNT, _THE_REST_COUNTS * weight)


def caption_mouth(scene: Scene, rng: Generator) -> str:
    """The mouth of a single person, with little beside it; or not a word of it; or what any caption says.

    Where every caption names the mouth, one that does not comes to mean the kind whose word was learnt last.
    """
    (person,) = (placed.subject for placed in scene.subjects)
    assert isinstance(person, Person)
    mouth, luck = captions.vary(person.mouth, rng), rng.random()
    if luck < 0.45:
        return f"1{person.kind}, {mouth}"
    if luck < 0.57:
        return mouth
    if luck < 0.72:
        return f"1{person.kind}"
    if luck < 0.85:
        return f"1{person.kind}, {person.hair} hair"
    return captions.caption(scene, rng)


EVERYTHING = Lesson()
#: Everything once more, from a trained model.
FURTHER = Lesson(rate=5e-4, warm_up=50, averaging=0.995)
MOUTHS = Lesson(pick=pick_mouths, caption=caption_mouth, timesteps=(250, 950), rate=5e-4, warm_up=50, averaging=0.99)
