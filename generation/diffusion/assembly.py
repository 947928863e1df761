"""Puts the loop together for a loaded model: what fits this machine is chosen here and nowhere else."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import torch

from generation.acceleration import Acceleration, Switch
from generation.diffusion.budget import Budget, measure
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
from generation.diffusion.work import RowWork
from generation.errors import ModelUnavailable
from generation.forecast import Forecast
from generation.ledger import Ledger
from generation.messages import Message
from generation.prompt.chunks import CHUNK_LENGTH
from generation.scheduler import Scheduler, Size

#: A processor gains nothing from company for rows of more operations than this.
_COMPANY_PAYS = 1e9
#: An accelerator gains nothing from calls of more operations: sixteen rows of 512x512 of Stable Diffusion 1.x.
_FULL = 13_000_000_000_000

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
    busy: Callable[[], AbstractContextManager[None]] = nullcontext,
    ledger: Ledger,
    budget: Budget | None = None,
) -> Engine:
    """Make the loop.

    ``preview`` maps latents to RGB, bias last. ``acceleration`` may lay the model out anew in memory. Without a
    ``gate`` no picture passes for checked. ``fault`` is told what breaks outside the loop, and what is done there is
    done within ``busy()``. The network is timed for a
    second unless a ``budget`` is given. Raises ModelUnavailable for an acceleration that this device does not have.
    """
    channels_last = _is_on(acceleration.channels_last, model)
    if channels_last:
        _lay_out(model)
    network, work = network_of(model, channels_last=channels_last), RowWork(model.unet)
    counts_of = partial(
        RowCounts,
        width=model.unet.config["cross_attention_dim"],
        device=model.device,
        reproducible=reproducible,
        most=_most_rows(model, work),
        worth_probing=_worth_probing(model, work),
        gauge=Gauge(model.device),
    )
    counts, faster = counts_of(network), _prepared(network, model, acceleration)
    stepper = Stepper(
        network,
        counts,
        prepared=faster and Prepared(faster, counts_of(faster, few=True)),
        keeps=reproducible,
        watch=Watch(lagging=model.device.type == "cuda"),
        called=ledger.tally.call,
    )
    scheduler = Scheduler(room=_room(model, work, counts, budget or _measured(model, network, work)))
    decoder, encoder = Decoder(model.vae), Encoder(model.info, gate, fault, busy)
    return Engine(
        model=model,
        text_encoder=TextEncoder(model.tokenizer, model.text_encoder),
        scheduler=scheduler,
        row_work=work,
        stepper=stepper,
        decoder=decoder,
        source=Source(model.vae),
        preview=Preview(preview, decoder, model.channels),
        encoder=encoder,
        ledger=ledger,
        reports=Reports(report, encoder, ledger, Forecast(scheduler, ledger)),
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


def _worth_probing(model: Model, work: RowWork) -> Callable[[Shape], bool]:
    """Whether larger calls than pairs may pay. Not measured: it decides the class of row counts, and so every bit."""
    if model.device.type != "cpu":
        return lambda shape: True
    return lambda shape: work.of(*shape[1:], CHUNK_LENGTH) <= _COMPANY_PAYS


def _most_rows(model: Model, work: RowWork) -> Callable[[Shape], int]:
    """How many rows a call may have at all, in even numbers from 2. Not measured, for the same reason."""
    worth_probing = _worth_probing(model, work)

    def most(shape: Shape) -> int:
        if not worth_probing(shape):
            return 2
        rows = _FULL // work.of(*shape[1:], CHUNK_LENGTH)
        return max(2, min(CANDIDATES[-1], rows // 2 * 2))

    return most


def _measured(model: Model, network: Network, work: RowWork) -> Budget:
    """The budget of a network call, from latents of the size that the network was trained for."""
    side = model.unet.config["sample_size"]
    operations = work.of(side, side, CHUNK_LENGTH)
    if not _worth_probing(model, work)((model.channels, side, side)):
        return Budget(operations)
    return measure(
        network,
        (model.channels, side, side),
        tokens=CHUNK_LENGTH,
        width=model.unet.config["cross_attention_dim"],
        device=model.device,
        operations=operations,
    )


def _room(model: Model, work: RowWork, counts: RowCounts, budget: Budget) -> Callable[[Size, bool], int]:
    """The most rows of a size that are within the budget, of the counts that calls may have."""

    def room(size: Size, long: bool) -> int:
        width, height = size[0] // model.latent_factor, size[1] // model.latent_factor
        within = budget.rows(work.of(height, width, CHUNK_LENGTH), long=long)
        able = counts.present((model.channels, height, width), CHUNK_LENGTH)
        return max((count for count in able if count <= within), default=max(able[0], 2))

    return room
