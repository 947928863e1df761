"""Writes pictures to bytes in a thread beside the loop: PNG with its recipe, previews as JPEG."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from generation import png, recipe
from generation.diffusion import preview
from generation.diffusion.decoding import Pixels
from generation.messages import ModelInfo
from generation.spec import PromptSpec
from generation.version import program_version


class Encoder:
    """One thread that encodes in the order of asking; whatever fails there ends the process through ``fault``."""

    def __init__(self, info: ModelInfo, fault: Callable[[BaseException], None]) -> None:
        self._info, self._fault = info, fault
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    def picture(self, pixels: Pixels, spec: PromptSpec, then: Callable[[bytes], None]) -> None:
        """Encode a finished picture as PNG, its recipe inside."""
        self._do(lambda: then(self._png(pixels, spec)))

    def preview(self, pictures: Sequence[Pixels], then: Callable[[bytes], None]) -> None:
        """Encode previews, side by side, as a small JPEG."""
        self._do(lambda: then(preview.encode(pictures)))

    def settle(self) -> None:
        """Wait until everything asked for so far is encoded."""
        self._thread.submit(lambda: None).result()

    def _do(self, work: Callable[[], None]) -> None:
        self._thread.submit(work).add_done_callback(lambda done: (fault := done.exception()) and self._fault(fault))

    def _png(self, pixels: Pixels, spec: PromptSpec) -> bytes:
        text = recipe.write(spec, version=program_version(), model_hash=self._info.hash)
        return png.embed(Image.fromarray(pixels), text)
