"""What may be done to draw faster than plainly, each with a switch of its own."""

from dataclasses import dataclass
from typing import Literal

Switch = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceleration:
    """Each of them is ``on``, ``off`` or ``auto``: on where there is a CUDA device, and nowhere else.

    ``channels_last`` lays pictures out in memory as tensor cores like them. ``compile`` has torch compile the whole
    network, ``cuda_graphs`` has its calls recorded and played back: both take a while to warm up, in the background,
    and until then the network is computed plainly.
    """

    channels_last: Switch = "auto"
    compile: Switch = "auto"
    cuda_graphs: Switch = "auto"
