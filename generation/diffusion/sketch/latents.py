"""The drawn pictures as latents: encoded once, kept on disk, and drawn from in batches under fresh captions."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor

from generation.diffusion.sketch.autoencoder import SCALING_FACTOR, encode_mean
from generation.diffusion.sketch.dataset import SHARES, draw_scenes, generator, pick_size
from generation.diffusion.sketch.scenes import Person, Scene, Thing, sample_scene

_CHUNK = 40
_OBJECTS_CHANCE = 2.0


@dataclass(frozen=True)
class Shelf:
    """All pictures of one size: ``latents`` float16 (n, 4, h/4, w/4), scaled; ``weight`` uint8 (n, 1, h/4, w/4)."""

    scenes: tuple[Scene, ...]
    latents: Tensor
    weight: Tensor

    @cached_property
    def chances(self) -> NDArray[np.float64]:
        """How likely each picture is to be picked."""
        chances = np.array([_OBJECTS_CHANCE if _is_object(scene) else 1.0 for scene in self.scenes])
        return chances / chances.sum()

    @cached_property
    def single_people(self) -> NDArray[np.int64]:
        """The places of the unspoilt pictures of one person."""
        return np.array([place for place, scene in enumerate(self.scenes) if _is_single_person(scene)], np.int64)

    def take(self, chosen: NDArray[np.int64]) -> tuple[list[Scene], Tensor, Tensor]:
        """The scenes, latents and weights (float32) at the places ``chosen``."""
        index = torch.from_numpy(chosen)
        return [self.scenes[k] for k in chosen], self.latents[index].float(), self.weight[index].float()


def _is_single_person(scene: Scene) -> bool:
    return scene.flaw is None and len(scene.subjects) == 1 and isinstance(scene.subjects[0].subject, Person)


def _is_object(scene: Scene) -> bool:
    return len(scene.subjects) == 1 and isinstance(scene.subjects[0].subject, Thing)


Library = dict[tuple[int, int], Shelf]


def gather_library(
    file: Path,
    vae: AutoencoderKL,
    *,
    count: int,
    seed: int,
    device: str = "cpu",
    report: Callable[[int], None] | None = None,
) -> Library:
    """Draw and encode ``count`` pictures of all sizes, or read those that ``file`` holds already."""
    shelves = {size: _sample_scenes(size, round(share * count), seed) for size, share in SHARES.items()}
    if file.exists():
        kept = torch.load(file, weights_only=True)
        return {size: Shelf(scenes, *kept[size]) for size, scenes in shelves.items()}
    library = {size: _encode(scenes, vae, device, report) for size, scenes in shelves.items()}
    torch.save({size: (shelf.latents, shelf.weight) for size, shelf in library.items()}, file)
    return library


def _sample_scenes(size: tuple[int, int], count: int, seed: int) -> tuple[Scene, ...]:
    rng = np.random.default_rng([seed, *size])
    return tuple(sample_scene(rng, size) for _ in range(count))


@torch.no_grad()
def _encode(scenes: tuple[Scene, ...], vae: AutoencoderKL, device: str, report: Callable[[int], None] | None) -> Shelf:
    latents, weights = [], []
    for start in range(0, len(scenes), _CHUNK):
        batch = draw_scenes(scenes[start : start + _CHUNK])
        pixels = batch.pixels.to(device).contiguous(memory_format=torch.channels_last)
        latents.append((encode_mean(vae, pixels) * SCALING_FACTOR).half().cpu().contiguous())
        weights.append(batch.weight.to(torch.uint8))
        if report is not None:
            report(len(batch.scenes))
    return Shelf(scenes, torch.cat(latents), torch.cat(weights))


def pick_batch(library: Library, seed: int, step: int, count: int) -> tuple[list[Scene], Tensor, Tensor]:
    """The scenes, latents and weights (float32) of a training step, all of one size.

    Objects come up more often than they were drawn: there are many, and each has to be learned from its own pictures.
    """
    rng = generator(seed, step)
    shelf = library[pick_size(rng)]
    return shelf.take(rng.choice(len(shelf.scenes), size=count, p=shelf.chances))
