"""MobileNetV2 at 1.4 times its width, with batch norms folded in, ending in five kinds of pictures.

After Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018), table 2, as TensorFlow pads it.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import pad, relu6

SIDE = 224
FIRST = 48
LAST = 1792
EXPANSION = 6
KINDS = 5

#: Channels out, number of blocks, stride of the first of them.
STAGES = ((24, 1, 1), (32, 2, 2), (48, 3, 2), (88, 4, 2), (136, 3, 1), (224, 3, 2), (448, 1, 1))

RANGE = ".range"


class Network(nn.Module):
    """RGB pictures, float32 (n, 3, 224, 224) in 0 to 1, become probabilities (n, 5)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = Convolution(3, FIRST, size=3, stride=2)
        self.blocks = nn.Sequential(*_blocks())
        self.last = Convolution(STAGES[-1][0], LAST)
        self.kinds = nn.Linear(LAST, KINDS)

    def forward(self, pictures: Tensor) -> Tensor:
        features = self.last(self.blocks(self.first(pictures * 2 - 1)))
        return self.kinds(features.mean((2, 3))).softmax(1)


class Block(nn.Module):
    """Widen, look around in each channel, narrow; what came in is added where the shape is still the same."""

    def __init__(self, channels: int, out: int, *, stride: int, expansion: int) -> None:
        super().__init__()
        wide = channels * expansion
        self.expand = Convolution(channels, wide) if expansion > 1 else nn.Identity()
        self.depthwise = Convolution(wide, wide, size=3, stride=stride, groups=wide)
        self.project = nn.Conv2d(wide, out, 1)
        self.adds = stride == 1 and channels == out

    def forward(self, features: Tensor) -> Tensor:
        made = self.project(self.depthwise(self.expand(features)))
        return features + made if self.adds else made


class Convolution(nn.Conv2d):
    """A convolution and ReLU6, padded so that the sides of the picture, where even, are divided by the stride.

    At stride 2 that takes one row and one column, and TensorFlow adds them below and on the right.
    """

    def __init__(self, channels: int, out: int, *, size: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__(channels, out, size, stride, groups=groups)
        before, after = (0, 1) if stride == 2 else (size // 2, size // 2)
        self.border = (before, after, before, after)

    def forward(self, input: Tensor) -> Tensor:
        return relu6(super().forward(pad(input, self.border)))


def _blocks() -> list[Block]:
    made, channels, expansion = [], FIRST, 1
    for out, count, first_stride in STAGES:
        for index in range(count):
            made.append(Block(channels, out, stride=first_stride if index == 0 else 1, expansion=expansion))
            channels, expansion = out, EXPANSION
    return made


def restore(packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Unpack weights: of each name there are codes (uint8), and under ``NAME.range`` their offset and scale (float64).

    Returns float32, offset + scale × code.
    """
    ranges = {name: packed[name + RANGE] for name in packed if not name.endswith(RANGE)}
    return {name: (packed[name].double() * scale + offset).float() for name, (offset, scale) in ranges.items()}


def build(packed: Mapping[str, Tensor]) -> Network:
    """A network with these packed weights, for looking only."""
    with torch.device("meta"):
        network = Network()
    network.load_state_dict(restore(packed), assign=True)
    return network.eval().requires_grad_(False)
