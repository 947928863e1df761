"""Turns the picture that is drawn over into latents, and notices when they are none."""

from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor

from generation.diffusion.decoding import Pixels
from generation.diffusion.memory import is_out_of_memory
from generation.errors import DrawingFailed


class Source:
    """The autoencoder's way in.

    It gives a distribution of latents; taken is its mode, so that the same picture always is the same latents. What is
    left out of it is far less noise than the least that a picture is then drawn over with.
    """

    def __init__(self, vae: AutoencoderKL) -> None:
        self._vae = vae
        self._encode_batch: Any = vae.encode  # declared for the class FloatTensor, which no tensor is
        self._convert: Any = vae.to
        self._scale = float(vae.config["scaling_factor"])
        self._shift = float(vae.config.get("shift_factor") or 0.0)

    def latents(self, pixels: Pixels) -> Tensor:
        """Encode pixels (height, width, 3) to latents (C, h, w), float32.

        Raises DrawingFailed where they are not finite, in full precision too, or memory does not suffice even in tiles.
        """
        colours = torch.from_numpy(np.array(pixels)).permute(2, 0, 1).float() / 127.5 - 1
        latents = self._encoded(colours)
        if not torch.isfinite(latents).all():
            latents = self._in_full_precision(colours)
        if not torch.isfinite(latents).all():
            raise DrawingFailed("The picture to draw over could not be read: the autoencoder gave no numbers.")
        return latents

    def _encoded(self, colours: Tensor) -> Tensor:
        """Encode, in tiles where memory asks for it."""
        latents = self._tried(colours)
        if latents is None:
            self._vae.enable_tiling()
            latents = self._tried(colours)
            self._vae.disable_tiling()
        if latents is None:
            raise DrawingFailed("There is not enough memory to draw over a picture of this size. Choose a smaller one.")
        return latents

    def _tried(self, colours: Tensor) -> Tensor | None:
        try:
            return self._encode(colours)
        except (MemoryError, RuntimeError) as fault:
            if not is_out_of_memory(fault):
                raise
        return None

    @torch.inference_mode()
    def _encode(self, colours: Tensor) -> Tensor:
        batch = colours.to(self._vae.device, self._vae.dtype).unsqueeze(0)
        mode = self._encode_batch(batch, return_dict=False)[0].mode()[0]
        return (mode.float() - self._shift) * self._scale

    def _in_full_precision(self, colours: Tensor) -> Tensor:
        dtype = self._vae.dtype
        self._convert(torch.float32)
        try:
            return self._encoded(colours)
        finally:
            self._convert(dtype)
