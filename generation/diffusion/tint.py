"""Colour hints: in the first steps, regions tend to a flat colour, as if one more prompt asked for it there.

That prompt's output needs no network: it is the output by which the picture would be nothing but that colour. It takes
the place of a share of the guided one, falling from all to nothing while large areas are settled and shapes are not.
"""

import numpy as np
import torch
from torch import Tensor

from generation.diffusion.loading import Model
from generation.diffusion.source import Source
from generation.prompt.regions import Colour, Regions
from generation.samplers import SamplerTable

#: The share in the first step, and the part of all steps over which it falls to nothing.
STRENGTH = 1.0
DURATION = 0.5
_FLAT_SIDE = 16  # latent pixels


class Tint:
    """One request's hints: ``colours`` as latents (C, h, w), and ``mask`` (1, h, w), where there are any, 0 to 1."""

    def __init__(self, colours: Tensor, mask: Tensor, table: SamplerTable) -> None:
        self._colours, self._mask, self._table = colours, mask, table

    def __call__(self, guided: Tensor, latents: Tensor, call: int) -> Tensor:
        """Move the guided output (C, h, w) of a call towards the colours."""
        share = STRENGTH * (1 - call / (DURATION * len(self._table)))
        if share <= 0:
            return guided
        of_latents, of_output = float(self._table.denoised_x[call]), float(self._table.denoised_out[call])
        flat = (self._colours - of_latents * latents) / of_output
        return guided + share * self._mask * (flat - guided)


def tint_of(regions: Regions, table: SamplerTable, model: Model, area: tuple[int, int]) -> Tint | None:
    """The tint that ``regions`` ask for over latents of ``area`` (h, w); None where no region has a colour."""
    if all(part.colour is None for part in regions.parts):
        return None
    height, width = area
    masks = torch.from_numpy(regions.masks(width, height).astype(np.float32)).to(model.device)
    hinted = [index for index, part in enumerate(regions.parts) if part.colour is not None]
    mask = masks[hinted].sum(0)
    colours = torch.stack([flat_latents(part.colour, model) for part in regions.parts if part.colour is not None])
    mixed = torch.einsum("phw,pc->chw", masks[hinted], colours) / mask.clamp(min=1e-6)
    return Tint(mixed, mask[None], table)


def flat_latents(colour: Colour, model: Model) -> Tensor:
    """The latents (C) of a plain picture of ``colour``, as the model's own autoencoder has them."""
    side = _FLAT_SIDE * model.latent_factor
    latents = Source(model.vae).latents(np.full((side, side, 3), colour, dtype=np.uint8))
    middle = slice(_FLAT_SIDE // 4, -_FLAT_SIDE // 4)  # away from the border, which is not flat
    return latents[:, middle, middle].mean((1, 2))
