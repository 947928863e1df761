"""Enlarging gives what ncnn gives, and a picture put together of tiles is the picture made in one piece."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generation.diffusion.upscaler import upscaler
from generation.diffusion.upscaler.network import build
from generation.diffusion.upscaler.upscaler import DIGEST, FOLDER, WEIGHTS, Factor, Upscaler, cut
from generation.errors import DrawingFailed, InvalidChoice, ModelUnavailable

PICTURES = Path(__file__).parent / "pictures"
CPU = torch.device("cpu")


def open_picture(name: str) -> Image.Image:
    with Image.open(PICTURES / f"{name}.png") as picture:
        return picture.convert("RGB")


def upscaler_of(tile: int, factor: Factor = 4) -> Upscaler:
    return Upscaler(build(upscaler.read_weights(FOLDER / WEIGHTS, DIGEST)), factor, CPU, tile=tile)


def difference(one: Image.Image, other: Image.Image) -> int:
    """The largest, in levels of 255."""
    assert one.size == other.size
    return int(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max())


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("name", ["sketch", "odd"])
def test_enlarges_as_ncnn_does(name: str, factor: Factor) -> None:
    assert difference(Upscaler.load(factor).upscale(open_picture(name)), open_picture(f"{name}-{factor}")) <= 1


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("tile", [8, 13, 40])
def test_tiles_leave_no_seam(tile: int, factor: Factor) -> None:
    picture = open_picture("sketch")
    assert difference(upscaler_of(tile, factor).upscale(picture), upscaler_of(1000, factor).upscale(picture)) <= 1


def test_a_smaller_margin_would_leave_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = upscaler_of(1000).upscale(open_picture("sketch"))
    monkeypatch.setattr(upscaler, "MARGIN", 4)
    assert difference(upscaler_of(13).upscale(open_picture("sketch")), whole) > 1


def test_the_same_picture_gives_the_same_result() -> None:
    assert difference(*(Upscaler.load(2).upscale(open_picture("odd")) for _ in range(2))) == 0


def test_says_how_much_is_done_after_each_tile() -> None:
    assert list(upscaler_of(32).work(open_picture("sketch"))) == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (17, 5), (33, 48)])
def test_tiles_cover_a_picture_once(size: tuple[int, int]) -> None:
    covered = np.zeros(size, int)
    for tile in cut(*size, 16):
        covered[tile.top : tile.bottom, tile.left : tile.right] += 1
    assert (covered == 1).all()


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    made = Upscaler.load(2).upscale(Image.new(mode, (5, 3)))
    assert (made.mode, made.size) == ("RGB", (10, 6))


def test_refuses_another_factor() -> None:
    with pytest.raises(InvalidChoice, match="2 or 4") as caught:
        Upscaler.load(3)  # pyright: ignore[reportArgumentType]  # that is what is tested
    assert caught.value.field == "factor"


def failing_with(answer: Callable[[torch.Tensor], torch.Tensor]) -> Upscaler:
    network = build(upscaler.read_weights(FOLDER / WEIGHTS, DIGEST))
    network.forward = lambda pictures: answer(pictures)
    return Upscaler(network, 4, CPU)


def test_refuses_to_hand_over_what_is_no_picture() -> None:
    with pytest.raises(DrawingFailed):
        failing_with(lambda part: part.repeat(1, 1, 4, 4) * torch.nan).upscale(Image.new("RGB", (8, 8)))


def test_says_that_memory_is_too_small() -> None:
    def fail(_: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("no memory")

    with pytest.raises(DrawingFailed, match="memory"):
        failing_with(fail).upscale(Image.new("RGB", (8, 8)))


def test_says_that_weights_are_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="Install"):
        Upscaler.load(2, folder=tmp_path)


def test_says_that_weights_are_damaged(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS).write_bytes((FOLDER / WEIGHTS).read_bytes()[:-1] + b"\xff")
    with pytest.raises(ModelUnavailable, match="damaged"):
        Upscaler.load(2, folder=tmp_path)


def test_says_that_a_device_is_not_there() -> None:
    with pytest.raises(ModelUnavailable):
        Upscaler.load(2, device="xpu:9")
