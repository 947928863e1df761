"""Puts the loop together for a loaded model: what fits this machine is chosen here and nowhere else."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch

from generation.acceleration import Acceleration, Switch
from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.decoding import Decoder
from generation.diffusion.encoding import Encoder
from generation.diffusion.engine import Engine
from generation.diffusion.gate.picture_gate import PictureGate
from generation.diffusion.graphs import CudaRecorder, Recorded
from generation.diffusion.loading import Model
from generation.diffusion.memory import Gauge
from generation.diffusion.networks import compiled, network_of
from generation.diffusion.prepared import Prepared
from generation.diffusion.preview import Preview
from generation.diffusion.reports import Reports
from generation.diffusion.rows import CANDIDATES, Network, RowCounts, Shape
from generation.diffusion.soundness import Watch
from generation.diffusion.source import Source
from generation.diffusion.stepper import Stepper
from generation.errors import ModelUnavailable
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

_AUTOMATIC = Acceleration()


def assemble(
    model: Model,
    *,
    preview: Sequence[Sequence[float]] | None,
    reproducible: bool,
    acceleration: Acceleration = _AUTOMATIC,
    gate: PictureGate | None,
    report: Callable[[Message], None],
    fault: Callable[[BaseException], None],
    ledger: Ledger,
) -> Engine:
    """Make the loop.

    ``preview`` maps latents to RGB, bias last. ``acceleration`` may lay the model out anew in memory. Without a
    ``gate`` no picture passes for checked. ``fault`` is told what breaks outside the loop. Raises ModelUnavailable for
    an acceleration that this device does not have.
    """
    channels_last = _is_on(acceleration.channels_last, model)
    if channels_last:
        _lay_out(model)
    network, most = network_of(model, channels_last=channels_last), _most_rows(model)
    counts_of = partial(
        RowCounts,
        width=model.unet.config["cross_attention_dim"],
        device=model.device,
        reproducible=reproducible,
        most=most,
        worth_probing=_worth_probing(model),
        gauge=Gauge(model.device),
    )
    faster = _prepared(network, model, acceleration)
    stepper = Stepper(
        network,
        counts_of(network),
        prepared=faster and Prepared(faster, counts_of(faster, few=True)),
        keeps=reproducible,
        watch=Watch(lagging=model.device.type == "cuda"),
    )
    factor = model.latent_factor

    def room(size: Size) -> int:
        return most((model.channels, size[1] // factor, size[0] // factor))

    decoder, encoder = Decoder(model.vae), Encoder(model.info, gate, fault)
    return Engine(
        model=model,
        text_encoder=TextEncoder(model.tokenizer, model.text_encoder),
        scheduler=Scheduler(room=room),
        stepper=stepper,
        decoder=decoder,
        source=Source(model.vae),
        preview=Preview(preview, decoder, model.channels),
        encoder=encoder,
        ledger=ledger,
        reports=Reports(report, encoder, ledger),
    )


def _prepared(network: Network, model: Model, wanted: Acceleration) -> Network | None:
    """The network prepared as far as is wanted; None where it is not."""
    prepared = network
    if _is_on(wanted.compile, model):
        prepared = compiled(prepared)
    if _is_on(wanted.cuda_graphs, model):
        if model.device.type != "cuda":
            raise ModelUnavailable("CUDA graphs need a CUDA device. Set CUDA_GRAPHS to auto or off.")
        prepared = Recorded(prepared, CudaRecorder())
    return None if prepared is network else prepared


def _lay_out(model: Model) -> None:
    for part in (model.unet, model.vae):
        convert: Any = part.to  # declared for devices and dtypes only
        convert(memory_format=torch.channels_last)


def _is_on(switch: Switch, model: Model) -> bool:
    return switch == "on" or (switch == "auto" and model.device.type == "cuda")


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
