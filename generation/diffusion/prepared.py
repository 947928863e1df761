"""The network prepared for this machine, and the thread in which it warms up while pictures are drawn plainly."""

import logging
import threading
from collections.abc import Iterable
from queue import SimpleQueue

import torch

from generation.diffusion.rows import Network, RowCounts, Shape

_log = logging.getLogger(__name__)


#: Shapes that are warmed up, with their numbers of tokens; each keeps memory of its own, so what comes later is drawn
#: plainly.
MOST_WARM = 48


class Prepared:
    """A network to be used for the latent shapes and numbers of tokens that it is warm for.

    ``counts`` are row counts that agree when computed so. What does not warm up stays with the plain network.
    """

    def __init__(self, network: Network, counts: RowCounts) -> None:
        self.network, self.counts = network, counts
        self._wanted: SimpleQueue[tuple[Shape, int]] = SimpleQueue()
        self._asked: set[tuple[Shape, int]] = set()
        self._warm: set[tuple[Shape, int]] = set()
        self._threads = torch.get_num_threads()
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def serves(self, shape: Shape, tokens: Iterable[int]) -> bool:
        """Whether it is warm for latents of ``shape`` with each of these numbers of tokens; it soon will be."""
        keys = {(shape, length) for length in tokens}
        for key in keys - self._asked:
            if len(self._asked) < MOST_WARM:
                self._asked.add(key)
                self._wanted.put(key)
        return keys <= self._warm

    def _warm_up(self) -> None:
        torch.set_num_threads(self._threads)  # which row counts agree depends on it
        while True:
            shape, tokens = self._wanted.get()
            try:
                self.counts.warm(shape, tokens)
            except Exception:  # noqa: BLE001  (of a compiler, a driver, a full memory: pictures are drawn all the same)
                _log.warning("Latents of %s with %d tokens stay with the plain network.", shape, tokens, exc_info=True)
            else:
                self._warm.add((shape, tokens))
