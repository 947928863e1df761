"""Takes the picture gate's weights out of npm's package ``nsfwjs``: ``python -m … nsfwjs-4.3.0.tgz FOLDER``.

The package (MIT; ``npm pack nsfwjs@4.3.0``) holds them as JavaScript: a manifest that names the tensors, and shards of
base64 with one byte a number. Only the packaging and the order of the axes change; no number does.
"""

import argparse
import base64
import re
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from math import prod
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from generation.diffusion.gate.network import RANGE
from generation.diffusion.gate.picture_gate import DIGEST, WEIGHTS

SOURCE = "package/dist/models/mobilenet_v2_mid/"
SHARDS = ("group1-shard1of2.min.js", "group1-shard2of2.min.js")
INPUT_SCALING = ("hub_input/Mul/y", "hub_input/Sub/y")

_NUMBER = r"-?[\d.]+(?:e-?\d+)?"
_ENTRY = re.compile(
    r'\{name:"([^"]+)",shape:\[([\d,]*)\],dtype:"float32",'
    rf'quantization:\{{min:({_NUMBER}),scale:({_NUMBER}),dtype:"uint8"\}}\}}'
)
_TEXT = re.compile(r'"([A-Za-z0-9+/]+={0,2})"')


@dataclass(frozen=True, slots=True)
class Entry:
    """A tensor of the manifest: a code c stands for offset + scale × c."""

    name: str
    shape: tuple[int, ...]
    offset: float
    scale: float


def convert(package: Path) -> bytes:
    """The gate's weights as a safetensors file: for each name its codes (uint8), and their range (float64)."""
    manifest, codes = _read(package)
    packed: dict[str, Tensor] = {}
    for entry, part in _cut(manifest, codes):
        if not entry.name.endswith(INPUT_SCALING):
            name = _name(entry.name)
            packed[name] = _axes(name, part.view(entry.shape))
            packed[name + RANGE] = torch.tensor([entry.offset, entry.scale], dtype=torch.float64)
    return save(packed)


def _read(package: Path) -> tuple[list[Entry], bytes]:
    with tarfile.open(package) as archive:
        texts = {name: archive.extractfile(SOURCE + name) for name in ("model.min.js", *SHARDS)}
        held = {name: file.read().decode("ascii") for name, file in texts.items() if file}
    manifest = [
        Entry(name, tuple(map(int, filter(None, shape.split(",")))), float(offset), float(scale))
        for name, shape, offset, scale in _ENTRY.findall(held["model.min.js"])
    ]
    return manifest, b"".join(base64.b64decode(max(_TEXT.findall(held[name]), key=len)) for name in SHARDS)


def _cut(manifest: list[Entry], codes: bytes) -> Iterator[tuple[Entry, Tensor]]:
    """The entries with their codes, which lie one after the other."""
    if sum(prod(entry.shape) for entry in manifest) != len(codes):
        raise SystemExit("The manifest and the shards do not belong together; this is another version of the package.")
    left = torch.frombuffer(bytearray(codes), dtype=torch.uint8)
    for entry in manifest:
        yield entry, left[: prod(entry.shape)]
        left = left[prod(entry.shape) :]


def _name(theirs: str) -> str:
    """Our name of a tensor: ``…/expanded_conv_3/expand/Conv2D_weights`` is ``blocks.3.expand.weight``."""
    if theirs.startswith("Func/"):
        return "kinds.weight" if theirs.endswith("_262") else "kinds.bias"
    layer, _, part = theirs.rsplit("predict/", 1)[1].removeprefix("MobilenetV2/").rpartition("/")
    role = "weight" if part.endswith("_weights") else "bias"
    if layer in ("Conv", "Conv_1"):
        return f"{'first' if layer == 'Conv' else 'last'}.{role}"
    block, convolution = layer.split("/")
    return f"blocks.{block.removeprefix('expanded_conv').removeprefix('_') or '0'}.{convolution}.{role}"


def _axes(name: str, codes: Tensor) -> Tensor:
    """From TensorFlow's order of axes to torch's: HWIO to OIHW (depthwise HWI1 to I1HW), and in × out to out × in."""
    if codes.dim() == 4:
        codes = codes.permute(2, 3, 0, 1) if ".depthwise." in name else codes.permute(3, 2, 0, 1)
    return (codes.T if codes.dim() == 2 else codes).contiguous()


def main() -> None:
    """Convert a package, and say whether the result is the file that the gate trusts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("package", type=Path, help="the package as npm packs it, a .tgz")
    parser.add_argument("folder", type=Path, help=f"where {WEIGHTS} is to be written")
    options = parser.parse_args()
    content = convert(options.package)
    (options.folder / WEIGHTS).write_bytes(content)
    digest = sha256(content).hexdigest()
    verdict = "as the gate expects it" if digest == DIGEST else f"not the one that the gate trusts, {DIGEST}"
    sys.stdout.write(f"{options.folder / WEIGHTS}: {len(content):,} bytes, SHA-256 {digest}, {verdict}\n")


if __name__ == "__main__":
    main()
