"""Counts what the denoising network does for one row, in floating-point operations, read off its modules.

Convolutions, linear maps and attention are counted, a multiplication with its addition as two, as torch's own counter
does; the rest is small. The count is a sum of terms: a number, times the pixels of a level of the network, once or (in
self-attention) twice, times the text's tokens. Each level has half the sides of the one above it, rounded up.
"""

from collections import Counter
from functools import lru_cache
from typing import Any

from diffusers.models.attention_processor import Attention
from torch import nn

#: A level, and how often its pixels and the text's tokens are factors.
_Term = tuple[int, int, int]
_PER_PIXEL, _PER_TOKEN, _ONCE = (1, 0), (0, 1), (0, 0)
_OF_THE_TIMESTEP = ("time_embedding", "time_emb_proj")


class RowWork:
    """The operations of one row of a UNet2DConditionModel such as Stable Diffusion 1.x's."""

    def __init__(self, unet: nn.Module) -> None:
        parts: dict[str, Any] = dict(unet.named_children())
        modules = dict(unet.named_modules())
        terms: Counter[_Term] = Counter()
        for name, module in modules.items():
            level = _level(name, len(parts["down_blocks"]))
            for factors, operations in _operations(module, name, modules):
                terms[level, *factors] += operations
        self._terms = dict(terms)
        self.of = lru_cache(maxsize=256)(self._of)

    def _of(self, height: int, width: int, tokens: int) -> int:
        """Operations of a row with latents of ``height`` x ``width`` and a text of ``tokens``."""
        return sum(
            operations * _pixels(height, width, level) ** pixels * tokens**texts
            for (level, pixels, texts), operations in self._terms.items()
        )


def _pixels(height: int, width: int, level: int) -> int:
    return -(-height // 2**level) * -(-width // 2**level)


def _level(name: str, levels: int) -> int:
    """The level at which a module's outputs are: the blocks' own, a sampler's that of its neighbour."""
    part, _, rest = name.partition(".")
    index = rest.partition(".")[0]
    if part == "down_blocks" and index:
        return int(index) + (".downsamplers." in name)
    if part == "up_blocks" and index:
        return levels - 1 - int(index) - (".upsamplers." in name)
    return levels - 1 if part == "mid_block" else 0


def _operations(module: nn.Module, name: str, modules: dict[str, nn.Module]) -> list[tuple[tuple[int, int], int]]:
    """What a module itself does, without its children: operations for each of what they are multiplied by."""
    if isinstance(module, nn.Conv2d):
        kernel = module.kernel_size[0] * module.kernel_size[1]
        return [(_PER_PIXEL, 2 * module.out_channels * module.in_channels // module.groups * kernel)]
    if isinstance(module, nn.Linear):
        return [(_inputs(name, modules), 2 * module.in_features * module.out_features)]
    if isinstance(module, Attention):
        # every query with every key, and with every value
        return [((1, 1) if module.is_cross_attention else (2, 0), 4 * module.inner_dim)]
    return []


def _inputs(name: str, modules: dict[str, nn.Module]) -> tuple[int, int]:
    """What a linear map is applied to: each pixel, each token of the text, or the timestep alone."""
    if any(part in name for part in _OF_THE_TIMESTEP):
        return _ONCE
    parent, _, own = name.rpartition(".")
    attention = modules[parent]
    if own in ("to_k", "to_v") and isinstance(attention, Attention) and attention.is_cross_attention:
        return _PER_TOKEN
    return _PER_PIXEL
