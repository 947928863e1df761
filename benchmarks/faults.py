"""Faults for the soak, put into a drawing process. A prompt that holds one of these words meets its fault:

    faultnumber   its latents turn into values that are no numbers, each time
    faulthang     the loop stands still; once, which FOLDER remembers
    faultdeath    the process ends; once, likewise
    faultkiller   the process ends, each time
    faultmemory   no step that it is in finds memory
    faultblack    its decode has lost everything, each time
    faultencoder  the thread that checks and encodes stands still; once, likewise

The first four come after the picture's first step. Besides, now and then a network call of more rows than the fewest,
or a decode, finds no memory.
"""

import os
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from generation.diffusion import assembly
from generation.diffusion.decoding import Decoder, Pixels
from generation.diffusion.encoding import Encoder
from generation.diffusion.request import Request
from generation.diffusion.rows import Network, RowCounts
from generation.diffusion.stepper import Stepper
from generation.spec import PromptSpec

NUMBER, HANG, DEATH, KILLER = "faultnumber", "faulthang", "faultdeath", "faultkiller"
MEMORY, BLACK, ENCODER = "faultmemory", "faultblack", "faultencoder"
#: The fewest rows of the classes that processors are known to have.
_ALWAYS_FIT = 4


def meet_faults(folder: Path) -> None:
    """Let requests meet the faults that their prompts name."""
    advance, step, decode, png = Request.advance, Stepper._step, Decoder._decode, Encoder._png

    def faulty(request: Request, latents: Tensor, newest: Tensor) -> None:
        advance(request, latents, newest)
        prompt, met = request.spec.prompt, folder / str(request.spec.seed)
        if BLACK in prompt and request.ended:
            setattr(request.latents, BLACK, True)
        if request.call != 1:
            return
        if NUMBER in prompt:
            request.latents = request.latents * float("nan")
        if KILLER in prompt:
            os._exit(3)
        if (HANG in prompt or DEATH in prompt) and not met.exists():
            met.touch()
            if DEATH in prompt:
                os._exit(3)
            time.sleep(3600)

    def full(stepper: Stepper, requests: Sequence[Request]) -> Tensor:
        if any(MEMORY in request.spec.prompt for request in requests):
            raise torch.OutOfMemoryError("CUDA out of memory")
        return step(stepper, requests)

    def black(decoder: Decoder, latents: Tensor) -> Tensor:
        decoded = decode(decoder, latents)
        return torch.full_like(decoded, -1.0) if hasattr(latents, BLACK) else decoded

    def slow(encoder: Encoder, pixels: Pixels, spec: PromptSpec) -> bytes:
        met = folder / str(spec.seed)
        if ENCODER in spec.prompt and not met.exists():
            met.touch()
            time.sleep(3600)
        return png(encoder, pixels, spec)

    for owner, name, changed in (
        (Request, "advance", faulty),
        (Stepper, "_step", full),
        (Decoder, "_decode", black),
        (Encoder, "_png", slow),
    ):
        setattr(owner, name, changed)


def run_out_of_memory(share: float) -> None:
    """Let network calls and decodes fail in ``share`` of all cases, but not while row counts are probed."""
    chance = random.Random(0)
    network_of, found, decode = assembly.network_of, RowCounts._found, Decoder._decode
    probing = False

    def narrow_of(*args: Any, **options: Any) -> Network:
        network = network_of(*args, **options)

        def narrow(latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
            if len(latents) > _ALWAYS_FIT and not probing and chance.random() < share:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return network(latents, timesteps, contexts)

        return narrow

    def undisturbed(counts: RowCounts, *args: Any) -> tuple[int, ...]:
        nonlocal probing
        probing = True
        try:
            return found(counts, *args)
        finally:
            probing = False

    def full(decoder: Decoder, latents: Tensor) -> Tensor:
        full_before[0] = not full_before[0] and chance.random() < share
        if full_before[0]:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return decode(decoder, latents)

    full_before = [False]  # never twice in a row: decoding in tiles would change the picture
    for owner, name, changed in (
        (assembly, "network_of", narrow_of),
        (RowCounts, "_found", undisturbed),
        (Decoder, "_decode", full),
    ):
        setattr(owner, name, changed)
