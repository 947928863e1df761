"""Network calls recorded once for each shape and played back: the accelerator is told of a call's work in one go.

torch's own way to do this belongs to the thread that recorded; here one thread records and another plays back.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from generation.diffusion.rows import Network

Play = Callable[[], None]
#: Records what a function does to tensors that stay where they are; returns what does it again, and its output's place.
Recorder = Callable[[Callable[[], Tensor]], tuple[Play, Tensor]]

_CALLS_BEFORE = 3


@dataclass(frozen=True, slots=True, eq=False)
class _Recording:
    inputs: tuple[Tensor, Tensor, Tensor]
    output: Tensor
    play: Play


class Recorded:
    """``network`` with its calls recorded, the first of each shape."""

    def __init__(self, network: Network, recorder: Recorder) -> None:
        self._network, self._recorder = network, recorder
        self._recordings: dict[tuple[torch.Size, torch.Size], _Recording] = {}

    @torch.inference_mode()
    def __call__(self, latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        """Compute as the network does; the result is nobody else's, whatever is called afterwards."""
        key = latents.shape, contexts.shape
        if key not in self._recordings:
            self._recordings[key] = self._record(latents, timesteps, contexts)
        recording = self._recordings[key]
        for place, given in zip(recording.inputs, (latents, timesteps, contexts), strict=True):
            place.copy_(given)
        recording.play()
        return recording.output.clone()

    def _record(self, latents: Tensor, timesteps: Tensor, contexts: Tensor) -> _Recording:
        inputs = latents.clone(), timesteps.clone(), contexts.clone()
        play, output = self._recorder(lambda: self._network(*inputs))
        return _Recording(inputs, output, play)


class CudaRecorder:
    """Records CUDA graphs. They share one pool of memory: what one leaves behind, the next may overwrite."""

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, work: Callable[[], Tensor]) -> tuple[Play, Tensor]:
        """Record ``work``, after a few calls in which libraries settle on their kernels."""
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(_CALLS_BEFORE):
                work()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        # The loop goes on meanwhile in its own thread, and may ask for memory: that must not spoil the recording.
        with torch.cuda.graph(graph, pool=self._pool, stream=aside, capture_error_mode="thread_local"):
            output = work()
        return graph.replay, output
