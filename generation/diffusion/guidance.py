"""Guidance as a matrix: one request's row of weights over the network outputs of this step.

    guided = (1 - sum_i s w_i) out(negative) + sum_i s w_i out(positive_i)

with the guidance scale s and the weights w of the prompts that ``AND`` joins: classifier-free guidance (Ho and Salimans
2022, arXiv:2207.12598) for several prompts (Liu et al. 2022, arXiv:2206.01714). What has weight 0 is not computed: at a
scale of 1 a plain prompt needs no unconditional row.

What is not linear comes after the matrix, a function of the request's own outputs: CFG rescale (Lin et al. 2023,
arXiv:2305.08891, section 3.4), which gives the guided output the spread of the conditional one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from generation.diffusion.conditioning import TextEncoder
from generation.prompt.plan import Branch, PromptPlan
from generation.spec import PromptSpec

#: From the guided output (C, h, w) and this request's own outputs (rows, C, h, w) to the output that is used.
Refinement = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class NetworkRow:
    """One row of a network call: its weight in the guided output, and its text as (tokens, width), float32."""

    weight: float
    context: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class _Encoded:
    branch: Branch
    contexts: Tensor

    def row(self, call: int, weight: float) -> NetworkRow:
        return NetworkRow(weight, self.contexts[self.branch.active[call]])


class Guidance:
    """The rows of one request, call by call."""

    def __init__(self, plan: PromptPlan, spec: PromptSpec, encoder: TextEncoder) -> None:
        def encoded(branch: Branch) -> _Encoded:
            return _Encoded(branch, encoder.encode(branch.texts, spec.clip_skip, spec.emphasis))

        self._scale = spec.guidance_scale
        self._positive = [encoded(branch) for branch in plan.positive]
        self._negative = encoded(plan.negative)
        self.refinement = self._rescaling(spec.guidance_rescale)

    def rows(self, call: int) -> list[NetworkRow]:
        """The rows that network call ``call`` (from 0) needs, at least one; their weights sum to 1."""
        weights = [self._scale * encoded.branch.weight for encoded in self._positive]
        weighted = [*zip(self._positive, weights, strict=True), (self._negative, 1 - sum(weights))]
        return [encoded.row(call, weight) for encoded, weight in weighted if weight != 0]

    def _rescaling(self, share: float) -> Refinement | None:
        """CFG rescale by ``share``, 0 to 1; None where there is nothing to rescale, or nothing to rescale it to.

        The conditional output is that of the prompt. Where ``AND`` joins several, it is the mean of those that the
        picture is drawn towards, each counting as much as it pulls; those it is drawn away from do not count.
        """
        if share == 0 or self._scale == 0:
            return None
        pulls = [encoded.branch.weight for encoded in self._positive if self._scale * encoded.branch.weight != 0]
        towards = sum(pull for pull in pulls if pull > 0)
        if towards == 0:
            return None
        weights = [max(pull, 0.0) / towards for pull in pulls]

        def refine(guided: Tensor, outputs: Tensor) -> Tensor:
            shares = torch.tensor(weights, dtype=torch.float32, device=outputs.device).view(-1, 1, 1, 1)
            conditional = (shares * outputs[: len(weights)]).sum(0)
            return guided * (share * conditional.std() / guided.std() + (1 - share))

        return refine
