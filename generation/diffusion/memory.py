"""How much memory is free, on the machine and on its accelerator, and how much a piece of work takes."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")
_STATUS, _REFERENCES = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_FORGET_PEAK = "5"

#: Of what is free, so much may be taken: others want some too, and what was measured was one case.
_SHARE = 0.8

Result = TypeVar("Result")


class Gauge:
    """Measures what work takes of ``device`` at its peak; on a CPU that is what the process grows by."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def free(self) -> int | None:
        """Bytes that can still be taken."""
        return free_memory(self._device)

    def taken(self, work: Callable[[], Result]) -> tuple[Result, int | None]:
        """Do ``work``; return what it returns, and the bytes it took at its peak, None where nothing tells."""
        if self._device.type == "cuda":
            return self._taken_there(work)
        before = _forget_peak() and _status("VmRSS:")
        result = work()
        peak = _status("VmHWM:")
        return result, max(0, peak - before) if before and peak else None

    def _taken_there(self, work: Callable[[], Result]) -> tuple[Result, int]:
        torch.cuda.reset_peak_memory_stats(self._device)
        before = torch.cuda.memory_allocated(self._device)
        result = work()
        return result, torch.cuda.max_memory_allocated(self._device) - before


def fits(needed: int, free: int | None) -> bool:
    """Whether so many bytes may be taken of those that are free; yes where nothing says how many are."""
    return free is None or needed <= _SHARE * free


def free_memory(device: torch.device) -> int | None:
    """Bytes that can still be taken on ``device``; None where nothing says so."""
    if device.type == "cuda":
        kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + kept
    return min((free for free in (_free_on_machine(), _free_in_group()) if free is not None), default=None)


def taken_on(device: torch.device) -> int:
    """Bytes that this process has taken of an accelerator's memory, kept ones too; 0 on a CPU."""
    return torch.cuda.memory_reserved(device) if device.type == "cuda" else 0


def is_out_of_memory(fault: BaseException) -> bool:
    """Whether ``fault`` says that memory ran out; on a CPU, torch says so with a plain RuntimeError."""
    if isinstance(fault, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(fault, RuntimeError) and "can't allocate memory" in str(fault)


def release() -> None:
    """Give memory back that is kept for later work and holds nothing now."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _forget_peak() -> bool:
    """Let the process's peak count from now on; whether that worked."""
    try:
        _REFERENCES.write_text(_FORGET_PEAK, encoding="ascii")
    except OSError:
        return False
    return True


def _status(name: str) -> int | None:
    """A line of what the system says of this process, in bytes."""
    try:
        lines = (line.split() for line in _STATUS.read_text(encoding="ascii").splitlines())
    except OSError:
        return None
    return next((int(words[1]) * 1024 for words in lines if words[0] == name), None)


def _free_on_machine() -> int | None:
    if not _MEMINFO.is_file():
        return None
    lines = (line.split() for line in _MEMINFO.read_text(encoding="ascii").splitlines())
    return next((int(words[1]) * 1024 for words in lines if words[0] == "MemAvailable:"), None)


def _free_in_group() -> int | None:
    """What a container's limit leaves; memory that only caches files counts as free."""
    try:
        limit = (_GROUP / "memory.max").read_text(encoding="ascii").strip()
        used = int((_GROUP / "memory.current").read_text(encoding="ascii"))
        stat = dict(line.split() for line in (_GROUP / "memory.stat").read_text(encoding="ascii").splitlines())
    except (OSError, ValueError):
        return None
    return None if limit == "max" else int(limit) - used + int(stat.get("inactive_file", 0))
