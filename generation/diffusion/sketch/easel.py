"""Draws many pictures at once for grading, with the product's own conditioning, sampler tables, noise and stepper."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor

from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.loading import Model, load
from generation.diffusion.networks import network_of
from generation.diffusion.request import prepare
from generation.diffusion.rows import RowCounts
from generation.diffusion.sketch.model import FOLDER
from generation.diffusion.stepper import Stepper
from generation.messages import Load
from generation.spec import PromptSpec

_TOGETHER = 24


class Easel:
    """A loaded model that draws specs of one size in batches."""

    def __init__(self, folder: Path = FOLDER, *, device: str = "auto") -> None:
        self._model = _load(folder, device)
        self._text_encoder = TextEncoder(self._model.tokenizer, self._model.text_encoder)
        self._stepper = Stepper(network_of(self._model), _any_row_counts(self._model))

    @property
    def vae(self) -> AutoencoderKL:
        """The model's autoencoder, in float32."""
        return self._model.vae

    def draw(self, specs: Sequence[PromptSpec], report: Callable[[int], None] | None = None) -> Tensor:
        """Pixels (n, 3, height, width) in -1 to 1 of specs of one picture each; ``report`` hears how many are done."""
        drawn: list[Tensor] = []
        for some in _lots(specs):
            drawn.append(self._decode(self._denoise(some)))
            if report is not None:
                report(len(some))
        return torch.cat(drawn)

    def _denoise(self, specs: Iterable[PromptSpec]) -> Tensor:
        requests = [prepare(spec, self._model, self._text_encoder) for spec in specs]
        while going := [request for request in requests if not request.ended]:
            self._stepper.step(going)
        return torch.stack([request.latents for request in requests])

    @torch.inference_mode()
    def _decode(self, latents: Tensor) -> Tensor:
        vae = self._model.vae
        scaled = (latents / vae.config["scaling_factor"]).to(vae.dtype)
        return vae.decode(scaled, return_dict=False)[0].float().clamp(-1, 1).cpu()  # pyright: ignore[reportArgumentType] - declared for a class that no tensor is


class Atelier:
    """Several easels, each in a process of its own with one thread: on a processor that is the quickest way.

    A context manager: the processes live until its end.
    """

    def __init__(self, folder: Path = FOLDER, *, workers: int, device: str = "auto") -> None:
        self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
        self._draw_lot = partial(_draw_lot, folder, device)

    def __enter__(self) -> "Atelier":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def draw(self, specs: Sequence[PromptSpec], report: Callable[[int], None] | None = None) -> Tensor:
        """As `Easel.draw`."""
        drawn: list[Tensor] = []
        for pixels in self._pool.map(self._draw_lot, _lots(specs)):
            drawn.append(torch.from_numpy(pixels))
            if report is not None:
                report(len(pixels))
        return torch.cat(drawn)


@cache
def _easel(folder: Path, device: str) -> Easel:
    torch.set_num_threads(1)
    return Easel(folder, device=device)


def _draw_lot(folder: Path, device: str, specs: Sequence[PromptSpec]) -> NDArray[np.float32]:
    return _easel(folder, device).draw(specs).numpy()


def _lots(specs: Sequence[PromptSpec]) -> list[Sequence[PromptSpec]]:
    return [specs[start : start + _TOGETHER] for start in range(0, len(specs), _TOGETHER)]


def plain_spec(prompt: str, seed: int, **choices: object) -> PromptSpec:
    """A spec of one 64x64 picture in twenty steps with an empty negative prompt, where ``choices`` say nothing else."""
    settings: dict[str, object] = {
        "negative_prompt": "",
        "preset_weight": None,
        "width": 64,
        "height": 64,
        "steps": 20,
        "guidance_scale": 5.0,
        "guidance_rule": "given",
        "sampler": "Euler",
        "eta": None,
        "ensd": 0,
        "subseed": 0,
        "subseed_strength": 0.0,
        "count": 1,
        "clip_skip": 1,
        "emphasis": "Original",
        "noise_source": "nv",
        "model": "sketch",
    }
    return PromptSpec(prompt=prompt, seed=seed, **(settings | choices))  # pyright: ignore[reportArgumentType] - of the fields' types


def _load(folder: Path, device: str) -> Model:
    return load(
        Load(
            name="sketch",
            source=str(folder),
            vae=None,
            device=device,
            dtype="float32",
            threads=None,
            download=False,
            reproducible=False,
            preview=None,
        )
    )


def _any_row_counts(model: Model) -> RowCounts:
    return RowCounts(
        network_of(model),
        width=model.unet.config["cross_attention_dim"],
        device=model.device,
        reproducible=False,
        most=lambda shape: 2 * _TOGETHER,
        worth_probing=lambda shape: True,
    )
