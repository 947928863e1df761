"""The gate says what nsfwjs says, and nothing that goes wrong in it can be taken for a clean picture."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from PIL import Image

from generation.diffusion.gate import picture_gate
from generation.diffusion.gate.network import build
from generation.diffusion.gate.picture_gate import WEIGHTS, PictureGate
from generation.errors import GateFailed, RequestError
from generation.gate import GateScores

HERE = Path(__file__).parent
RECORDED: dict[str, dict[str, float]] = json.loads((HERE / "scores.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gate() -> PictureGate:
    return PictureGate.load()


def open_picture(name: str) -> Image.Image:
    return Image.open(HERE / "pictures" / name)


@pytest.mark.parametrize("name", RECORDED)
def test_says_what_nsfwjs_says(gate: PictureGate, name: str) -> None:
    assert asdict(gate.score(open_picture(name))) == pytest.approx(RECORDED[name], abs=1e-5)


def test_the_recorded_pictures_reach_every_kind() -> None:
    assert {max(scores, key=lambda kind: scores[kind]) for scores in RECORDED.values()} == set(asdict(SOMETHING))


def test_scores_several_in_order(gate: PictureGate) -> None:
    pictures = [open_picture(name) for name in ("sketch-0.png", "towards-sexy.png")]
    assert gate.score_all(pictures) == tuple(gate.score(picture) for picture in pictures)


@pytest.mark.parametrize("mode", sorted(picture_gate.MODES - {"La", "RGBa"}))
def test_looks_at_every_8_bit_mode(gate: PictureGate, mode: str) -> None:
    assert isinstance(gate.score(Image.new("RGB", (20, 30), "white").convert(mode)), GateScores)


@pytest.mark.parametrize("alpha", [0, 1])
def test_transparency_hides_nothing(gate: PictureGate, alpha: int) -> None:
    plain = open_picture("towards-porn.png").convert("RGB")
    clear = plain.copy()
    clear.putalpha(alpha)
    assert gate.score(clear).suggestive >= gate.score(plain).suggestive - 1e-6


def test_leaves_the_number_of_threads_as_it_was(gate: PictureGate) -> None:
    before = torch.get_num_threads()
    gate.score(Image.new("RGB", (8, 8)))
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("mode", ["I", "F", "I;16"])
def test_holds_what_would_lose_its_content(gate: PictureGate, mode: str) -> None:
    with pytest.raises(GateFailed):
        gate.score(Image.new(mode, (8, 8)))


def test_holds_a_truncated_file(gate: PictureGate, tmp_path: Path) -> None:
    cut = tmp_path / "cut.png"
    cut.write_bytes((HERE / "pictures" / "sketch-0.png").read_bytes()[:700])
    with Image.open(cut) as picture, pytest.raises(GateFailed):
        gate.score(picture)


def test_holds_an_empty_picture(gate: PictureGate) -> None:
    with pytest.raises(GateFailed):
        gate.score(Image.new("RGB", (0, 0)))


@pytest.mark.parametrize("fault", [RuntimeError("no kernel"), MemoryError(), torch.OutOfMemoryError("no memory")])
def test_holds_when_the_network_fails(fault: Exception) -> None:
    def fail(*_: object) -> torch.Tensor:
        raise fault

    with pytest.raises(GateFailed):
        gate_with(fail).score(Image.new("RGB", (8, 8)))


@pytest.mark.parametrize("row", [[float("nan")] * 5, [0.2, 0.2, float("inf"), 0.2, 0.2], [0.0] * 5, [1.0] * 5, [1.0]])
def test_holds_when_the_scores_cannot_be(row: list[float]) -> None:
    with pytest.raises(GateFailed):
        gate_with(lambda _: torch.tensor([row])).score(Image.new("RGB", (8, 8)))


def gate_with(answer: Callable[..., torch.Tensor]) -> PictureGate:
    """A gate whose network answers so."""
    network = build(picture_gate.read_weights(picture_gate.FOLDER / WEIGHTS, picture_gate.DIGEST))
    network.forward = answer
    return PictureGate(network, torch.device("cpu"))


def test_will_not_load_without_weights(tmp_path: Path) -> None:
    with pytest.raises(GateFailed):
        PictureGate.load(folder=tmp_path)


@pytest.mark.parametrize("place", [0, 20_000, -1])
def test_will_not_load_damaged_weights(tmp_path: Path, place: int) -> None:
    content = bytearray((picture_gate.FOLDER / WEIGHTS).read_bytes())
    content[place] ^= 1
    (tmp_path / WEIGHTS).write_bytes(content)
    with pytest.raises(GateFailed, match="damaged"):
        PictureGate.load(folder=tmp_path)


def test_will_not_load_on_a_device_that_is_not_there() -> None:
    with pytest.raises(GateFailed):
        PictureGate.load(device="xpu:9")


def test_failing_concerns_one_request() -> None:
    assert issubclass(GateFailed, RequestError)


SOMETHING = GateScores(0.1, 0.2, 0.3, 0.15, 0.25)
