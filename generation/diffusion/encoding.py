"""Checks pictures and writes them to bytes in a thread beside the loop: PNG with its recipe, previews as JPEG."""

import io
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext

from PIL import Image

from generation import png, recipe
from generation.diffusion import preview
from generation.diffusion.decoding import Pixels
from generation.diffusion.gate.picture_gate import PictureGate
from generation.errors import GateFailed
from generation.gate import GateScores
from generation.messages import ModelInfo
from generation.spec import PromptSpec
from generation.version import program_version

_log = logging.getLogger(__name__)

#: Twice 4096x4096: larger files are refused before they are unpacked, because a small file may hold a huge picture.
_MOST_PIXELS = 2 * 4096 * 4096


class Encoder:
    """One thread that works in the order of asking; whatever fails there ends the process through ``fault``.

    What it does is done within ``busy()``, so that it is seen when it does not end. Without a ``gate``, no picture
    passes for checked.
    """

    def __init__(
        self,
        info: ModelInfo,
        gate: PictureGate | None,
        fault: Callable[[BaseException], None],
        busy: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._info, self._gate, self._fault, self._busy = info, gate, fault, busy
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    def picture(self, pixels: Pixels, spec: PromptSpec, then: Callable[[GateScores | None, bytes], None]) -> None:
        """Check a finished picture, and encode it as PNG, its recipe inside. Scores are None where the check failed."""
        self._do(lambda: then(self._checked(pixels), self._png(pixels, spec)))

    def preview(self, pictures: Sequence[Pixels], then: Callable[[bytes], None]) -> None:
        """Encode previews, side by side, as a small JPEG."""
        self._do(lambda: then(preview.encode(pictures)))

    def score(self, file: bytes, then: Callable[[GateScores | GateFailed], None]) -> None:
        """Check a picture that comes as a file."""
        self._do(lambda: then(self._scored(file)))

    def settle(self) -> None:
        """Wait until everything asked for so far is done."""
        self._thread.submit(lambda: None).result()

    def _do(self, work: Callable[[], None]) -> None:
        self._thread.submit(self._seen, work).add_done_callback(
            lambda done: (fault := done.exception()) and self._fault(fault)
        )

    def _seen(self, work: Callable[[], None]) -> None:
        with self._busy():
            work()

    def _checked(self, pixels: Pixels) -> GateScores | None:
        if self._gate is None:
            return None
        try:
            return self._gate.score(Image.fromarray(pixels))
        except GateFailed as error:
            _log.warning("%s", error)
            return None

    def _scored(self, file: bytes) -> GateScores | GateFailed:
        if self._gate is None:
            return GateFailed("The picture check is not there, so the picture was not looked at.")
        try:
            return self._gate.score(_opened(file))
        except GateFailed as error:
            return error

    def _png(self, pixels: Pixels, spec: PromptSpec) -> bytes:
        mode = (recipe.DRAWING_MODE, self._info.mode)
        text = recipe.write(spec, version=program_version(), model_hash=self._info.hash, extra=[mode])
        return png.embed(Image.fromarray(pixels), text)


def _opened(file: bytes) -> Image.Image:
    """Unpack a picture; GateFailed for whatever is none, or is too large to be unpacked."""
    try:
        picture = Image.open(io.BytesIO(file))
        too_large = picture.width * picture.height > _MOST_PIXELS
        if not too_large:
            picture.load()
    except Exception as fault:  # Pillow raises many kinds; none of them makes a picture clean
        raise GateFailed("The file could not be read as a picture.") from fault
    if too_large:
        raise GateFailed(f"The picture is too large to be checked: {picture.width}x{picture.height}.")
    return picture
