"""The machine: memory, and what torch can draw on."""

import os
from pathlib import Path

from bot.cli.checks.finding import Finding, good, note, problem

_GIB = 2**30
_MEMINFO = Path("/proc/meminfo")
_LEAST, _USUAL = 1.0, 6.0  # GiB: the sketch model; a Stable Diffusion 1.x model in fp32


def check_memory() -> Finding:
    """Look at how much memory is free."""
    free = free_memory()
    if free is None:
        return note("memory", "How much is free cannot be told on this system.", "A 1.x model needs 6 GiB on a CPU.")
    found = f"{free / _GIB:.1f} GiB free."
    if free < _LEAST * _GIB:
        return problem("memory", found, "Close other programs: even the sketch model wants a gigabyte.")
    if free < _USUAL * _GIB:
        return note("memory", found, "Enough for the sketch model. A Stable Diffusion 1.x model on a CPU wants 6 GiB.")
    return good("memory", found)


def free_memory() -> int | None:
    """Return the bytes that programs can still have; None where the system does not say."""
    try:
        rows = dict(line.split(":", 1) for line in _MEMINFO.read_text(encoding="ascii").splitlines())
        return int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def check_device(device: str) -> Finding:
    """Look whether torch can draw on ``device``."""
    try:
        import torch
    except ImportError as fault:
        return problem("device", f"torch cannot be imported: {fault}.", "Install the program again.")
    if device.startswith("cuda") and not torch.cuda.is_available():
        return problem(
            "device", f"DEVICE is {device}, and there is no CUDA device.", "Set it to auto, or see to the driver."
        )
    if device == "cpu" or not torch.cuda.is_available():
        found = f"CPU, {torch.get_num_threads()} threads."
        return note("device", found, "Fine for the sketch model; minutes a picture with a Stable Diffusion 1.x model.")
    free, total = torch.cuda.mem_get_info()
    found = f"{torch.cuda.get_device_name()}: {free / _GIB:.1f} of {total / _GIB:.1f} GiB free."
    if free < 3 * _GIB:
        return note("device", found, "A Stable Diffusion 1.x model wants 3 GiB: end what else runs there.")
    return good("device", found)
