"""One picture on its way through the loop: where it stands in its sampler's table, and everything it needs next."""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from generation import passes
from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.guidance import Guidance, NetworkRow, Refinement, Weight
from generation.diffusion.loading import Model
from generation.diffusion.noise import GENERATORS
from generation.diffusion.tint import Tint, tint_of
from generation.noise import Noise, PictureNoise, PictureSeed
from generation.prompt.plan import plan_prompts
from generation.samplers import ImageToImage, SamplerTable, names, table
from generation.spec import PromptSpec

Term = tuple[Weight, Tensor]


@dataclass(slots=True, eq=False, kw_only=True)
class Request:
    """A picture (``spec.count`` is 1) after ``call`` network calls.

    ``latents`` are (C, h, w), float32. ``kept`` and ``noises`` hold what the table reaches back to, newest first.
    ``is_second`` tells a second pass, over the latents of the first.
    ``prepared`` says whether the prepared network draws it; None before that is settled.
    ``denoised`` is the network's latest estimate of the picture's latents, where ``wants_estimate`` was set before.
    """

    spec: PromptSpec
    table: SamplerTable
    guidance: Guidance
    noise: PictureNoise
    latents: Tensor
    refinement: Refinement | None = None
    prepared: bool | None = None
    tint: Tint | None = None
    call: int = 0
    kept: list[Tensor] = field(default_factory=list)
    noises: list[Tensor | None] = field(default_factory=list)
    wants_estimate: bool = False
    denoised: Tensor | None = None
    is_second: bool = False
    _drawn: int = 0

    @property
    def ended(self) -> bool:
        """Whether the table has no further row."""
        return self.call >= len(self.table)

    @property
    def goes_on(self) -> bool:
        """Whether a second pass follows this one."""
        return self.spec.larger > 1 and not self.is_second

    @property
    def is_refined(self) -> bool:
        """Whether anything follows the guidance matrix."""
        return self.refinement is not None or self.tint is not None

    def refined(self, guided: Tensor, outputs: Tensor) -> Tensor:
        """What becomes of the present call's guided output (C, h, w); ``outputs`` (rows, C, h, w) are its own."""
        if self.refinement is not None:
            guided = self.refinement(guided, outputs)
        return guided if self.tint is None else self.tint(guided, self.latents, self.call)

    def rows(self) -> list[NetworkRow]:
        """The network rows of the present call."""
        return self.guidance.rows(self.call)

    def row_tokens(self) -> list[int]:
        """How many tokens each network row of the present call has."""
        return [row.context.shape[0] for row in self.rows()]

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


def prepare(spec: PromptSpec, model: Model, encoder: TextEncoder, source: Tensor | None = None) -> Request:
    """Make the request of one picture: prompts planned and encoded, table made, first noise drawn.

    ``source`` (C, h, w) are the latents of the picture that is drawn over, where the spec has one.
    Nothing in it depends on any other request. Raises InvalidChoice for what the model cannot do, in a second pass too.
    """
    if spec.larger > 1:
        _table(passes.second_pass(spec), model, passes.second_way(spec))
    return _request(spec, spec, _table(spec, model, passes.first_way(spec)), model, encoder, source)


def prepare_second(spec: PromptSpec, latents: Tensor, model: Model, encoder: TextEncoder) -> Request:
    """Make the request of a picture's second pass over the ``latents`` (C, h, w) of its first.

    They are enlarged as they are, between their values in a straight line, which is what AUTOMATIC1111 calls "Latent";
    the noise is that of a new picture of the larger size, from the same seeds.
    """
    second = passes.second_pass(spec)
    factor = model.latent_factor
    size = (second.height // factor, second.width // factor)
    enlarged = interpolate(latents[None], size, mode="bilinear")[0]
    rows = _table(second, model, passes.second_way(spec))
    return _request(spec, second, rows, model, encoder, enlarged, first_pass_steps=spec.steps)


def _table(spec: PromptSpec, model: Model, way: ImageToImage | None) -> SamplerTable:
    return table(
        spec.sampler,
        spec.steps,
        alphas_cumprod=model.alphas_cumprod,
        prediction=model.prediction,
        eta=spec.eta,
        image_to_image=way,
    )


def _request(
    spec: PromptSpec,
    drawn: PromptSpec,
    rows: SamplerTable,
    model: Model,
    encoder: TextEncoder,
    latents: Tensor | None,
    first_pass_steps: int | None = None,
) -> Request:
    """The request of a picture of ``spec``, in a pass that is drawn as ``drawn``, over ``latents`` where there are."""
    plan = plan_prompts(
        drawn.prompt,
        drawn.negative_prompt,
        steps=drawn.steps,
        calls_per_step=names.calls_per_step(drawn.sampler),
        calls=len(rows),
        first_pass_steps=first_pass_steps,
        regions=drawn.regions,
    )
    height, width = drawn.height // model.latent_factor, drawn.width // model.latent_factor
    seed = PictureSeed(
        seed=drawn.seed,
        shape=(model.channels, height, width),
        subseed=drawn.subseed,
        subseed_strength=drawn.subseed_strength,
        ensd=drawn.ensd,
    )
    noise = PictureNoise(seed, GENERATORS[drawn.noise_source])
    begun = _tensor(noise.initial(), model.device) * rows.noise_scale
    guidance = Guidance(plan, drawn, encoder, area=(height, width))
    return Request(
        spec=spec,
        table=rows,
        guidance=guidance,
        refinement=guidance.refinement,
        tint=None if plan.regions is None else tint_of(plan.regions, rows, model, (height, width)),
        noise=noise,
        latents=begun if latents is None else begun + latents * rows.latent_scale,
        is_second=first_pass_steps is not None,
    )


def _tensor(noise: Noise, device: torch.device) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(noise)).to(device)
