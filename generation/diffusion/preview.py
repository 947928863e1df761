"""Small pictures of what is being drawn, from latents by a linear map: cheap enough to make between steps."""

import io
import math
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from generation.diffusion.decoding import Decoder, Pixels

_LONGEST_SIDE = 256
_QUALITY = 80
_FITTED_SIDE = 16


class Preview:
    """The map from latents to colours: the profile's, or one fitted to the autoencoder when it is first needed."""

    def __init__(self, matrix: Sequence[Sequence[float]] | None, decoder: Decoder, channels: int) -> None:
        self._matrix = None if matrix is None else torch.tensor(matrix, dtype=torch.float32)
        self._decoder, self._channels = decoder, channels

    @torch.inference_mode()
    def colours(self, latents: Tensor) -> Pixels:
        """Map latents (C, h, w) to pixels (h, w, 3)."""
        if self._matrix is None:
            self._matrix = fit(self._decoder, self._channels, latents.device)
        matrix = self._matrix = self._matrix.to(latents.device)
        colours = latents.permute(1, 2, 0) @ matrix[:-1] + matrix[-1]
        return (colours.nan_to_num(0).clamp(0, 1) * 255).to(torch.uint8).cpu().numpy()


@torch.inference_mode()
def fit(decoder: Decoder, channels: int, device: torch.device) -> Tensor:
    """Fit the map, (channels + 1, 3) with the bias last, to what the autoencoder makes of smooth random latents."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn(1, channels, _FITTED_SIDE // 4, _FITTED_SIDE // 4, generator=generator)
    latents = interpolate(coarse, scale_factor=4, mode="bicubic")[0].to(device)
    colours = adaptive_avg_pool2d(decoder.colours(latents), (_FITTED_SIDE, _FITTED_SIDE))
    inputs = latents.flatten(1).T.float().cpu()
    inputs = torch.cat([inputs, torch.ones(len(inputs), 1)], dim=1)
    return torch.linalg.lstsq(inputs, colours.flatten(1).T.cpu()).solution.to(device)


def encode(pictures: Sequence[Pixels]) -> bytes:
    """Lay ``pictures``, all as large as the largest, side by side in a grid, as a JPEG of about 256 pixels."""
    pictures = _of_one_size(pictures)
    columns = math.ceil(math.sqrt(len(pictures)))
    height, width, _ = pictures[0].shape
    sheet = np.zeros((math.ceil(len(pictures) / columns) * height, columns * width, 3), dtype=np.uint8)
    for index, picture in enumerate(pictures):
        top, left = index // columns * height, index % columns * width
        sheet[top : top + height, left : left + width] = picture
    scale = _LONGEST_SIDE / max(sheet.shape)
    size = (max(1, round(sheet.shape[1] * scale)), max(1, round(sheet.shape[0] * scale)))
    written = io.BytesIO()
    Image.fromarray(sheet).resize(size, Image.Resampling.BICUBIC).save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def _of_one_size(pictures: Sequence[Pixels]) -> Sequence[Pixels]:
    """Pictures of one job differ in size while some of them are in their second pass."""
    height, width, _ = max(picture.shape for picture in pictures)
    return [
        picture
        if picture.shape == (height, width, 3)
        else np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC))
        for picture in pictures
    ]
