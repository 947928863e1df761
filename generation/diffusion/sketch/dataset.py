"""Batches of drawn pictures for training; the same seed and step give the same batch, so a run can stop and go on."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from generation.diffusion.sketch.drawing import draw
from generation.diffusion.sketch.scenes import LANDSCAPE, LARGE, NATIVE, PORTRAIT, WIDE, Scene, sample_scene

# Shares of the batches by size of picture.
SHARES = {NATIVE: 0.80, LARGE: 0.06, WIDE: 0.07, PORTRAIT: 0.04, LANDSCAPE: 0.03}


Network = TypeVar("Network", bound=nn.Module)


def place(network: Network, device: str) -> Network:
    """The network on a device, its convolutions in the order of memory that is quickest there."""
    module: nn.Module = network.to(device)
    for parameter in module.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


@dataclass(frozen=True, slots=True)
class Batch:
    """Drawn pictures of one size.

    ``pixels``: float32 (n, 3, height, width) in -1 to 1; ``weight``: float32 (n, 1, height/4, width/4), at least 1.
    """

    scenes: tuple[Scene, ...]
    pixels: torch.Tensor
    weight: torch.Tensor


def generator(seed: int, step: int) -> np.random.Generator:
    """The random numbers of one training step."""
    return np.random.default_rng([seed, step])


def draw_batch(rng: np.random.Generator, count: int, size: tuple[int, int] | None = None) -> Batch:
    """Draw ``count`` random scenes, of a random size by `SHARES` where none is given."""
    chosen = size or pick_size(rng)
    return draw_scenes(tuple(sample_scene(rng, chosen) for _ in range(count)))


def pick_size(rng: np.random.Generator) -> tuple[int, int]:
    """A size of picture, as often as `SHARES` says."""
    return list(SHARES)[int(rng.choice(len(SHARES), p=list(SHARES.values())))]


def draw_scenes(scenes: tuple[Scene, ...]) -> Batch:
    """Draw scenes of one size."""
    drawings = [draw(scene) for scene in scenes]
    pixels = np.stack([np.asarray(drawing.picture, np.float32) for drawing in drawings]).transpose(0, 3, 1, 2)
    weight = np.stack([drawing.weight for drawing in drawings])[:, None]
    return Batch(scenes, torch.from_numpy(pixels / 127.5 - 1), torch.from_numpy(weight))
