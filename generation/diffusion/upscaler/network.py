"""The upscaling network: convolutions at the picture's own size, and a pixel shuffle at their end.

It is realesr-animevideov3 of Real-ESRGAN (Wang et al., 2021), and adds detail to the picture with its pixels repeated.
"""

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, pixel_shuffle

FACTOR = 4
CHANNELS = (3, *(64,) * 17)

#: How far away, in pixels of its input, the network sees: one for each of its convolutions.
REACH = len(CHANNELS)


class Network(nn.Module):
    """RGB pictures, float32 (n, 3, height, width) in 0 to 1, become (n, 3, 4 x height, 4 x width), about in 0 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(channels, out, 3, padding=1), nn.PReLU(out))
                for channels, out in pairwise(CHANNELS)
            )
        )
        self.last = nn.Conv2d(CHANNELS[-1], 3 * FACTOR**2, 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        detail = pixel_shuffle(self.last(self.body(pictures)), FACTOR)
        return detail + interpolate(pictures, scale_factor=FACTOR, mode="nearest")


def build(weights: Mapping[str, Tensor]) -> Network:
    """A network with these weights, in float32, for drawing only."""
    with torch.device("meta"):
        network = Network()
    network.load_state_dict({name: weight.float() for name, weight in weights.items()}, assign=True)
    return network.eval().requires_grad_(False)
