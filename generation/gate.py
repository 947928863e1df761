"""What the picture gate says of a picture; it knows neither the network that said it nor what follows from it."""

import math
from dataclasses import astuple, dataclass

from generation.errors import GateFailed


@dataclass(frozen=True, slots=True)
class GateScores:
    """How much a picture looks like each of five kinds, each from 0 to 1, together 1.

    ``drawing`` and ``neutral`` are harmless drawings and photographs, ``hentai`` and ``porn`` explicit ones; ``sexy``
    pictures stop short of that. Raises GateFailed for a number that is none of these: every comparison with a NaN is
    false, so it would pass any threshold.
    """

    drawing: float
    hentai: float
    neutral: float
    porn: float
    sexy: float

    def __post_init__(self) -> None:
        if not all(0 <= score <= 1 for score in astuple(self)) or not math.isclose(sum(astuple(self)), 1, abs_tol=1e-3):
            raise GateFailed("The picture check gave scores that cannot be; the picture waits for a moderator.")

    @property
    def explicit(self) -> float:
        """How much it looks explicit, drawn or photographed; from 0 to 1."""
        return min(self.hentai + self.porn, 1.0)

    @property
    def suggestive(self) -> float:
        """How much it looks explicit or close to it; from 0 to 1, never under ``explicit``."""
        return min(self.hentai + self.porn + self.sexy, 1.0)
