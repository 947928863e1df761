"""Pictures being enlarged beside the loop: a tile between two steps, so that nobody waits for a whole picture."""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext

import torch
from PIL import Image

from generation import png, recipe, source
from generation.diffusion.upscaler.upscaler import Factor, Upscaler
from generation.errors import InvalidChoice, NinewordsError, UnreadableRecipe
from generation.messages import Begun, Enlarge, Enlarged, Failed, Message, Places, Stepped
from generation.version import program_version

UPSCALER = "realesr-animevideov3"

#: Seconds for which the loop waits for a file to be read, at most, before it takes its next step.
_PATIENCE = 0.005


class _Work:
    """One picture: being read, then enlarged tile by tile."""

    def __init__(self, order: Enlarge, reading: "Future[Image.Image]") -> None:
        self.order, self.reading = order, reading
        self.tiles: Generator[float, None, Image.Image] | None = None
        self.count = 0

    def tell(self, share: float) -> Stepped:
        """How many of its tiles are done; the first one shows how many there are."""
        self.count = self.count or round(1 / share)
        return Stepped(
            key=self.order.key,
            step=round(share * self.count),
            steps=self.count,
            pictures_done=0,
            seconds_left=None,
            body=b"",
        )


class Enlargements:
    """The pictures to enlarge, first come, first served; files are read and written in a thread of its own.

    ``tick`` is called while it returns True. What fails for one picture is told; whatever else does goes to ``fault``.
    What the thread does is done within ``busy()``.
    """

    def __init__(
        self,
        device: torch.device,
        *,
        report: Callable[[Message], None],
        fault: Callable[[BaseException], None],
        busy: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._device, self._report, self._fault, self._busy = device, report, fault, busy
        self._upscalers: dict[int, Upscaler] = {}
        self._line: deque[_Work] = deque()
        self._files = ThreadPoolExecutor(max_workers=1, thread_name_prefix="enlarged files")

    def enlarge(self, order: Enlarge) -> None:
        """Let a picture join."""
        self._line.append(_Work(order, self._files.submit(self._read, order)))
        self._tell_places()

    def cancel(self, key: str) -> None:
        """Let a picture leave; nothing more is told of it."""
        self._line = deque(work for work in self._line if work.order.key != key)
        self._tell_places()

    def tick(self) -> bool:
        """Enlarge one tile of the foremost picture; False when there was none."""
        if not self._line:
            return False
        work = self._line[0]
        try:
            self._go_on(work)
        except NinewordsError as error:
            self._leave(work)
            field = error.field if isinstance(error, InvalidChoice) else None
            self._report(Failed(key=work.order.key, sentence=str(error), field=field))
        return True

    def _go_on(self, work: _Work) -> None:
        if work.tiles is None:
            if not wait([work.reading], timeout=_PATIENCE).done:
                return
            self._report(Begun(key=work.order.key))
            work.tiles = self._upscaler(work.order.factor).work(work.reading.result())
        try:
            self._report(work.tell(next(work.tiles)))
        except StopIteration as finished:
            self._leave(work)
            written = self._files.submit(self._write, work.order, finished.value)
            written.add_done_callback(lambda done: (fault := done.exception()) and self._fault(fault))

    def _upscaler(self, factor: int) -> Upscaler:
        if factor not in self._upscalers:
            known: dict[int, Factor] = {2: 2, 4: 4}
            self._upscalers[factor] = Upscaler.load(known[factor], device=self._device)
        return self._upscalers[factor]

    def _read(self, order: Enlarge) -> Image.Image:
        with self._busy():
            return readable(order.body, order.factor)

    def _write(self, order: Enlarge, large: Image.Image) -> None:
        with self._busy():
            body = png.embed(large, extended(order.body, order.factor))
        self._report(Enlarged(key=order.key, width=large.width, height=large.height, body=body))

    def _leave(self, work: _Work) -> None:
        self._line.remove(work)
        self._tell_places()

    def _tell_places(self) -> None:
        waiting = [work.order.key for work in self._line if work.tiles is None]
        if waiting:
            self._report(Places(places={key: (place, None) for place, key in enumerate(waiting, 1)}))


def extended(picture: bytes, factor: int) -> str:
    """The recipe in a picture's file, with what is done to it now in the words of AUTOMATIC1111's web UI."""
    try:
        text = png.read(picture)
    except UnreadableRecipe:
        text = ""
    done = (("Postprocess upscale by", factor), ("Postprocess upscaler", UPSCALER))
    return recipe.extend(text, done, version=program_version())


def readable(content: bytes, factor: int) -> Image.Image:
    """Open a picture's file to enlarge it; raise InvalidChoice for what cannot be, or would be too large."""
    picture = source.read(content)
    width, height = (side * factor for side in picture.size)
    if max(width, height) > png.LARGEST_SIDE:
        raise InvalidChoice(
            "factor",
            f"Enlarged {factor} times the picture would be {width}x{height}; no side may be longer than "
            f"{png.LARGEST_SIDE}.",
        )
    return picture
