"""How many rows a network call may have, so that a row's result does not depend on how many rows there are.

Matrix products and convolutions choose their order of summation by shape, so a picture computed in a call of two rows
and in one of eight differs in its last bits. Row counts fall into classes within which every bit agrees, whatever the
neighbours: {4, 8, 12, 16} on two threads of a common processor, {4, 6, 8, 12} on one. Which they are is found out by a
probe, once for each latent size and number of tokens; calls are then padded to counts of one class only.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from generation.diffusion.memory import Gauge, fits, is_out_of_memory

#: Rows (n, C, h, w), timesteps (n,), contexts (n, tokens, width) to outputs (n, C, h, w).
Network = Callable[[Tensor, Tensor, Tensor], Tensor]
Shape = tuple[int, int, int]

CANDIDATES = (2, 4, 6, 8, 12, 16)
#: The classes considered have a count of at most this many rows: one picture alone fills two of them.
_LARGEST_LEAST = 4
#: The only count where nothing is gained from larger calls: a plain picture's positive and negative row.
_PAIR = (2,)
#: After so many steps, a count that did not fit into memory is tried again: others may have left.
_STEPS_WITHOUT = 500
#: Shapes, with their numbers of tokens, whose counts are known; those found longest ago are found again.
MOST_KNOWN = 4096


def split(rows: int, counts: tuple[int, ...]) -> list[tuple[int, int]]:
    """Divide ``rows`` into calls: for each, the rows it holds and the count of ``counts`` (rising) it is padded to."""
    calls = []
    while rows > 0:
        count = next((count for count in counts if count >= rows), counts[-1])
        calls.append((min(rows, count), count))
        rows -= count
    return calls


class RowCounts:
    """The row counts that calls of each latent shape and number of tokens may have.

    ``most`` is the most rows for a shape, of which there are fewer where ``gauge`` finds that they do not fit into
    memory. ``worth_probing`` says for which shapes larger calls than pairs pay. ``few`` keeps to a few counts where
    nothing has to agree, too: each costs a while to prepare.
    """

    def __init__(
        self,
        network: Network,
        *,
        width: int,
        device: torch.device,
        reproducible: bool,
        most: Callable[[Shape], int],
        worth_probing: Callable[[Shape], bool],
        gauge: Gauge | None = None,
        few: bool = False,
    ) -> None:
        self._network, self._width, self._device = network, width, device
        self._gauge, self._few = gauge or Gauge(device), few
        self._reproducible, self._most, self._worth_probing = reproducible, most, worth_probing
        self._counts: dict[tuple[Shape, int], tuple[int, ...]] = {}
        self._lowered: dict[tuple[Shape, int], _Lowered] = {}

    def of(self, shape: Shape, tokens: int) -> tuple[int, ...]:
        """The counts, rising, that calls on latents of ``shape`` (C, h, w) with ``tokens`` tokens may have."""
        counts = self.present(shape, tokens)
        if (lowered := self._lowered.get((shape, tokens))) is not None:
            lowered.steps_left -= 1
            if not lowered.steps_left:
                del self._lowered[shape, tokens]
        return counts

    def present(self, shape: Shape, tokens: int) -> tuple[int, ...]:
        """The same, for who only wants to know and calls nothing."""
        key = (shape, tokens)
        if key not in self._counts:
            if len(self._counts) >= MOST_KNOWN:
                self._counts.pop(next(iter(self._counts)))
            self._counts[key] = self._found(shape, tokens)
        return self._lowered[key].counts if key in self._lowered else self._counts[key]

    def lower(self, shape: Shape, tokens: int) -> bool:
        """Do without the largest count, which did not fit into memory; False where only one is left."""
        counts = self.of(shape, tokens)
        self._lowered[shape, tokens] = _Lowered(counts[:-1] or counts)
        return len(counts) > 1

    def warm(self, shape: Shape, tokens: int) -> None:
        """Have the network called once with every count it may be called with."""
        rows = _Rows.random(shape, tokens, self._width, self._device)
        for count in self.of(shape, tokens):
            rows.row_of(self._network, count)

    def _found(self, shape: Shape, tokens: int) -> tuple[int, ...]:
        most = max(2, self._most(shape))
        if not self._reproducible:
            fitting = self._fitting(shape, tokens, most)
            return tuple(count for count in (CANDIDATES if self._few else range(1, most + 1)) if count <= fitting)
        if not self._worth_probing(shape):
            return _PAIR
        return probe(self._network, shape, tokens, self._width, self._device, most, self._gauge)

    def _fitting(self, shape: Shape, tokens: int, most: int) -> int:
        """How many rows fit into memory, up to ``most``, going by what a pair takes."""
        rows = _Rows.random(shape, tokens, self._width, self._device)
        _, taken = self._gauge.taken(lambda: rows.row_of(self._network, 2))
        free = self._gauge.free()
        if taken is None:
            return most
        return max((count for count in range(2, most + 1) if fits(taken * count // 2, free)), default=2)


@dataclass(slots=True)
class _Lowered:
    counts: tuple[int, ...]
    steps_left: int = _STEPS_WITHOUT


def probe(
    network: Network,
    shape: Shape,
    tokens: int,
    width: int,
    device: torch.device,
    most: int,
    gauge: Gauge | None = None,
) -> tuple[int, ...]:
    """Find the largest class of row counts, up to ``most``, in which a row comes out the same to the last bit.

    A count that would not fit into memory, going by what the last took, is not tried.
    """
    gauge = gauge or Gauge(device)
    rows = _Rows.random(shape, tokens, width, device)
    classes: list[tuple[Tensor, list[int]]] = []
    per_row: float | None = None
    for count in (count for count in CANDIDATES if count <= most):
        if per_row is not None and not fits(int(per_row * count), gauge.free()):
            break
        row, taken = gauge.taken(lambda count=count: rows.row_of(network, count))
        per_row = None if taken is None else taken / count
        if row is None:
            continue
        alike = next((members for other, members in classes if torch.equal(other, row)), None)
        if alike is None:
            classes.append((row, [count]))
        else:
            alike.append(count)
    able = [members for _, members in classes if members[0] <= _LARGEST_LEAST]
    return tuple(max(able, key=len, default=_PAIR))


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """A row to try a network on: latents (1, C, h, w) and a context (1, tokens, width)."""

    latents: Tensor
    context: Tensor

    @classmethod
    def random(cls, shape: Shape, tokens: int, width: int, device: torch.device) -> "_Rows":
        generator = torch.Generator().manual_seed(0)
        latents = torch.randn(1, *shape, generator=generator).to(device)
        return cls(latents, torch.randn(1, tokens, width, generator=generator).to(device))

    @torch.inference_mode()
    def row_of(self, network: Network, count: int) -> Tensor | None:
        """What becomes of the row in a call that holds it ``count`` times; None if that depends on its place."""
        timesteps = torch.full((count,), 500.25, device=self.latents.device)
        rows, contexts = self.latents.expand(count, -1, -1, -1), self.context.expand(count, -1, -1)
        try:
            outputs = network(rows, timesteps, contexts)
        except RuntimeError as fault:
            if is_out_of_memory(fault):
                return None
            raise
        return outputs[0] if all(torch.equal(output, outputs[0]) for output in outputs) else None
