"""Guidance as a matrix: one request's row of weights over the network outputs of this step.

    guided = (1 - sum_i s w_i) out(negative) + sum_i s w_i out(positive_i)

with the guidance scale s and the weights w of the prompts that ``AND`` joins: classifier-free guidance (Ho and Salimans
2022, arXiv:2207.12598) for several prompts (Liu et al. 2022, arXiv:2206.01714). A region's prompt has a weight for each
latent pixel, which falls off at the region's edges. What has weight 0 is not computed: at a scale of 1 a plain prompt
needs no unconditional row.

What is not linear comes after the matrix, a function of the request's own outputs: CFG rescale (Lin et al. 2023,
arXiv:2305.08891, section 3.4), which gives the guided output the spread of the conditional one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generation.diffusion.conditioning import TextEncoder
from generation.prompt.plan import Branch, PromptPlan
from generation.spec import PromptSpec

#: From the guided output (C, h, w) and this request's own outputs (rows, C, h, w) to the output that is used.
Refinement = Callable[[Tensor, Tensor], Tensor]

#: A number, or one for each latent pixel, (1, h, w), float32.
Weight = float | Tensor
_Share = float | NDArray[np.float64]  # the same, (h, w), while it is made


@dataclass(frozen=True, slots=True, eq=False)
class NetworkRow:
    """One row of a network call: its weight in the guided output, and its text as (tokens, width), float32."""

    weight: Weight
    context: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class _Encoded:
    branch: Branch
    contexts: tuple[Tensor, ...]  # the same tensors in every call, by which others know that nothing has changed

    def row(self, call: int, weight: Weight) -> NetworkRow:
        return NetworkRow(weight, self.contexts[self.branch.active[call]])


class Guidance:
    """The rows of one request, call by call, for latents of ``area`` (h, w)."""

    def __init__(self, plan: PromptPlan, spec: PromptSpec, encoder: TextEncoder, *, area: tuple[int, int]) -> None:
        def encoded(branch: Branch) -> _Encoded:
            return _Encoded(branch, encoder.encode(branch.texts, spec.clip_skip, spec.emphasis).unbind())

        shares = _shares(plan, *area)
        scale = spec.guidance_scale
        pulls = [scale * share for share in shares]
        # Regions are added up before they are scaled: their masks add up to 1 exactly.
        whole = sum(pull for pull, branch in zip(pulls, plan.positive, strict=True) if branch.region is None)
        apart = sum(share for share, branch in zip(shares, plan.positive, strict=True) if branch.region is not None)
        weights = [*pulls, 1 - whole - scale * apart]
        kept = [index for index, weight in enumerate(weights) if np.any(weight != 0)]
        branches = [*plan.positive, plan.negative]
        rows = [encoded(branches[index]) for index in kept]
        self._rows = [(row, _weight(weights[index], row.contexts[0])) for row, index in zip(rows, kept, strict=True)]
        conditional = _conditional(shares) if spec.guidance_rescale > 0 and scale != 0 else None
        self.refinement = None
        if conditional is not None:
            of_rows = [_weight(conditional[index], row.contexts[0]) for row, index in zip(rows, kept, strict=True)]
            self.refinement = _rescaling(of_rows, spec.guidance_rescale)

    def rows(self, call: int) -> list[NetworkRow]:
        """The rows that network call ``call`` (from 0) needs, at least one; their weights sum to 1 at every place."""
        return [encoded.row(call, weight) for encoded, weight in self._rows]


def _shares(plan: PromptPlan, height: int, width: int) -> list[_Share]:
    """The weight of each positive branch: a number, or for a region one for each latent pixel."""
    masks = None if plan.regions is None else plan.regions.masks(width, height)
    return [
        branch.weight if masks is None or branch.region is None else branch.weight * masks[branch.region]
        for branch in plan.positive
    ]


def _weight(weight: _Share, beside: Tensor) -> Weight:
    """A weight as rows have it, on the device of another tensor."""
    if np.ndim(weight) == 0:
        return float(weight)
    return torch.from_numpy(np.asarray(weight, dtype=np.float32))[None].to(beside.device)


def _conditional(shares: list[_Share]) -> list[_Share] | None:
    """How much each positive branch, and last the negative, counts in the conditional output; None if none is wanted.

    The conditional output is that of the prompt. Where several pull, it is the mean of those that the picture is drawn
    towards, each counting as much as it pulls, in regions place by place; those it is drawn away from do not count.
    Where none is left, as in a region of weight 0, it is the negative's.
    """
    towards = [np.maximum(share, 0.0) for share in shares]
    total = np.asarray(sum(towards))
    if not total.any():
        return None
    safe = np.where(total > 0, total, 1.0)
    return [*(share / safe for share in towards), np.where(total > 0, 0.0, 1.0)]


def _rescaling(weights: list[Weight], share: float) -> Refinement:
    """CFG rescale by ``share``, above 0 to 1, ``weights`` being those of the rows in the conditional output."""

    def refine(guided: Tensor, outputs: Tensor) -> Tensor:
        conditional = torch.stack([weight * output for weight, output in zip(weights, outputs, strict=True)]).sum(0)
        return guided * (share * conditional.std() / guided.std() + (1 - share))

    return refine
