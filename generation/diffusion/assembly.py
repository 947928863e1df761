"""Puts the loop together for a loaded model: what fits this machine is chosen here and nowhere else."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.decoding import Decoder
from generation.diffusion.encoding import Encoder
from generation.diffusion.engine import Engine
from generation.diffusion.gate.picture_gate import PictureGate
from generation.diffusion.loading import Model
from generation.diffusion.memory import Gauge
from generation.diffusion.preview import Preview
from generation.diffusion.reports import Reports
from generation.diffusion.rows import CANDIDATES, RowCounts, Shape
from generation.diffusion.soundness import Watch
from generation.diffusion.source import Source
from generation.diffusion.stepper import Stepper
from generation.ledger import Ledger
from generation.messages import Message
from generation.scheduler import Scheduler, Size, step_work

#: Work of one network call, in rows of 512x512 of Stable Diffusion 1.x: a processor gains nothing from more than a
#: pair of them, an accelerator fills up at about sixteen.
_ROWS_ON_CPU, _ROWS_ELSEWHERE = 2, 16
_FULL_PARAMETERS = 860e6
_FULL_ROW = step_work(512, 512)

#: On a processor, a row that costs more than this (parameters × latent pixels) gains nothing from company.
_CHEAP_ROW = 4e9


def assemble(
    model: Model,
    *,
    preview: Sequence[Sequence[float]] | None,
    reproducible: bool,
    gate: PictureGate | None,
    report: Callable[[Message], None],
    fault: Callable[[BaseException], None],
    ledger: Ledger,
) -> Engine:
    """Make the loop.

    ``preview`` maps latents to RGB, bias last. Without a ``gate`` no picture passes for checked. ``fault`` is told what
    breaks outside the loop.
    """
    network = network_of(model)
    most = _most_rows(model)
    counts = RowCounts(
        network,
        width=model.unet.config["cross_attention_dim"],
        device=model.device,
        reproducible=reproducible,
        most=most,
        worth_probing=_worth_probing(model),
        gauge=Gauge(model.device),
    )
    factor = model.latent_factor

    def room(size: Size) -> int:
        return most((model.channels, size[1] // factor, size[0] // factor))

    decoder, encoder = Decoder(model.vae), Encoder(model.info, gate, fault)
    return Engine(
        model=model,
        text_encoder=TextEncoder(model.tokenizer, model.text_encoder),
        scheduler=Scheduler(room=room),
        stepper=Stepper(network, counts, Watch(lagging=model.device.type == "cuda")),
        decoder=decoder,
        source=Source(model.vae),
        preview=Preview(preview, decoder, model.channels),
        encoder=encoder,
        ledger=ledger,
        reports=Reports(report, encoder, ledger),
    )


def network_of(model: Model) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """The denoising network as a function of fp32 rows, in whatever precision it computes."""

    def network(latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        with torch.inference_mode():
            rows, texts = latents.to(model.dtype), contexts.to(model.dtype)
            return model.unet(rows, timesteps, encoder_hidden_states=texts, return_dict=False)[0].float()

    return network


def _most_rows(model: Model) -> Callable[[Shape], int]:
    """How many rows a call may have: as much work as the machine takes at once, in even numbers from 2."""
    share = sum(parameter.numel() for parameter in model.unet.parameters()) / _FULL_PARAMETERS
    budget = (_ROWS_ON_CPU if model.device.type == "cpu" else _ROWS_ELSEWHERE) * _FULL_ROW / share

    def most(shape: Shape) -> int:
        rows = int(budget / step_work(shape[2], shape[1], 1))
        return max(2, min(CANDIDATES[-1], rows // 2 * 2))

    return most


def _worth_probing(model: Model) -> Callable[[Shape], bool]:
    parameters = sum(parameter.numel() for parameter in model.unet.parameters())
    if model.device.type != "cpu":
        return lambda shape: True
    return lambda shape: parameters * shape[1] * shape[2] <= _CHEAP_ROW
