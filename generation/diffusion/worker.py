"""The drawing process: reads orders from its input, runs the loop, writes what happens to its output.

    python -m generation.diffusion.worker

It holds no state that outlives it and opens no database. It ends when its input is closed, in the middle of a step if
need be, so that it never outlives the process that started it. Its threads: the loop, one that reads, one that writes,
one that checks and encodes pictures, where something is enlarged one that reads and writes its files, where there is
something to warm up one that does, and a pulse that tells every second how long any of those that pictures wait for has
been at what it is doing.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, BinaryIO

from generation import messages
from generation.errors import GateFailed, ModelUnavailable
from generation.ledger import Ledger
from generation.messages import (
    Alive,
    Begun,
    Cancel,
    Draw,
    Enlarge,
    Load,
    Loaded,
    Look,
    Message,
    Reprioritise,
    Score,
    Unloadable,
)

if TYPE_CHECKING:
    from generation.diffusion.gate.picture_gate import PictureGate

_log = logging.getLogger(__name__)

_PULSE_SECONDS = 1.0
#: How far this process steps back behind others, on the system's scale up to 19.
_NICENESS = 5


class Outbox:
    """Messages on their way out, written by a thread of its own: a slow reader never holds up the loop."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._queue: SimpleQueue[Message | threading.Event] = SimpleQueue()
        threading.Thread(target=self._write, name="writer", daemon=True).start()

    def put(self, message: Message) -> None:
        """Queue a message. That a job begins is on its way before this returns: it may be the last that is heard."""
        self._queue.put(message)
        if isinstance(message, Begun):
            self.flush()

    def flush(self) -> None:
        """Wait until everything queued so far is written."""
        written = threading.Event()
        self._queue.put(written)
        written.wait()

    def _write(self) -> None:
        while True:
            item = self._queue.get()
            if isinstance(item, threading.Event):
                self._stream.flush()
                item.set()
            else:
                self._stream.write(messages.frame(item))
                self._stream.flush()


class Pulse:
    """How long the loop, or a thread that pictures wait for, has been at what it is doing, told once a second.

    ``accelerator`` says how many bytes of an accelerator's memory are taken.
    """

    def __init__(self, outbox: Outbox, ledger: Ledger) -> None:
        self._outbox, self._ledger = outbox, ledger
        self.accelerator: Callable[[], int] = int
        self._since: dict[int, float] = {}
        threading.Thread(target=self._beat, name="pulse", daemon=True).start()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """The time inside counts as one step of the thread that is there."""
        self._since[threading.get_ident()] = time.monotonic()
        try:
            yield
        finally:
            del self._since[threading.get_ident()]

    def _beat(self) -> None:
        while True:
            since = min(list(self._since.values()), default=None)
            self._outbox.put(
                Alive(
                    busy=0.0 if since is None else time.monotonic() - since,
                    usual=self._ledger.longest_step,
                    totals=self._ledger.tally.totals,
                    accelerator_bytes=self.accelerator(),
                )
            )
            time.sleep(_PULSE_SECONDS)


def main() -> None:
    """Serve one model until the input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; whoever started this decides
    _step_back()
    orders, output = _claim_pipes()
    if (load := _read(orders)) is None:
        return
    if not isinstance(load, Load):
        raise TypeError(f"the first message must be Load, not {load}")
    outbox, ledger = Outbox(output), Ledger()
    pulse = Pulse(outbox, ledger)
    inbox: SimpleQueue[Message] = SimpleQueue()
    threading.Thread(target=_read_into, args=(orders, inbox), name="reader", daemon=True).start()
    _serve(load, inbox, outbox, pulse, ledger)


def _step_back() -> None:
    """Let whoever answers people go first where there is one processor for both; a picture can wait a moment."""
    with suppress(AttributeError, OSError):  # Windows has no such thing
        os.nice(_NICENESS)


def _serve(load: Load, inbox: SimpleQueue[Message], outbox: Outbox, pulse: Pulse, ledger: Ledger) -> None:
    # Imported here: it takes seconds, in which the pulse already beats and stray prints go elsewhere.
    import torch
    import transformers
    from diffusers.utils import logging as diffusers_logging

    from generation.diffusion.assembly import assemble
    from generation.diffusion.enlarging import Enlargements
    from generation.diffusion.loading import load as load_model
    from generation.diffusion.memory import taken_on

    diffusers_logging.set_verbosity_error()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    # Setting it, if only to what it is, settles it for this thread: which row counts agree depends on it, and torch
    # would otherwise take over at any time what another thread, such as the picture gate's, has set for itself.
    torch.set_num_threads(load.threads or torch.get_num_threads())
    torch.get_num_threads()
    try:
        model = load_model(load)
        engine = assemble(
            model,
            preview=load.preview,
            reproducible=load.reproducible,
            acceleration=load.acceleration,
            gate=_gate(),
            report=outbox.put,
            fault=_end_with,
            busy=pulse.busy,
            ledger=ledger,
        )
    except ModelUnavailable as error:
        outbox.put(Unloadable(sentence=str(error)))
        return outbox.flush()
    enlargements = Enlargements(model.device, report=outbox.put, fault=_end_with, busy=pulse.busy)
    pulse.accelerator = partial(taken_on, model.device)
    outbox.put(Loaded(info=model.info))
    working = False
    while True:
        for message in _arrived(inbox, wait=not working):
            match message:
                case Draw():
                    engine.draw(message)
                case Enlarge():
                    enlargements.enlarge(message)
                case Cancel(key=key):
                    engine.cancel(key)
                    enlargements.cancel(key)
                case Reprioritise(key=key, priority=priority):
                    engine.reprioritise(key, priority)
                case Look(key=key):
                    engine.look(key)
                case Score():
                    engine.score(message)
        with pulse.busy():
            drawing = engine.tick()
            working = enlargements.tick() or drawing


def _gate() -> "PictureGate | None":
    """The picture gate. Where it cannot be loaded the log says why, and no picture passes for checked."""
    from generation.diffusion.gate.picture_gate import PictureGate

    try:
        return PictureGate.load()
    except GateFailed as error:
        _log.error("%s", error)
        return None


def _arrived(inbox: SimpleQueue[Message], *, wait: bool) -> Iterator[Message]:
    """What has arrived; waits for something where there is nothing else to do."""
    if wait:
        yield inbox.get()
    while True:
        try:
            yield inbox.get_nowait()
        except Empty:
            return


def _claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take input and output for messages; whatever prints afterwards prints to the error stream."""
    orders = os.fdopen(os.dup(0), "rb")
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return orders, output


def _read(orders: BinaryIO) -> Message | None:
    head = orders.read(messages.LENGTHS_SIZE)
    if len(head) < messages.LENGTHS_SIZE:
        return None
    header, body = messages.lengths(head)
    return messages.message(orders.read(header), orders.read(body))


def _read_into(orders: BinaryIO, inbox: SimpleQueue[Message]) -> None:
    """Read until the input is closed, and end the process then, whatever the loop is at."""
    while (message := _read(orders)) is not None:
        inbox.put(message)
    os._exit(0)


def _end_with(fault: BaseException) -> None:
    """End the process for a fault outside the loop: it is started again, and its jobs with it."""
    sys.excepthook(type(fault), fault, fault.__traceback__)
    os._exit(1)


if __name__ == "__main__":
    main()
