"""Weights come out of a package as they went in: the same numbers under our names, in torch's order of axes."""

import base64
import io
import tarfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load

from generation.diffusion.gate.conversion import SOURCE, convert
from generation.diffusion.gate.network import Network, restore

GRAPH = "StatefulPartitionedCall/predict/"
BLOCK = GRAPH + "MobilenetV2/expanded_conv"
TENSORS = (
    (GRAPH + "MobilenetV2/Conv/Conv2D_weights", (3, 3, 3, 2), "first.weight", (2, 3, 3, 3)),
    (GRAPH + "MobilenetV2/Conv_1/Conv2D_bn_offset", (4,), "last.bias", (4,)),
    (BLOCK + "/depthwise/depthwise_weights", (3, 3, 8, 1), "blocks.0.depthwise.weight", (8, 1, 3, 3)),
    (BLOCK + "_12/project/Conv2D_weights", (1, 1, 6, 5), "blocks.12.project.weight", (5, 6, 1, 1)),
    (GRAPH + "hub_input/Mul/y", (), None, ()),
    ("Func/StatefulPartitionedCall/input/_262", (7, 5), "kinds.weight", (5, 7)),
    ("Func/StatefulPartitionedCall/input/_263", (5,), "kinds.bias", (5,)),
)
SIZES = [torch.Size(shape).numel() for _, shape, _, _ in TENSORS]


def write_package(path: Path, codes: bytes) -> Path:
    """A package as npm packs it, its codes cut into two shards at an odd place."""
    entries = ",".join(
        f'{{name:"{name}",shape:[{",".join(map(str, shape))}],dtype:"float32",'
        'quantization:{min:-.5,scale:2.5e-3,dtype:"uint8"}}'
        for name, shape, _, _ in TENSORS
    )
    texts = {"model.min.js": f"!function(){{weights:[{entries}]}}"}
    for number, shard in ((1, codes[:101]), (2, codes[101:])):
        texts[f"group1-shard{number}of2.min.js"] = f'e.exports="{base64.b64encode(shard).decode()}"'
    with tarfile.open(path, "w:gz") as archive:
        for name, text in texts.items():
            entry = tarfile.TarInfo(SOURCE + name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path


@pytest.fixture
def codes() -> bytes:
    """Numbers for all tensors."""
    return bytes(index % 251 for index in range(sum(SIZES)))


def test_names_and_axes_become_ours(tmp_path: Path, codes: bytes) -> None:
    packed = load(convert(write_package(tmp_path / "package.tgz", codes)))
    shapes = {name: tuple(tensor.shape) for name, tensor in packed.items() if not name.endswith(".range")}
    assert shapes == {ours: shape for _, _, ours, shape in TENSORS if ours}


def test_numbers_stay(tmp_path: Path, codes: bytes) -> None:
    weights = restore(load(convert(write_package(tmp_path / "package.tgz", codes))))
    kinds = codes[-5 - 35 : -5]
    expected = torch.tensor([-0.5 + 0.0025 * code for code in kinds]).view(7, 5).T
    assert torch.equal(weights["kinds.weight"], expected)
    first = torch.tensor([-0.5 + 0.0025 * code for code in codes[:54]]).view(3, 3, 3, 2)
    assert torch.equal(weights["first.weight"][1, 2], first[:, :, 2, 1])


def test_refuses_shards_of_another_version(tmp_path: Path, codes: bytes) -> None:
    with pytest.raises(SystemExit, match="another version"):
        convert(write_package(tmp_path / "package.tgz", codes + b"more"))


def test_the_network_halves_its_picture_five_times() -> None:
    network = Network().eval()
    assert network.blocks(network.first(torch.zeros(1, 3, 224, 224))).shape == (1, 448, 7, 7)
