"""One picture on its way through the loop: where it stands in its sampler's table, and everything it needs next."""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.guidance import Guidance, NetworkRow, Refinement
from generation.diffusion.loading import Model
from generation.diffusion.noise import GENERATORS
from generation.noise import Noise, PictureNoise, PictureSeed
from generation.prompt.plan import plan_prompts
from generation.samplers import SamplerTable, names, table
from generation.spec import PromptSpec

Term = tuple[float, Tensor]


@dataclass(slots=True, eq=False, kw_only=True)
class Request:
    """A picture (``spec.count`` is 1) after ``call`` network calls.

    ``latents`` are (C, h, w), float32. ``kept`` and ``noises`` hold what the table reaches back to, newest first.
    ``denoised`` is the network's latest estimate of the picture's latents, where ``wants_estimate`` was set before.
    """

    spec: PromptSpec
    table: SamplerTable
    guidance: Guidance
    noise: PictureNoise
    latents: Tensor
    refinement: Refinement | None = None
    call: int = 0
    kept: list[Tensor] = field(default_factory=list)
    noises: list[Tensor | None] = field(default_factory=list)
    wants_estimate: bool = False
    denoised: Tensor | None = None
    _drawn: int = 0

    @property
    def ended(self) -> bool:
        """Whether the table has no further row."""
        return self.call >= len(self.table)

    def rows(self) -> list[NetworkRow]:
        """The network rows of the present call."""
        return self.guidance.rows(self.call)

    def kept_terms(self, newest: Tensor) -> list[Term]:
        """What the present row takes of what was kept, ``newest`` being this call's own."""
        weights = self.table.kept[self.call]
        return [(float(w), kept) for w, kept in zip(weights, [newest, *self.kept], strict=False) if w != 0]

    def noise_terms(self) -> list[Term]:
        """What the present row takes of noises. A step that is repeated finds its noise drawn already."""
        if self._drawn == self.call:
            self._drawn += 1
            draws = self.table.draws[self.call]
            drawn = _tensor(self.noise.of_row(self.table, self.call), self.latents.device) if draws else None
            self.noises = [drawn, *self.noises][: self.table.noise.shape[1]]
        weights = self.table.noise[self.call]
        return [
            (float(w), noise) for w, noise in zip(weights, self.noises, strict=False) if w != 0 and noise is not None
        ]

    def advance(self, latents: Tensor, newest: Tensor) -> None:
        """Take the outcome of the present row."""
        self.latents = latents
        self.kept = [newest, *self.kept][: self.table.kept.shape[1] - 1]
        self.call += 1


def prepare(spec: PromptSpec, model: Model, encoder: TextEncoder) -> Request:
    """Make the request of one picture: prompts planned and encoded, table made, first noise drawn.

    Nothing in it depends on any other request. Raises InvalidChoice for what the model cannot do.
    """
    factor = model.latent_factor
    rows = table(
        spec.sampler,
        spec.steps,
        alphas_cumprod=model.alphas_cumprod,
        prediction=model.prediction,
        eta=spec.eta,
    )
    plan = plan_prompts(
        spec.prompt,
        spec.negative_prompt,
        steps=spec.steps,
        calls_per_step=names.calls_per_step(spec.sampler),
        calls=len(rows),
    )
    seed = PictureSeed(
        seed=spec.seed,
        shape=(model.channels, spec.height // factor, spec.width // factor),
        subseed=spec.subseed,
        subseed_strength=spec.subseed_strength,
        ensd=spec.ensd,
    )
    noise = PictureNoise(seed, GENERATORS[spec.noise_source])
    guidance = Guidance(plan, spec, encoder)
    return Request(
        spec=spec,
        table=rows,
        guidance=guidance,
        refinement=guidance.refinement,
        noise=noise,
        latents=_tensor(noise.initial(), model.device) * rows.noise_scale,
    )


def _tensor(noise: Noise, device: torch.device) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(noise)).to(device)
