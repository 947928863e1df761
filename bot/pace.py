"""How fast pictures have come of late, to foretell how long many of them will take."""

from collections.abc import Iterable

from generation.samplers.names import network_calls
from generation.spec import PromptSpec

_MEMORY = 0.2


class Pace:
    """A moving average of seconds for each step of a megapixel; good enough to foretell minutes."""

    def __init__(self) -> None:
        self._seconds: float | None = None

    def note(self, spec: PromptSpec, seconds: float) -> None:
        """Note that the pictures of ``spec`` took so long."""
        pace = seconds / _work(spec)
        self._seconds = pace if self._seconds is None else self._seconds + _MEMORY * (pace - self._seconds)

    def foretell(self, specs: Iterable[PromptSpec]) -> float | None:
        """How many seconds ``specs`` will take at that pace; None before anything was drawn."""
        return None if self._seconds is None else self._seconds * sum(map(_work, specs))


def _work(spec: PromptSpec) -> float:
    return spec.count * network_calls(spec.sampler, spec.steps) * spec.width * spec.height / 1e6
