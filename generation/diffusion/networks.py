"""The denoising network as a function of fp32 rows: computed plainly, or compiled."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from generation.diffusion.loading import Model
from generation.diffusion.rows import Network

#: Sizes, row counts and token lengths are compiled one by one; torch gives up at 8 of them unless it is told otherwise.
_VARIANTS = 512


def network_of(model: Model, *, channels_last: bool = False) -> Network:
    """The network as torch computes it step by step, in whatever precision it has."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    unet: Callable[..., Any] = model.unet

    def network(latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        with torch.inference_mode():
            rows, texts = latents.to(model.dtype).contiguous(memory_format=layout), contexts.to(model.dtype)
            return unet(rows, timesteps, encoder_hidden_states=texts, return_dict=False)[0].float()

    return network


def compiled(network: Network, *, backend: str | Callable[..., Any] = "inductor") -> Network:
    """``network`` compiled as a whole by ``torch.compile``, anew for every shape it is called with.

    Inputs are copied first: torch compiles once more for tensors that lie differently in memory or came about in
    another mode, and that must not happen in the middle of a picture.
    """
    torch._dynamo.config.recompile_limit = torch._dynamo.config.accumulated_recompile_limit = _VARIANTS
    whole: Callable[..., Tensor] = torch.compile(network, backend=backend, dynamic=False)

    def called(latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        with torch.inference_mode():
            return whole(*map(_copied, (latents, timesteps, contexts)))

    return called


def _copied(tensor: Tensor) -> Tensor:
    return torch.empty(tensor.shape, device=tensor.device, dtype=tensor.dtype).copy_(tensor)
