"""Guidance as a matrix: one request's row of weights over the network outputs of this step.

    guided = (1 - sum_i s w_i) out(negative) + sum_i s w_i out(positive_i)

with the guidance scale s and the weights w of the prompts that ``AND`` joins: classifier-free guidance (Ho and Salimans
2022, arXiv:2207.12598) for several prompts (Liu et al. 2022, arXiv:2206.01714). What has weight 0 is not computed: at a
scale of 1 a plain prompt needs no unconditional row.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from generation.diffusion.conditioning import TextEncoder
from generation.prompt.plan import Branch, PromptPlan
from generation.spec import PromptSpec

#: What is not linear comes after: from the guided output (C, h, w) and this request's own outputs (rows, C, h, w).
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

    def rows(self, call: int) -> list[NetworkRow]:
        """The rows that network call ``call`` (from 0) needs, at least one; their weights sum to 1."""
        weights = [self._scale * encoded.branch.weight for encoded in self._positive]
        weighted = [*zip(self._positive, weights, strict=True), (self._negative, 1 - sum(weights))]
        return [encoded.row(call, weight) for encoded, weight in weighted if weight != 0]
