"""Enlarges pictures tile by tile, so that memory depends on the tile and not on the picture."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from generation.diffusion.carried import read_weights
from generation.diffusion.memory import is_out_of_memory
from generation.diffusion.upscaler.network import FACTOR, REACH, Network, build
from generation.errors import DrawingFailed, InvalidChoice, ModelUnavailable

Factor = Literal[2, 4]

FOLDER = Path(__file__).parent
WEIGHTS = "weights.safetensors"
DIGEST = "ab440955c2ead3418907cb186456d97dc36a4da4d3f3be98bb9e498a2aa2634e"

#: Pixels of the original that a tile has on each side; about 120 MB are in use for one of 192 with its margins.
TILE = 192

#: Pixels around a tile that are computed with it and thrown away: as far as the network sees, and one for the bicubic
#: filter. With them a tile has the very pixels that the whole picture would have had there, and no seam can appear.
MARGIN = REACH + 1


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, ``[top:bottom, left:right]``, in pixels of the original."""

    top: int
    bottom: int
    left: int
    right: int

    def widened(self, height: int, width: int) -> "Tile":
        """With its margins, which end where the picture does."""
        return Tile(
            max(self.top - MARGIN, 0),
            min(self.bottom + MARGIN, height),
            max(self.left - MARGIN, 0),
            min(self.right + MARGIN, width),
        )


class Upscaler:
    """Makes pictures ``factor`` times as wide and as high. The same picture gives the same result on one machine."""

    def __init__(self, network: Network, factor: Factor, device: torch.device, *, tile: int = TILE) -> None:
        self._network = network.to(device)
        self._factor = factor
        self._device = device
        self._tile = tile

    @classmethod
    def load(cls, factor: Factor, *, device: str | torch.device = "cpu", folder: Path = FOLDER) -> "Upscaler":
        """Read the weights in ``folder``; one file serves both factors.

        Raises ModelUnavailable if they are missing or damaged, InvalidChoice for another factor than 2 and 4.
        """
        if factor not in get_args(Factor):
            raise InvalidChoice("factor", f"A picture can be enlarged 2 or 4 times, not {factor} times.")
        network = build(read_weights(folder / WEIGHTS, DIGEST))
        try:
            return cls(network, factor, torch.device(device))
        except (RuntimeError, AssertionError) as fault:  # torch has both for a device that is not there
            raise ModelUnavailable(f"The upscaler cannot be loaded onto {device}: {fault}") from fault

    def upscale(self, picture: Image.Image) -> Image.Image:
        """Enlarge a picture; the result is RGB, without transparency and without the recipe of the original.

        Raises DrawingFailed if there is no memory for it, or if what came out is not a picture.
        """
        work = self.work(picture)
        while True:
            try:
                next(work)
            except StopIteration as finished:
                return finished.value

    def work(self, picture: Image.Image) -> Generator[float, None, Image.Image]:
        """Enlarge a picture, with a stop after each tile that yields how much is done, above 0 and up to 1.

        Returns what `upscale` returns, and raises what it raises.
        """
        try:
            return (yield from self._work(picture))
        except Exception as fault:
            if not is_out_of_memory(fault):
                raise
            raise DrawingFailed("There is not enough memory to enlarge this picture.") from fault

    def _work(self, picture: Image.Image) -> Generator[float, None, Image.Image]:
        pixels = torch.from_numpy(np.array(picture.convert("RGB")))
        height, width, _ = pixels.shape
        made = np.empty((height * self._factor, width * self._factor, 3), np.uint8)
        tiles = list(cut(height, width, self._tile))
        for done, tile in enumerate(tiles, start=1):
            place = (_span(tile.top, tile.bottom, self._factor), _span(tile.left, tile.right, self._factor))
            made[place] = self._enlarge(pixels, tile)
            yield done / len(tiles)
        return Image.fromarray(made)

    @torch.inference_mode()
    def _enlarge(self, pixels: Tensor, tile: Tile) -> np.ndarray:
        """One tile of uint8 ``pixels`` (height, width, 3), enlarged."""
        wide = tile.widened(*pixels.shape[:2])
        part = pixels[wide.top : wide.bottom, wide.left : wide.right].to(self._device)
        large = self._network(part.permute(2, 0, 1)[None].float() / 255)
        if self._factor < FACTOR:
            large = interpolate(large, scale_factor=self._factor / FACTOR, mode="bicubic")
        if not large.isfinite().all():
            raise DrawingFailed("The enlarged picture is not a picture; try again.")
        levels = (large[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0)
        rows = _span(tile.top - wide.top, tile.bottom - wide.top, self._factor)
        columns = _span(tile.left - wide.left, tile.right - wide.left, self._factor)
        return levels[rows, columns].cpu().numpy()


def cut(height: int, width: int, side: int) -> Iterator[Tile]:
    """Tiles that together cover a picture once, row by row, each at most ``side`` high and wide."""
    for top in range(0, height, side):
        for left in range(0, width, side):
            yield Tile(top, min(top + side, height), left, min(left + side, width))


def _span(first: int, last: int, factor: int) -> slice:
    return slice(first * factor, last * factor)
