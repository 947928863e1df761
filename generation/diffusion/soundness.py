"""Notices what has fallen apart: latents that are no numbers, and decodes that have lost everything.

A picture may be black because its prompt asked for that. A decode has lost everything when it is black *and* flat: no
value above 0 before values are clipped, and all of them the same. No autoencoder decodes latents to a perfectly flat
picture; one whose half-precision values ran over, or whose colours were replaced by zeros, does.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from generation.errors import DrawingFailed

if TYPE_CHECKING:  # a request is prepared with the autoencoder, whose results are judged here
    from generation.diffusion.request import Request


def fell_apart() -> DrawingFailed:
    """The failure of a picture whose latents are no numbers."""
    return DrawingFailed(
        "The picture fell apart into values that are no numbers. Try another sampler, a lower CFG, or another size."
    )


class Watch:
    """Looks at the latents after every step.

    Where ``lagging``, it tells of the step before: to ask an accelerator for the present one is to wait for it, while
    the next could be prepared. What the last step of a picture broke is then noticed when it is decoded.
    """

    def __init__(self, *, lagging: bool) -> None:
        self._lagging = lagging
        self._before: tuple[Sequence[Request], Tensor, torch.cuda.Event | None] | None = None

    def broken(self, requests: Sequence["Request"], latents: Tensor) -> list["Request"]:
        """Those whose latents, (requests, C, h, w), are not all finite."""
        sums = latents.flatten(1).sum(1)  # one number each, finite only if all are
        if not self._lagging:
            return _broken(requests, sums)
        before, self._before = self._before, (requests, *_fetched(sums))
        if before is None:
            return []
        earlier, fetched, arrived = before
        if arrived is not None:
            arrived.synchronize()
        return _broken(earlier, fetched)


def is_finite(colours: Tensor) -> bool:
    """Whether all values are numbers."""
    return all(math.isfinite(value) for value in _range(colours))


def is_black(colours: Tensor) -> bool:
    """Whether nothing but black is left of ``colours`` (3, height, width), not yet clipped, when they are clipped."""
    return _range(colours)[1] <= 0


def is_lost(colours: Tensor) -> bool:
    """Whether a decode has lost everything: it is black, and flat."""
    least, most = _range(colours)
    return most <= 0 and least == most


def _range(values: Tensor) -> tuple[float, float]:
    least, most = values.aminmax()
    return float(least), float(most)


def _broken(requests: Sequence["Request"], sums: Tensor) -> list["Request"]:
    return [request for request, value in zip(requests, sums.tolist(), strict=True) if not math.isfinite(value)]


def _fetched(sums: Tensor) -> tuple[Tensor, "torch.cuda.Event | None"]:
    """The values on their way to the processor, and what tells that they have arrived."""
    if sums.device.type != "cuda":
        return sums.cpu(), None
    fetched = sums.to("cpu", non_blocking=True)
    arrived = torch.cuda.Event()
    arrived.record()
    return fetched, arrived
