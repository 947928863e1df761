"""Looks at a picture and says how much it resembles each of five kinds; whatever goes wrong on the way is one error.

It was made for pictures from the internet, not for this program's; nothing is promised about how often it is right,
and it cannot tell anybody's age.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from generation.diffusion.carried import read_weights
from generation.diffusion.gate.network import SIDE, Network, build
from generation.errors import GateFailed
from generation.gate import GateScores

FOLDER = Path(__file__).parent
WEIGHTS = "weights.safetensors"
DIGEST = "7ebdbbae736d72c1b20919eaa5e5c6db59288edd439dd5ecc221ec38ac02b636"

#: What Pillow turns into 8-bit RGB without cutting values off; 16-bit modes, for one, would come out white.
MODES = frozenset({"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"})
BACKGROUNDS = ("black", "white")


class PictureGate:
    """Scores pictures. Slow on a busy machine if given more than one thread, so it takes one."""

    def __init__(self, network: Network, device: torch.device) -> None:
        self._network = network.to(device)
        self._device = device

    @classmethod
    def load(cls, *, device: str | torch.device = "cpu", folder: Path = FOLDER) -> "PictureGate":
        """Read the weights in ``folder``. Raises GateFailed if they are missing, or a byte of them has changed."""
        with _failing_closed("The picture check cannot be loaded"):
            return cls(build(read_weights(folder / WEIGHTS, DIGEST)), torch.device(device))

    def score(self, picture: Image.Image) -> GateScores:
        """Score one picture, of any size; of an animation, the frame it shows.

        One with transparency is looked at three times, without it, on black and on white, and has the scores of the
        time it looked most suggestive. Raises GateFailed for whatever goes wrong; such a picture is held, and never
        taken for clean.
        """
        with _failing_closed("The picture could not be checked"):
            views = torch.cat([_prepare(view, self._device) for view in _views(picture)])
            with _one_thread(), torch.inference_mode():
                rows = self._network(views).double().tolist()
            return max((GateScores(*row) for row in rows), key=lambda scores: scores.suggestive)

    def score_all(self, pictures: Sequence[Image.Image]) -> tuple[GateScores, ...]:
        """Score several pictures, in order. Raises GateFailed if it fails on one of them."""
        return tuple(map(self.score, pictures))


def _views(picture: Image.Image) -> list[Image.Image]:
    """The pictures, in RGB, that people may come to see of one."""
    if picture.mode not in MODES:
        raise ValueError(f"a picture of mode {picture.mode}")
    if not picture.has_transparency_data:
        return [picture.convert("RGB")]
    clear = picture.convert("RGBA")
    grounds = [Image.new("RGBA", clear.size, background) for background in BACKGROUNDS]
    return [view.convert("RGB") for view in (clear, *(Image.alpha_composite(ground, clear) for ground in grounds))]


def _prepare(picture: Image.Image, device: torch.device) -> Tensor:
    """RGB to float32 (1, 3, 224, 224) in 0 to 1; bilinear with aligned corners, as the network was trained."""
    pixels = torch.from_numpy(np.array(picture)).to(device).permute(2, 0, 1)[None].float() / 255
    return interpolate(pixels, (SIDE, SIDE), mode="bilinear", align_corners=True)


@contextmanager
def _failing_closed(sentence: str) -> Iterator[None]:
    """Turn every error into GateFailed."""
    try:
        yield
    except GateFailed:
        raise
    except Exception as fault:  # whatever it is, a picture that was not looked at is not clean
        raise GateFailed(f"{sentence}: {fault}") from fault


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
