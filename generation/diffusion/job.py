"""A job as the loop holds it: its order, and which of its pictures wait, are under way, or are done."""

from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from generation.diffusion.decoding import Pixels
from generation.diffusion.request import Request
from generation.messages import Draw
from generation.scheduler import PictureId, Ticket


@dataclass(slots=True, eq=False)
class Job:
    """A job's pictures, by index: waiting or under way in ``tickets``, under way in ``requests``.

    ``source`` are the latents (C, h, w) of what is drawn over, once they are needed.
    ``watched`` says that somebody wants to see the next step, ``reported`` when its progress was last told.
    """

    order: Draw
    tickets: dict[int, Ticket] = field(default_factory=dict)
    requests: dict[int, Request] = field(default_factory=dict)
    previews: dict[int, Pixels] = field(default_factory=dict)
    source: Tensor | None = None
    watched: bool = False
    reported: float = 0.0

    @property
    def key(self) -> str:
        return self.order.key

    @property
    def source_pixels(self) -> Pixels:
        """The picture that is drawn over, (height, width, 3)."""
        spec = self.order.spec
        return np.frombuffer(self.order.body, dtype=np.uint8).reshape(spec.height, spec.width, 3)

    @property
    def ids(self) -> list[PictureId]:
        """The ids of all its pictures, those that are done too."""
        return [(self.key, index) for index in range(self.order.spec.count)]
