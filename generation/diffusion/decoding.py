"""Turns finished latents into pixels, one picture at a time, as memory allows."""

from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor

from generation.diffusion.memory import is_out_of_memory, release
from generation.diffusion.soundness import fell_apart, is_black, is_finite, is_lost
from generation.errors import DrawingFailed

Pixels = NDArray[np.uint8]


class Decoder:
    """The autoencoder's way back."""

    def __init__(self, vae: AutoencoderKL) -> None:
        self._vae = vae
        self._decode_batch: Any = vae.decode  # declared for the class FloatTensor, which no tensor is
        self._convert: Any = vae.to
        self._scale = float(vae.config["scaling_factor"])
        self._shift = float(vae.config.get("shift_factor") or 0.0)

    def pixels(self, latents: Tensor) -> Pixels:
        """Decode latents (C, h, w) to pixels (height, width, 3).

        What is not finite, or black, is tried once more in fp32. Raises DrawingFailed where that is no number either or
        has lost everything (:mod:`generation.diffusion.soundness`), where the latents were not finite to begin with,
        and where memory does not suffice even in tiles.
        """
        if not is_finite(latents):
            raise fell_apart()
        colours = self._decoded(latents)
        if not is_finite(colours) or is_black(colours):
            colours = self._in_full_precision(latents)
        if not is_finite(colours):
            raise DrawingFailed("The finished picture could not be decoded: the autoencoder gave no numbers.")
        if is_lost(colours):
            raise DrawingFailed("The finished picture could not be decoded: the autoencoder gave nothing but black.")
        return (colours.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()

    def colours(self, latents: Tensor) -> Tensor:
        """Decode latents (C, h, w) to RGB (3, height, width), float32 in [0, 1], whatever comes of it."""
        return self._decoded(latents).clamp(0, 1)

    def _decoded(self, latents: Tensor) -> Tensor:
        """Decode, in tiles where memory asks for it; values outside [0, 1] are not yet clipped.

        Tiles change a picture a little where they meet, so they come after a second try with all memory that nobody
        needs given back.
        """
        colours = self._tried(latents)
        if colours is None:
            release()
            colours = self._tried(latents)
        if colours is None:
            self._vae.enable_tiling()
            colours = self._tried(latents)
            self._vae.disable_tiling()
        if colours is None:
            raise _too_large()
        return colours

    def _tried(self, latents: Tensor) -> Tensor | None:
        try:
            return self._decode(latents)
        except (MemoryError, RuntimeError) as fault:
            if not is_out_of_memory(fault):
                raise
        return None

    @torch.inference_mode()
    def _decode(self, latents: Tensor) -> Tensor:
        scaled = (latents / self._scale + self._shift).to(self._vae.dtype)
        decoded = self._decode_batch(scaled.unsqueeze(0), return_dict=False)[0][0]
        return decoded.float() / 2 + 0.5

    def _in_full_precision(self, latents: Tensor) -> Tensor:
        dtype = self._vae.dtype
        try:
            self._convert(torch.float32)
            return self._decoded(latents)
        except (MemoryError, RuntimeError) as fault:
            if not is_out_of_memory(fault):
                raise
            raise _too_large() from None
        finally:
            self._convert(dtype)


def _too_large() -> DrawingFailed:
    return DrawingFailed("There is not enough memory to finish a picture of this size. Choose a smaller one.")
