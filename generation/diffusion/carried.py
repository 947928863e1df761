"""Reads the weights that ride with the program, and only if not a byte of them has changed."""

from hashlib import sha256
from pathlib import Path

from safetensors.torch import load
from torch import Tensor

from generation.errors import ModelUnavailable


def read_weights(path: Path, digest: str) -> dict[str, Tensor]:
    """Read a safetensors file whose SHA-256 is ``digest``, in hexadecimal; the tensors are on the CPU.

    Raises ModelUnavailable if it is missing, cannot be read, or is another file.
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise ModelUnavailable(f"{path} cannot be read: {fault.strerror}. Install the program again.") from fault
    if sha256(content).hexdigest() != digest:
        raise ModelUnavailable(f"{path} is damaged or has been changed. Install the program again.")
    return load(content)
