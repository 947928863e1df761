"""Training of the sketch model's denoising network and text encoder, together, on latents of drawn pictures."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, distributed, nn
from transformers import CLIPTextModel

from generation.diffusion.sketch.checkpoint import load_state, save_state
from generation.diffusion.sketch.dataset import generator, place
from generation.diffusion.sketch.latents import Library
from generation.diffusion.sketch.lessons import EVERYTHING, Lesson
from generation.diffusion.sketch.model import build_scheduler, build_unet, load_tokenizer, save_folder
from generation.diffusion.sketch.vocabulary import Vocabulary, encode_text

SEED = 32
PICTURES = 40_000
STEPS = 5400
MOUTH_STEPS = 600
FURTHER_STEPS = 550
BATCH = 32
#: The last part of the run, in which the learning rate falls to nothing.
COOLING = 0.3
SAVE_EVERY = 100
_LAST_LAYER_BUT_ONE = 0.25
_PURE_NOISE_FROM = 980


@dataclass(frozen=True, slots=True)
class Networks:
    """The two networks that learn together."""

    unet: UNet2DConditionModel
    text_encoder: CLIPTextModel

    def parameters(self) -> list[nn.Parameter]:
        """The parameters of both."""
        return [*self.unet.parameters(), *self.text_encoder.parameters()]


class Trainer:
    """A training run that goes on from ``state_file`` where there is one.

    The same library, seed and number of steps give the same networks on one machine, however often the run was stopped.
    ``start``: the folder of a trained model whose networks are trained further, in place of new ones.
    Of several ``workers``, processes of one `torch.distributed` group, each learns from its share of every batch; two
    with a thread each are quicker on two cores than one with two threads, which wait for each other at every operation.
    """

    def __init__(
        self,
        library: Library,
        state_file: Path,
        *,
        steps: int = STEPS,
        batch: int = BATCH,
        device: str = "cpu",
        rank: int = 0,
        workers: int = 1,
        lesson: Lesson = EVERYTHING,
        start: Path | None = None,
    ) -> None:
        torch.manual_seed(SEED)
        self._rank, self._workers, self._lesson = rank, workers, lesson
        self._library, self._state_file, self._steps, self._batch, self._device = (
            library,
            state_file,
            steps,
            batch,
            device,
        )
        self._vocabulary = Vocabulary(load_tokenizer())
        unet, text_encoder = _begin(self._vocabulary, start)
        self.networks = Networks(place(unet, device), place(text_encoder, device))
        self.average = deepcopy(self.networks)
        self._optimizer = torch.optim.AdamW(
            self.networks.parameters(), lr=lesson.rate, betas=(0.9, 0.99), weight_decay=0.01
        )
        self._alphas = build_scheduler().alphas_cumprod.to(device)
        self.step = load_state(state_file, **self._parts())

    def run(self, until: int | None = None, report: Callable[[int, float], None] | None = None) -> None:
        """Train up to step ``until`` (the end, when None), saving the state every `SAVE_EVERY` steps and at the end."""
        last = self._steps if until is None else until
        while self.step < last:
            loss = self._train_step()
            self.step += 1
            if self._rank == 0 and (self.step % SAVE_EVERY == 0 or self.step == last):
                save_state(self._state_file, self.step, **self._parts())
            if report is not None:
                report(self.step, loss)

    def save(self, folder: Path, vae: AutoencoderKL) -> None:
        """Write the moving average of the networks, with the autoencoder, as a diffusers folder."""
        unet, text_encoder = deepcopy(self.average.unet), self._vocabulary.expand(self.average.text_encoder)
        save_folder(folder, place(unet, "cpu"), place(text_encoder, "cpu"), place(vae, "cpu"))

    def _parts(self) -> dict[str, nn.Module | torch.optim.Optimizer]:
        return {
            "unet": self.networks.unet,
            "text_encoder": self.networks.text_encoder,
            "average_unet": self.average.unet,
            "average_text_encoder": self.average.text_encoder,
            "optimizer": self._optimizer,
        }

    def _train_step(self) -> float:
        torch.manual_seed(SEED * 1_000_003 + self.step * self._workers + self._rank)
        scenes, latents, weight = self._lesson.pick(self._library, SEED, self.step, self._batch)
        share = slice(self._rank, None, self._workers)
        rng = np.random.default_rng([SEED, self.step, self._rank])
        captions = [self._lesson.caption(scene, rng) for scene in scenes[share]]
        rows = self._vocabulary.rows(captions, rng).to(self._device)
        clip_skip = 2 if generator(SEED + 1, self.step).random() < _LAST_LAYER_BUT_ONE else 1
        for group in self._optimizer.param_groups:
            group["lr"] = self._lesson.rate * learning_rate(self.step, self._steps, self._lesson.warm_up)
        loss = self._loss(latents[share].to(self._device), weight[share].to(self._device), rows, clip_skip, rng)
        self._optimizer.zero_grad()
        loss.backward()
        if self._workers > 1:
            self._average_gradients()
        nn.utils.clip_grad_norm_(self.networks.parameters(), 1.0)
        self._optimizer.step()
        if self._rank == 0:
            self._follow()
        return float(loss.detach())

    def _loss(self, latents: Tensor, weight: Tensor, rows: Tensor, clip_skip: int, rng: np.random.Generator) -> Tensor:
        timesteps = self._lesson.spread_timesteps(rng, len(latents)).to(self._device)
        noise = torch.randn(latents.shape).to(self._device)
        noisy, target = diffuse(latents, noise, timesteps, self._alphas)
        noisy = noisy.contiguous(memory_format=torch.channels_last)
        conditioning = encode_text(self.networks.text_encoder, rows, clip_skip)
        out = self.networks.unet(noisy, timesteps, conditioning).sample
        return ((out - target).square() * (weight / weight.mean())).mean()

    def _average_gradients(self) -> None:
        gradients = [parameter.grad for parameter in self.networks.parameters() if parameter.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self._workers
        parts = flat.split([gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    @torch.no_grad()
    def _follow(self) -> None:
        decay = min(self._lesson.averaging, (1 + self.step) / (10 + self.step))
        for kept, new in zip(self.average.parameters(), self.networks.parameters(), strict=True):
            kept.lerp_(new, 1 - decay)


def _begin(vocabulary: Vocabulary, start: Path | None) -> tuple[UNet2DConditionModel, CLIPTextModel]:
    """New networks, or those of the model in ``start``."""
    if start is None:
        text_encoder = vocabulary.build_text_encoder()
        return build_unet(), text_encoder
    unet = UNet2DConditionModel.from_pretrained(start / "unet", torch_dtype=torch.float32)
    text_encoder = CLIPTextModel.from_pretrained(start / "text_encoder", dtype=torch.float32)
    return unet, vocabulary.contract(text_encoder)


def learning_rate(step: int, steps: int, warm_up: int = EVERYTHING.warm_up) -> float:
    """The share of the peak rate at a step: up over ``warm_up`` steps, level, down over the last `COOLING`."""
    return min(1.0, (step + 1) / warm_up, max(0.01, (steps - step) / (COOLING * steps)))


def diffuse(latents: Tensor, noise: Tensor, timesteps: Tensor, alphas: Tensor) -> tuple[Tensor, Tensor]:
    """Noisy latents and the v to predict (Salimans and Ho 2022, appendix D): x = a z + s n, v = a n - s z.

    Sampling begins with noise alone, while this schedule's last timestep still shows the picture's mean (Lin et al.
    2023, section 3.1); so the very last timesteps are trained on noise alone.
    """
    alpha = alphas[timesteps].sqrt()[:, None, None, None]
    sigma = (1 - alphas[timesteps]).sqrt()[:, None, None, None]
    shown = torch.where((timesteps >= _PURE_NOISE_FROM)[:, None, None, None], noise, alpha * latents + sigma * noise)
    return shown, alpha * noise - sigma * latents
